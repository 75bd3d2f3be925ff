// The SWITCH module: the LAN switch of a router, or the whole of a Rapier, as SHOW VLAN and SHOW SWITCH tell it (manual
// chapter "Switching", reference/links.md 3 and 4).
//
// It owns nothing. Attached port by port, the switch is a BridgePort that joins the ports and learns addresses;
// attached as a whole it is one link, which all its ports show, and learns none.
//
// Not modelled: VLANs besides the default one, settings of ports, spanning tree, trunks, mirrors, limits of rates. So
// there is nothing to configure, and the screens show what such a switch is delivered with.
#include "modules/switch/switch_module.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "netdev/bridge_port.h"
#include "os/base/calendar.h"
#include "os/base/text.h"
#include "os/message.h"

namespace arrouter {
namespace switching {
namespace {

namespace texts {
#define MESSAGE(name, module, message_class, number, text) \
  constexpr Message name{MessageClass::message_class, module_number::module, number, text};
#include "modules/switch/texts.def"
#undef MESSAGE
}  // namespace texts

constexpr int vlan_rule = 77, port_rule = 76, table_rule = 60;
constexpr int vlan_column = 27, port_column = 32;

class SwitchModule final : public Module {
 public:
  SwitchModule(Services& services, const PortStacks& stacks, const IpApi& ip)
      : services_(services), stacks_(stacks), ip_(ip), started_(services.clock.now()) {
    for (const ModelInterface& interface : services.model.interfaces) {
      if (!interface.ports.empty()) lan_ = &interface;
    }
  }

  std::string_view name() const override { return "switch"; }
  std::vector<CommandRow> commands() override;

 private:
  using Show = Outcome (SwitchModule::*)(Invocation&) const;
  Outcome show_vlan(Invocation& call) const;
  Outcome show_ports(Invocation& call) const;
  Outcome show_addresses(Invocation& call) const;
  void show_port(Screen& screen, unsigned number) const;

  const Port& lan() const { return *services_.ports.find(lan_->name)->second; }
  /// Where a port's link is: its own, or that of the whole switch.
  const PortStack& stack_of(unsigned number) const {
    const auto own = stacks_.find(fmt::format("port{}", number));
    return *(own == stacks_.end() ? stacks_.find(lan_->name) : own)->second;
  }
  bool on_lan(const IpInterfaceInfo& interface) const {
    return interface.name == lan_->name || interface.name.starts_with(lan_->name + "-");
  }
  std::vector<BridgePort::Learned> learned() const {
    const auto* const bridge = dynamic_cast<const BridgePort*>(&lan());
    return bridge == nullptr ? std::vector<BridgePort::Learned>() : bridge->learned();
  }

