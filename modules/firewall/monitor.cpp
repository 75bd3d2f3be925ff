#include "modules/firewall/monitor.h"

#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::firewall {

std::optional<InterfaceId> Monitors::target(const FlowKey& private_key, const FlowKey& public_key) const {
  const auto has = [](const FlowKey& key, Ipv4Address ip) {
    return key.source.address == ip || key.destination.address == ip;
  };
  const Monitor* youngest = nullptr;
  for (const auto& [id, monitor] : all) {
    const bool named =
        (monitor.calls(true) && has(private_key, monitor.ip)) || (monitor.calls(false) && has(public_key, monitor.ip));
    if (named && (youngest == nullptr || youngest->order < monitor.order)) youngest = &monitor;
  }
  if (youngest == nullptr || youngest->interface == 0) return std::nullopt;
  return youngest->interface;
}

void Datapath::copy_to_monitor(const PacketBuffer& packet) {
  const auto flow = flow_of(packet.view());
  if (!flow) return;
  // As it is now a packet has the session's other key, backwards.
  const auto found = state_.sessions.find(flow->key.reversed());
  const auto target = found ? state_.monitors.target(found.session->private_key, found.session->public_key)
                            : state_.monitors.target(flow->key, flow->key);
  if (!target) return;
  if (Packet copy = state_.services.pool.clone(packet)) state_.ip.send_to_all(*target, std::move(copy));
}

void FirewallModule::add_monitor_rows(std::vector<CommandRow>& rows) {
  const auto row = [&rows](std::string_view syntax, std::string_view summary, auto handler) {
    rows.push_back({syntax, Access::security, summary, [handler](Invocation& call) { return handler(call.args); }});
  };
  row("ADD FIREwall MONitor=<1-65535> IP=<ipv4> COPyto=<interface> [APplyto={BOTH|PRIVate|PUBlic}]",
      "Copies what passes the firewall for an address to an interface.",
      [this](const Args& args) { return change_monitor(args, true); });
  row("SET FIREwall MONitor=<1-65535> [IP=<ipv4>] [COPyto=<interface>] [APplyto={BOTH|PRIVate|PUBlic}]",
      "Changes a firewall monitor.", [this](const Args& args) { return change_monitor(args, false); });
  row("DELete FIREwall MONitor=<1-65535>", "Deletes a firewall monitor.", [this](const Args& args) {
    const bool there = state_.monitors.all.erase(static_cast<std::uint32_t>(args.number("MONITOR"))) != 0;
    return say(there ? texts::done : texts::entry_not_found);
  });
  row("ENAble FIREwall MONitor", "Enables the firewall monitors.", [this](const Args&) {
    state_.monitors.enabled = true;
    return say(texts::done);
  });
  row("DISable FIREwall MONitor", "Disables the firewall monitors.", [this](const Args&) {
    state_.monitors.enabled = false;
    return say(texts::done);
  });
  rows.push_back({"SHow FIREwall MONitor", Access::manager, "Displays the firewall monitors.",
                  [this](Invocation& invocation) { return show_monitors(invocation); }});
}

Outcome FirewallModule::change_monitor(const Args& args, bool add) {
  auto& all = state_.monitors.all;
  const auto id = static_cast<std::uint32_t>(args.number("MONITOR"));
  const auto held = all.find(id);
  if (add && held != all.end()) return say(texts::entry_exists);
  if (!add && held == all.end()) return say(texts::entry_not_found);
  if (add && all.size() >= limits::firewall_monitors) return say(texts::monitors_full);
  Monitor monitor = add ? Monitor{} : held->second;
  if (args.has("IP")) monitor.ip = args.address("IP");
  if (args.has("COPYTO")) {
    monitor.copy_to = to_lower(args.text("COPYTO"));
    if (!state_.ip.interface(monitor.copy_to)) return say(texts::interface_not_found);
  }
  if (args.has("APPLYTO")) monitor.side = monitor_side_of(args.choice("APPLYTO"));
  if (add) monitor.order = ++state_.monitors.last_order;
  all.insert_or_assign(id, std::move(monitor));
  follow();
  return say(texts::done);
}

Outcome FirewallModule::show_monitors(Invocation& invocation) {
  constexpr int column = 30;
  Screen& screen = invocation.screen;
  screen.line("Firewall Monitors");
  screen.line();
  screen.field(2, column, "Status", state_.monitors.enabled ? "enabled" : "disabled");
  for (const auto& [id, monitor] : state_.monitors.all) {
    const auto scope = screen.item("monitors");
    screen.line();
    screen.field(2, column, "Monitor", id);
    screen.field(4, column, "IP", to_string(monitor.ip));
    screen.field(4, column, "Copy To", monitor.copy_to);
    screen.field(4, column, "Apply To", text_of(monitor.side));
  }
  return Outcome::screen();
}

}  // namespace arrouter::firewall
