// The SWITCH module: the LAN switch of a router, or the whole of a Rapier, as SHOW VLAN and SHOW SWITCH tell it (manual
// chapter "Switching", reference/links.md 3 and 4).
//
// It owns the settings of ports alone. Attached port by port, the switch is a BridgePort that joins the ports and
// learns addresses; attached as a whole it is one link, which all its ports show, and learns none: that link goes down
// with the last port that is disabled.
//
// Not modelled: VLANs besides the default one, spanning tree, trunks, mirrors, limits of rates, speeds. SET SWITCH PORT
// keeps what it is told for the configuration script; the screens show its description and speed, and of the rest what
// such a switch is delivered with.
#include "modules/switch/switch_module.h"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>

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
  void dump(ConfigWriter& writer) const override;

 private:
  using Set = Outcome (SwitchModule::*)(const Args&);
  std::vector<CommandRow> setting_rows();
  static std::vector<CommandRow> vlan_rows();
  /// The ports a command means; an error when there is one that the switch has not.
  std::expected<std::vector<unsigned>, Outcome> named_ports(const Args& args) const;
  Outcome enable_ports(const Args& args) { return switch_ports(args, true); }
  Outcome disable_ports(const Args& args) { return switch_ports(args, false); }
  Outcome switch_ports(const Args& args, bool on);
  Outcome set_ports(const Args& args);
  std::string setting(unsigned number, std::string_view name, std::string_view standard) const;

  using Show = Outcome (SwitchModule::*)(Invocation&) const;
  Outcome show_vlan(Invocation& call) const;
  Outcome show_ports(Invocation& call) const;
  Outcome show_addresses(Invocation& call) const;
  void show_port(Screen& screen, unsigned number) const;

  const Port& lan() const { return *services_.ports.find(lan_->name)->second; }
  /// Where a port's link is: its own, or that of the whole switch.
  PortStack& stack_of(unsigned number) const {
    const auto own = stacks_.find(fmt::format("port{}", number));
    return *(own == stacks_.end() ? stacks_.find(lan_->name) : own)->second;
  }
  /// All ports are one link.
  bool whole() const { return stacks_.contains(lan_->name); }
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
  std::set<unsigned> disabled_;
  /// What SET SWITCH PORT said, by port: parameter and value as the configuration script has them.
  std::map<unsigned, std::map<std::string, std::string, std::less<>>> settings_;
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
  std::vector<CommandRow> rows = {
      row("SHow VLAN[=<name:1-32>]", "Displays the VLANs and their ports.", &SwitchModule::show_vlan),
      row("SHow SWItch POrt[={ALL|<list:1-48>}]", "Displays ports of the switch.", &SwitchModule::show_ports),
      row("SHow SWItch FDB [ADDress=<mac>] [POrt=<list:1-48>] [STAtus={STATIC|DYNAMIC}]",
          "Displays the addresses that the switch forwards by.", &SwitchModule::show_addresses)};
  for (CommandRow& each : setting_rows()) rows.push_back(std::move(each));
  for (CommandRow& each : vlan_rows()) rows.push_back(std::move(each));
  return rows;
}

std::vector<CommandRow> SwitchModule::setting_rows() {
  const auto row = [this](std::string_view syntax, std::string_view summary, Set set, std::string_view note) {
    return CommandRow{
        syntax,
        Access::manager,
        summary,
        [this, set](Invocation& call) { return lan_ == nullptr ? say(texts::no_switch) : (this->*set)(call.args); },
        Coverage::partial,
        note};
  };
  constexpr std::string_view flow_note =
      "FLOW is accepted and changes nothing. Of a switch attached as a whole the link goes down with its last port.";
  return {row("ENAble SWItch POrt={ALL|<list:1-48>} [FLow={JAMming|PAUse}[,...]]",
              "Lets ports of the switch work again.", &SwitchModule::enable_ports, flow_note),
          row("DISable SWItch POrt={ALL|<list:1-48>} [FLow={JAMming|PAUse}[,...]]", "Stops ports of the switch.",
              &SwitchModule::disable_ports, flow_note),
          row("SET SWItch POrt={ALL|<list:1-48>} [ACCeptable={ALL|VLAN}] [BCLimit={NONE|<0-262143>}] "
              "[DEScription=<text:1-47>] [DLFLimit={NONE|<0-262143>}] [EGResslimit={NONE|<0-127000>}] "
              "[INFiltering={OFF|ON}] [INGresslimit={NONE|<0-127000>}] [INTRusionaction={DISable|DIScard|TRap}] "
              "[LEARn=<0-256>] [MCLimit={NONE|<0-262143>}] [MIRRor={BOTH|NONE|RX|TX}] "
              "[MODe={AUTOnegotiate|MASTer|SLAVe}] [POLarity={MDI|MDIX|AUTO}] [RELearn={OFF|ON}] "
              "[SPeed={AUTOnegotiate|10MHALf|10MFull|10MHAUto|10MFAUto|100MHALf|100MFull|100MHAUto|100MFAUto|"
              "1000MFull}]",
              "Sets parameters of switch ports.", &SwitchModule::set_ports,
              "Kept; the description and the configured speed are shown, and none changes what the switch does.")};
}