  Services& services_;
  const PortStacks& stacks_;
  const IpApi& ip_;
  Instant started_;
  const ModelInterface* lan_ = nullptr;  // of the model; none: it has no switch
};

bool listed(const NumberList& list, std::uint64_t number) {
  return std::ranges::any_of(list,
                             [number](const auto& range) { return range.first <= number && number <= range.second; });
}

unsigned number_of(const Port& port) {
  return static_cast<unsigned>(parse_number(std::string_view(port.name()).substr(4)).value_or(0));  // behind "port"
}

std::vector<CommandRow> SwitchModule::commands() {
  const auto row = [this](std::string_view syntax, std::string_view summary, Show show) {
    return CommandRow{syntax, Access::manager, summary, [this, show](Invocation& call) {
                        return lan_ == nullptr ? say(texts::no_switch) : (this->*show)(call);
                      }};
  };
  return {row("SHow VLAN[=<name:1-32>]", "Displays the VLANs and their ports.", &SwitchModule::show_vlan),
          row("SHow SWItch POrt[={ALL|<list:1-48>}]", "Displays ports of the switch.", &SwitchModule::show_ports),
          row("SHow SWItch FDB [ADDress=<mac>] [POrt=<list:1-48>] [STAtus={STATIC|DYNAMIC}]",
              "Displays the addresses that the switch forwards by.", &SwitchModule::show_addresses)};
}

Outcome SwitchModule::show_vlan(Invocation& call) const {
  if (call.args.has_value("VLAN")) {
    const std::string wanted = to_lower(call.args.text("VLAN"));
    if (wanted != "default" && wanted != "1" && wanted != "all") {
      return say(texts::unknown_vlan, call.args.text("VLAN"));
    }
  }
  Screen& screen = call.screen;
  const auto scope = screen.item("vlans");
  const auto field = [&screen](std::string_view label, Json value) { screen.field(0, vlan_column, label, value); };
  screen.line("VLAN Information");
  screen.rule(vlan_rule);
  field("Name", "default");
  field("Identifier", 1);
  field("Status", "static");
  field("Untagged Port(s)", lan_->ports.size() == 1 ? "1" : fmt::format("1-{}", lan_->ports.size()));
  field("Tagged Port(s)", "None");
  field("Spanning Tree", "default");
  field("Trunk Port(s)", "None");
  field("Mirror Port", "None");
  screen.line("Attachments:");
  screen.line(" Module        Protocol          Format    Discrim     MAC address");
  const auto interfaces = ip_.interfaces();
  if (std::ranges::any_of(interfaces, [this](const auto& each) { return on_lan(each); })) {
    for (const auto& [protocol, type] : {std::pair("IP", "0800"), {"ARP", "0806"}}) {
      const auto attachment = screen.item("attachments");
      screen.line(fmt::format(" {:<14}{:<18}{:<10}{:<12}-", "IP", protocol, "Ethernet", type));
      screen.set("module", "IP");
      screen.set("protocol", protocol);
      screen.set("format", "Ethernet");
      screen.set("discrim", type);
    }
  }
  screen.rule(vlan_rule);
  return Outcome::screen();
}

Outcome SwitchModule::show_ports(Invocation& call) const {
  const bool some = call.args.holds<NumberList>("PORT");
  if (some) {
    for (const auto& [first, last] : call.args.numbers("PORT")) {
      if (last > lan_->ports.size()) return say(texts::unknown_port, last);
    }
  }
  call.screen.line("Switch Port Information");
  call.screen.rule(port_rule);
  for (unsigned number = 1; number <= lan_->ports.size(); ++number) {
    if (!some || listed(call.args.numbers("PORT"), number)) show_port(call.screen, number);
  }
  return Outcome::screen();
}

void SwitchModule::show_port(Screen& screen, unsigned number) const {
  const PortStack& stack = stack_of(number);
  const bool up = stack.link_up();
  const Duration up_time =
      up ? services_.clock.now() - std::max(started_, stack.link_changed_at().value_or(started_)) : Duration::zero();
  const auto scope = screen.item("ports");
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(0, port_column, label, std::move(value));
  };
  field("Port", number);
  field("Description", "-");
  field("Status", stack.enabled() ? "ENABLED" : "DISABLED");
  field("Link State", up ? "Up" : "Down");
  field("UpTime", elapsed_text(up_time));
  field("Port Media Type", "ISO8802-3 CSMACD");
  field("Configured speed/duplex", "Autonegotiate");
  field("Actual speed/duplex", up ? "100 Mbps, full duplex" : "-");
  const bool switches = services_.model.kind == "switch";  // a router's switch chip has the shorter list
  if (switches) {
    field("Configured master/slave mode", "Autonegotiate");
    field("Actual master/slave mode", "Not applicable");
  }
  field("Acceptable Frames Type", "Admit All Frames");
  if (switches) {
    for (const std::string_view limit : {"Broadcast rate limit", "Multicast rate limit", "DLF rate limit",
                                         "Ingress Rate Limit", "Egress Rate Limit", "Learn limit"}) {
      field(limit, "-");
    }
    const auto all = learned();
    const auto here =
        std::ranges::count_if(all, [number](const auto& each) { return number_of(*each.port) == number; });
    field("Intrusion action", "Discard");
    field("Current learned, lock state", fmt::format("{}, not locked", here));
    field("Relearn", "OFF");
    field("Mirroring", "Disabled");
    field("Is this port mirror port", "No");
    field("Enabled flow control(s)", "-");
  }
  field("Send tagged pkts for VLAN(s)", "-");
  field("Port-based VLAN", "default (1)");
  field("Ingress Filtering", "OFF");
  if (switches) {
    field("Trunk Group", "-");
    field("STP", "default");
    field("Multicast filtering mode", "(B) Forward all unregistered groups");
  }
  screen.rule(port_rule);
}

Outcome SwitchModule::show_addresses(Invocation& call) const {
  const Args& args = call.args;
  Screen& screen = call.screen;
  screen.line("Switch Forwarding Database");
  screen.rule(table_rule);
  screen.table("addresses", {{"VLAN", 7}, {"MAC Address", 19}, {"Port", 6}, {"Status", 8}});
  screen.rule(table_rule);
  const auto row = [&](const MacAddress& mac, std::optional<unsigned> port) {
    if (args.has("ADDRESS") && args.mac("ADDRESS") != mac) return;
    if (args.has("PORT") && !(port && listed(args.numbers("PORT"), *port))) return;
    if (args.has("STATUS") && (args.choice("STATUS") == "DYNAMIC") != port.has_value()) return;
    screen.row({"1", to_string(mac), port ? std::to_string(*port) : "CPU", port ? "dynamic" : "static"});
  };
  row(lan().mac(), std::nullopt);
  for (const BridgePort::Learned& each : learned()) row(each.mac, number_of(*each.port));
  screen.rule(table_rule);
  return Outcome::screen();
}

}  // namespace
}  // namespace switching

std::unique_ptr<Module> make_switch(Services& services, const PortStacks& stacks, const IpApi& ip) {
  return std::make_unique<switching::SwitchModule>(services, stacks, ip);
}

}  // namespace arrouter
