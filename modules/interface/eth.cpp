// SET ETH: how a port is told to speak, what follows from it on screens, and its lines in the configuration.
#include "modules/interface/interface.h"

#include "os/base/text.h"

namespace arrouter::interface {

namespace {

constexpr std::string_view automatic = "AUTONEGOTIATE";

}  // namespace

unsigned EthSettings::mbps() const { return speed.starts_with("10M") ? 10 : 100; }

std::string EthSettings::actual_speed() const {
  const bool half = speed.contains("MH");
  return fmt::format("{} Mbps, {} duplex", mbps(), half ? "half" : "full");
}

std::string EthSettings::configured_speed() const {
  if (speed == automatic) return "Autonegotiate";
  return actual_speed() + (speed.ends_with("AUTO") ? ", autonegotiated" : "");
}

const EthSettings& InterfaceModule::eth_settings(const std::string& name) const {
  static const EthSettings standard;
  const auto found = eths_.find(name);
  return found == eths_.end() ? standard : found->second;
}

std::vector<CommandRow> InterfaceModule::eth_setting_rows() {
  return {
      {"SET ETH=<0-15> [SPeed={AUTOnegotiate|10MHALf|10MFull|10MHAUto|10MFAUto|100MHALf|100MFull|100MHAUto|100MFAUto}] "
       "[POLarity={MDI|MDIX|AUTO}] [DEScription=<text:0-47>]",
       Access::manager, "Sets how an Ethernet interface speaks.",
       [this](Invocation& call) { return set_eth(call.args); }, Coverage::partial,
       "Kept and shown; no frame goes slower for it, for the port is the host's."},
      {"SHow ETH[=<0-15>] CONFiguration", Access::manager, "Displays the settings of Ethernet interfaces.",
       [this](Invocation& call) { return show_eth_configuration(call); }},
  };
}

Outcome InterfaceModule::set_eth(const Args& args) {
  const auto found = eths(args);
  if (found.empty()) return say(texts::no_eth, args.number("ETH"));
  EthSettings& settings = eths_[found.front().name];
  if (args.has("SPEED")) settings.speed = args.choice("SPEED");
  if (args.has("POLARITY")) settings.polarity = args.choice("POLARITY");
  settings.description = args.text_or("DESCRIPTION", settings.description);
  return Outcome::successful(module_number::eth);
}

Outcome InterfaceModule::show_eth_configuration(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto found = eths(invocation.args);
  if (found.empty()) return say(texts::no_eth, invocation.args.number_or("ETH", 0));
  for (const InterfaceEntry& entry : found) {
    const EthSettings& settings = eth_settings(entry.name);
    const auto scope = screen.item("interfaces");
    screen.line(fmt::format("Configuration for Ethernet instance {}:", entry.name.substr(3)));
    screen.line();
    screen.field(2, 33, "Interface name", entry.name);
    screen.field(2, 33, "Description", settings.description.empty() ? "-" : settings.description);
    screen.field(2, 33, "Configured speed", settings.configured_speed());
    screen.field(2, 33, "Polarity", settings.polarity);
    screen.field(2, 33, "MTU", entry.port->mtu());
    screen.field(2, 33, "MAC address", to_string(entry.port->mac()));
  }
  return Outcome::screen();
}

void InterfaceModule::dump_eths(ConfigWriter& writer) const {
  writer.section("ETH", {"ETH"});
  const EthSettings standard;
  for (const auto& [name, settings] : eths_) {
    std::string line;
    if (settings.speed != standard.speed) line += " speed=" + to_lower(settings.speed);
    if (settings.polarity != standard.polarity) line += " pol=" + to_lower(settings.polarity);
    if (!settings.description.empty()) line += " desc=" + arrouter::quoted(settings.description);
    if (!line.empty()) writer.line(fmt::format("set eth={}{}", name.substr(3), line));
  }
}

}  // namespace arrouter::interface
