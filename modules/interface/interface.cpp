// The INTERFACE module: what is below IP, as SHOW INTERFACE and SHOW ETH tell it (manual chapter "Interfaces",
// reference/links.md 1 and 2).
//
// It owns no state but the zero points of counters and who wants link traps: ports live in netdev, addresses in IP. The
// interface table lists what the model has and this router is made of: its eth interfaces, switch ports that are
// attached by themselves, and VLANs. ifLastChange is the sysUpTime of the last link change.
//
// Not modelled: speeds and duplex (SET ETH changes what screens say, a port is as fast as the host), errors that only a
// chip counts, asynchronous interfaces. The SNMP module sends the link traps.
#include "modules/interface/interface.h"

#include <algorithm>

#include "os/base/text.h"
#include "os/module_numbers.h"

namespace arrouter {

MadeInterface make_interface(Services& services, RouterControl& control, const PortStacks& stacks) {
  auto module = std::make_unique<interface::InterfaceModule>(services, control, stacks);
  InterfaceApi& api = *module;
  return {std::move(module), api};
}

namespace interface {
namespace {

PortCounters difference(const PortCounters& now, const PortCounters& zero) {
  PortCounters counters = now;
  for (const auto member :
       {&PortCounters::in_frames, &PortCounters::in_octets, &PortCounters::in_discards, &PortCounters::in_errors,
        &PortCounters::in_group_frames, &PortCounters::out_frames, &PortCounters::out_octets,
        &PortCounters::out_discards, &PortCounters::out_errors, &PortCounters::out_group_frames}) {
    counters.*member -= zero.*member;
  }
  return counters;
}

}  // namespace

InterfaceModule::~InterfaceModule() {
  for (const auto& [name, stack] : stacks_) {
    stack->watch_link({});
    stack->set_enabled(true);
  }
}

void InterfaceModule::start() {
  for (const InterfaceEntry& entry : entries()) {
    up_[entry.name] = entry.port->link_up();
    if (entry.port->link_up()) log_link(entry);
  }
  for (const auto& [name, stack] : stacks_) stack->watch_link([this] { look_at_links(); });
}

bool InterfaceModule::set_enabled(const std::string& name, bool on) {
  const auto stack = stacks_.find(name);
  if (stack == stacks_.end()) return false;
  stack->second->set_enabled(on);
  return true;
}

/// A VLAN has no link of its own: any change may have been one of its members'.
void InterfaceModule::look_at_links() {
  const std::vector<InterfaceEntry> all = entries();
  const auto gone = [&all](const auto& named) {
    return std::ranges::find(all, named.first, &InterfaceEntry::name) == all.end();
  };
  std::erase_if(up_, gone);
  std::erase_if(changed_, gone);
  for (const InterfaceEntry& entry : all) {
    bool& known = up_[entry.name];
    if (known == entry.port->link_up()) continue;
    known = !known;
    if (entry.port->point_to_point()) changed_[entry.name] = up_time();
    log_link(entry);
    for (const auto& listener : listeners_) listener(entry);
  }
}

/// Ports of the router itself: a VLAN's link is that of its members, and PPP has log lines of its own.
void InterfaceModule::log_link(const InterfaceEntry& entry) const {
  const bool eth = entry.name.starts_with("eth");
  if (!eth && !entry.name.starts_with("port")) return;
  const bool up = entry.port->link_up();
  const std::string name = eth ? to_upper(entry.name) : "Port" + entry.name.substr(4);
  services_.log.record({.severity = LogSeverity::urgent,
                        .module = eth ? module_number::eth : module_number::switching,
                        .type = "PINT",
                        .subtype = up ? "UP" : "DOWN",
                        .message = fmt::format(texts::link_state, name, up ? "UP" : "DOWN"),
                        .reference = entry.name});
}

std::vector<CommandRow> InterfaceModule::commands() {
  std::vector<CommandRow> rows = {
      {"SHow INTerface[={ALL|<1-999>|<interface>}] [COUnter]", Access::manager,
       "Displays the interfaces, or one in detail.",
       [this](Invocation& invocation) { return show_interfaces(invocation); }, Coverage::partial,
       "ifSpeed is that of SET ETH: no port tells its own."},
      {"RESET INTerface={ALL|<1-999>|<interface>} COUnter", Access::manager,
       "Sets the counters of an interface to zero.",
       [this](Invocation& invocation) { return reset_interface(invocation.args); }},
      {"SHow ETH[=<0-15>] STATE", Access::manager, "Displays the state of Ethernet interfaces.",
       [this](Invocation& invocation) { return show_eth_state(invocation); }},
      {"SHow ETH[=<0-15>] COUnters", Access::manager, "Displays the counters of Ethernet interfaces.",
       [this](Invocation& invocation) { return show_eth_counters(invocation); }, Coverage::partial,
       "Collisions and other faults of the medium are always zero: no port has one."},
      {"SHow ETH[=<0-15>] MACaddress", Access::manager, "Displays the MAC addresses of Ethernet interfaces.",
       [this](Invocation& invocation) { return show_eth_address(invocation); }},
      {"RESET ETH=<0-15> [COUnters]", Access::manager, "Restarts an Ethernet interface, or sets its counters to zero.",
       [this](Invocation& invocation) { return reset_eth(invocation.args); }},
  };
  for (CommandRow& row : eth_setting_rows()) rows.push_back(std::move(row));
  for (CommandRow& row : trap_rows()) rows.push_back(std::move(row));
  return rows;
}

void InterfaceModule::add(std::vector<InterfaceEntry>& entries, const std::string& name, const Port* port,
                          const std::vector<std::string>& stacks) const {
  InterfaceEntry entry{static_cast<unsigned>(entries.size()) + 1, name, port, {}, port->counters()};
  const TrapSettings& traps = traps_for(name, *port);
  entry.link_traps = traps.enabled;
  entry.trap_limit = traps.limit;
  entry.speed_mbps = eth_settings(name).mbps();
  for (const std::string& each : stacks) {
    const auto stack = stacks_.find(each);
    if (stack == stacks_.end() || !stack->second->link_changed_at()) continue;
    entry.last_change = std::max(entry.last_change, *stack->second->link_changed_at() - control_.started());
  }
  if (const auto stack = stacks_.find(name); stack != stacks_.end()) entry.enabled = stack->second->enabled();
  if (const auto changed = changed_.find(name); changed != changed_.end()) entry.last_change = changed->second;
  if (const auto zero = zero_.find(name); zero != zero_.end()) {
    entry.counters = difference(entry.counters, zero->second);
  }
  entries.push_back(std::move(entry));
}

std::vector<InterfaceEntry> InterfaceModule::entries() const {
  std::vector<InterfaceEntry> entries;
  const auto add_interfaces = [&](bool vlans) {
    for (const ModelInterface& interface : services_.model.interfaces) {
      const auto port = services_.ports.find(interface.name);
      if (interface.ports.empty() == vlans || port == services_.ports.end()) continue;
      std::vector<std::string> stacks = interface.ports;
      stacks.push_back(interface.name);
      add(entries, interface.name, port->second, stacks);
    }
  };
  add_interfaces(false);
  for (const ModelInterface& interface : services_.model.interfaces) {
    for (const std::string& name : interface.ports) {
      const auto stack = stacks_.find(name);
      if (stack != stacks_.end()) add(entries, name, stack->second.get(), {name});
    }
  }
  add_interfaces(true);
  // PPP interfaces, by number: ppp2 comes before ppp10.
  for (const std::size_t length : {4U, 5U, 6U}) {
    for (const auto& [name, port] : services_.ports) {
      if (port->point_to_point() && name.size() == length) add(entries, name, port, {});
    }
  }
  return entries;
}

std::optional<InterfaceEntry> InterfaceModule::chosen(const Args& args) const {
  const bool by_name = args.holds<std::string>("INTERFACE");
  for (InterfaceEntry& entry : entries()) {
    const bool meant = by_name ? entry.name == args.text("INTERFACE") : entry.index == args.number("INTERFACE");
    if (meant) return std::move(entry);
  }
  return std::nullopt;
}

Outcome InterfaceModule::unknown(const Args& args) {
  const bool by_name = args.holds<std::string>("INTERFACE");
  return say(texts::unknown_interface, by_name ? args.text("INTERFACE") : std::to_string(args.number("INTERFACE")));
}

std::vector<InterfaceEntry> InterfaceModule::eths(const Args& args) const {
  std::vector<InterfaceEntry> all = entries();
  std::erase_if(all, [&](const InterfaceEntry& entry) {
    if (!entry.name.starts_with("eth")) return true;
    return args.has_value("ETH") && entry.name != fmt::format("eth{}", args.number("ETH"));
  });
  return all;
}

void InterfaceModule::reset(const InterfaceEntry& entry) { zero_[entry.name] = entry.port->counters(); }

Outcome InterfaceModule::reset_interface(const Args& args) {
  if (args.holds<Choice>("INTERFACE")) {
    for (const InterfaceEntry& entry : entries()) reset(entry);
    return Outcome::successful(module_number::eth);
  }
  const auto entry = chosen(args);
  if (!entry) return unknown(args);
  reset(*entry);
  return Outcome::successful(module_number::eth);
}

Outcome InterfaceModule::reset_eth(const Args& args) {
  const auto found = eths(args);
  if (found.empty()) return say(texts::no_eth, args.number("ETH"));
  if (args.has("COUNTERS")) {
    reset(found.front());
  } else if (found.front().enabled) {
    // As its neighbour sees it while a chip starts again: the link goes and comes back.
    set_enabled(found.front().name, false);
    set_enabled(found.front().name, true);
  }
  return Outcome::successful(module_number::eth);
}

}  // namespace interface
}  // namespace arrouter