std::vector<CommandRow> SwitchModule::vlan_rows() {
  const auto row = [](std::string_view syntax, std::string_view summary) {
    return CommandRow{syntax,
                      Access::manager,
                      summary,
                      [](Invocation&) { return Outcome::successful(module_number::vlan); },
                      Coverage::no_effect,
                      "Accepted and not kept: the switch has the default VLAN alone, with every port."};
  };
  return {row("CREate VLAN=<name:1-32> VID=<2-4094>", "Makes a VLAN."),
          row("DEStroy VLAN=<name:1-32>", "Destroys a VLAN, or all."),
          row("ADD VLAN=<name:1-32> POrt={ALL|<list:1-48>} [FRAme={TAGged|UNTagged}]", "Adds ports to a VLAN."),
          row("SET VLAN=<name:1-32> POrt={ALL|<list:1-48>} FRAme={TAGged|UNTagged}",
              "Sets how ports send the frames of a VLAN."),
          row("DELete VLAN=<name:1-32> POrt={ALL|<list:1-48>}", "Takes ports out of a VLAN.")};
}

std::expected<std::vector<unsigned>, Outcome> SwitchModule::named_ports(const Args& args) const {
  std::vector<unsigned> numbers;
  const bool all = !args.holds<NumberList>("PORT");
  if (!all) {
    for (const auto& [first, last] : args.numbers("PORT")) {
      if (last > lan_->ports.size()) return std::unexpected(say(texts::unknown_port, last));
    }
  }
  for (unsigned number = 1; number <= lan_->ports.size(); ++number) {
    if (all || listed(args.numbers("PORT"), number)) numbers.push_back(number);
  }
  return numbers;
}

Outcome SwitchModule::switch_ports(const Args& args, bool on) {
  const auto numbers = named_ports(args);
  if (!numbers) return numbers.error();
  if (args.has("FLOW")) return Outcome::successful(module_number::switching);
  for (const unsigned number : *numbers) {
    if (on) {
      disabled_.erase(number);
    } else {
      disabled_.insert(number);
    }
    if (!whole()) stack_of(number).set_enabled(on);
  }
  if (whole()) stack_of(1).set_enabled(disabled_.size() < lan_->ports.size());
  return Outcome::successful(module_number::switching);
}

Outcome SwitchModule::set_ports(const Args& args) {
  const auto numbers = named_ports(args);
  if (!numbers) return numbers.error();
  for (const auto& [name, value] : args.all()) {
    if (name == "PORT") continue;
    std::string text;
    if (const auto* const choice = std::get_if<Choice>(&value)) text = to_lower(choice->word);
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) text = std::to_string(*number);
    if (const auto* const given = std::get_if<std::string>(&value)) text = *given;
    for (const unsigned number : *numbers) settings_[number].insert_or_assign(to_lower(name), text);
  }
  return Outcome::successful(module_number::switching);
}

std::string SwitchModule::setting(unsigned number, std::string_view name, std::string_view standard) const {
  const auto port = settings_.find(number);
  if (port == settings_.end()) return std::string(standard);
  const auto found = port->second.find(name);
  return found == port->second.end() ? std::string(standard) : found->second;
}

void SwitchModule::dump(ConfigWriter& writer) const {
  if (lan_ == nullptr) return;
  writer.section("SWITCH (post-VLAN)", {"SWITCH"});
  for (const auto& [number, settings] : settings_) {
    std::string line = fmt::format("set switch port={}", number);
    for (const auto& [name, value] : settings) {
      line += fmt::format(" {}={}", name, name == "description" ? arrouter::quoted(value) : value);
    }
    writer.line(std::move(line));
  }
  for (const unsigned number : disabled_) writer.line(fmt::format("disable switch port={}", number));
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
  const auto numbers = named_ports(call.args);
  if (!numbers) return numbers.error();
  call.screen.line("Switch Port Information");
  call.screen.rule(port_rule);
  for (const unsigned number : *numbers) show_port(call.screen, number);
  return Outcome::screen();
}

void SwitchModule::show_port(Screen& screen, unsigned number) const {
  const PortStack& stack = stack_of(number);
  const bool enabled = stack.enabled() && !disabled_.contains(number);
  const bool up = enabled && stack.link_up();
  const Duration up_time =
      up ? services_.clock.now() - std::max(started_, stack.link_changed_at().value_or(started_)) : Duration::zero();
  const auto scope = screen.item("ports");
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(0, port_column, label, std::move(value));
  };
  field("Port", number);
  field("Description", setting(number, "description", "-"));
  field("Status", enabled ? "ENABLED" : "DISABLED");
  field("Link State", up ? "Up" : "Down");
  field("UpTime", elapsed_text(up_time));
  field("Port Media Type", "ISO8802-3 CSMACD");
  const std::string speed = setting(number, "speed", "autonegotiate");
  field("Configured speed/duplex", speed == "autonegotiate" ? "Autonegotiate" : to_upper(speed));
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
