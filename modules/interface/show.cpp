// Screens of interfaces (reference/links.md 1.3 and 2).
#include "modules/interface/interface.h"

#include <algorithm>

#include "os/base/calendar.h"

namespace arrouter::interface {

namespace {

constexpr int rule_width = 78;

/// What only a chip on a real cable counts: always zero here.
constexpr std::pair<std::string_view, std::string_view> chip_counters[] = {
    {"dot3StatsAlignmentErrors", "dot3StatsFCSErrors"},
    {"dot3StatsSingleCollisions", "dot3StatsMultipleCollisions"},
    {"dot3StatsSQETestErrors", "dot3StatsDeferredTransmissions"},
    {"dot3StatsLateCollisions", "dot3StatsExcessiveCollisions"},
    {"dot3StatsInternalMacTxErrors", "dot3StatsCarrierSenseErrors"},
    {"dot3StatsFrameTooLongs", "dot3StatsInternalMacRxErrors"},
};

std::string_view enabled_or_disabled(bool on) { return on ? "Enabled" : "Disabled"; }
std::string_view up_or_down(bool up) { return up ? "Up" : "Down"; }

/// SHOW INTERFACE pads labels with dots and puts values to the left, SHOW ETH COUNTERS neither.
enum class Layout : std::uint8_t { dotted, columns };

void pair_line(Screen& screen, Layout layout, std::string_view left, std::uint64_t left_value, std::string_view right,
               std::uint64_t right_value) {
  if (layout == Layout::dotted) {
    const std::string left_label = fmt::format("{} ", left), right_label = fmt::format("{} ", right);
    screen.line(fmt::format("  {:.<26} {:<12}{:.<26} {}", left_label, left_value, right_label, right_value));
  } else {
    constexpr std::size_t width = 35;  // of a label and its value
    screen.line(fmt::format("  {}{:>{}}     {}{:>{}}", left, left_value, width - left.size(), right, right_value,
                            width - right.size()));
  }
  screen.set(left, left_value);
  screen.set(right, right_value);
}

void interface_counters(Screen& screen, const PortCounters& counters, Layout layout) {
  const auto pair = [&](std::string_view left, std::uint64_t left_value, std::string_view right,
                        std::uint64_t right_value) { pair_line(screen, layout, left, left_value, right, right_value); };
  pair("ifInOctets", counters.in_octets, "ifOutOctets", counters.out_octets);
  pair("ifInUcastPkts", counters.in_frames - counters.in_group_frames, "ifOutUcastPkts",
       counters.out_frames - counters.out_group_frames);
  pair("ifInNUcastPkts", counters.in_group_frames, "ifOutNUcastPkts", counters.out_group_frames);
  pair("ifInDiscards", counters.in_discards, "ifOutDiscards", counters.out_discards);
  pair("ifInErrors", counters.in_errors, "ifOutErrors", counters.out_errors);
}

}  // namespace

Outcome InterfaceModule::show_interfaces(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  if (invocation.args.has_value("INTERFACE") && !invocation.args.holds<Choice>("INTERFACE")) {
    const auto entry = chosen(invocation.args);
    if (!entry) return unknown(invocation.args);
    return show_interface(*entry, screen, invocation.args.has("COUNTER"));
  }
  if (invocation.args.has("COUNTER")) {
    for (const InterfaceEntry& entry : entries()) show_interface(entry, screen, true);
    return Outcome::screen();
  }
  const std::string up_time = elapsed_text(this->up_time());
  screen.line(fmt::format("{:<47}{:<21}{}", "Interfaces", "sysUpTime:", up_time));
  screen.line();
  screen.line(fmt::format("DynamicLinkTraps.....{}", enabled_or_disabled(dynamic_traps_.enabled)));
  screen.line(fmt::format("TrapLimit............{}", dynamic_traps_.limit));
  screen.line();
  const auto links = std::ranges::count_if(
      services_.ports, [](const auto& port) { return port.second->point_to_point() && port.second->link_up(); });
  screen.line(fmt::format("Number of unencrypted PPP/FR links.....{}", links));
  screen.line();
  screen.line("ifIndex  Interface      ifAdminStatus  ifOperStatus  ifLastChange");
  screen.rule(rule_width);
  screen.set("sysUpTime", up_time);
  screen.set("dynamicLinkTraps", dynamic_traps_.enabled);
  screen.set("trapLimit", dynamic_traps_.limit);
  for (const InterfaceEntry& entry : entries()) {
    const auto scope = screen.item("interfaces");
    const std::string_view state = up_or_down(entry.port->link_up());
    const std::string changed = elapsed_text(entry.last_change);
    screen.line(fmt::format("{:>6}   {:<15}{:<15}{:<14}{}", entry.index, entry.name, up_or_down(entry.enabled), state,
                            changed));
    screen.set("ifIndex", entry.index);
    screen.set("interface", entry.name);
    screen.set("ifAdminStatus", up_or_down(entry.enabled));
    screen.set("ifOperStatus", state);
    screen.set("ifLastChange", changed);
  }
  screen.rule(rule_width);
  return Outcome::screen();
}

Outcome InterfaceModule::show_interface(const InterfaceEntry& entry, Screen& screen, bool counters_only) const {
  const auto scope = screen.item("interfaces");
  const auto fact = [&](std::string_view label, const Json& value) {
    screen.line(fmt::format("  {:.<25} {}", label, value.display()));
    screen.set(label, value);
  };
  screen.line(fmt::format("{:.<27} {}", "Interface", entry.name));
  screen.set("interface", entry.name);
  if (!counters_only) {
    fact("ifIndex", entry.index);
    fact("ifMTU", entry.port->mtu());
    fact("ifSpeed", entry.speed_mbps * 1'000'000);
    fact("ifAdminStatus", up_or_down(entry.enabled));
    fact("ifOperStatus", up_or_down(entry.port->link_up()));
    fact("ifLinkUpDownTrapEnable", enabled_or_disabled(entry.link_traps));
    fact("TrapLimit", entry.trap_limit);
  }
  screen.line();
  screen.line("Interface Counters");
  screen.line();
  interface_counters(screen, entry.counters, Layout::dotted);
  return Outcome::screen();
}

Outcome InterfaceModule::show_eth_state(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto found = eths(invocation.args);
  if (found.empty()) return say(texts::no_eth, invocation.args.number_or("ETH", 0));
  for (const InterfaceEntry& entry : found) {
    const auto scope = screen.item("interfaces");
    const bool up = entry.port->link_up();
    screen.line(fmt::format("State for Ethernet instance {}:", entry.name.substr(3)));
    screen.line();
    screen.field(2, 33, "Interface name", entry.name);
    screen.field(2, 33, "Interface state", "Active");
    screen.field(2, 33, "Link state", up_or_down(up));
    const EthSettings& settings = eth_settings(entry.name);
    screen.field(2, 33, "Configured speed", settings.configured_speed());
    screen.field(2, 33, "Actual speed", up ? settings.actual_speed() : "-");
    screen.field(2, 33, "MAC address", to_string(entry.port->mac()));
    screen.field(2, 33, "MAU type", settings.mbps() == 10 ? "10BASE-T" : "100BASE-TX");
  }
  return Outcome::screen();
}

Outcome InterfaceModule::show_eth_counters(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto found = eths(invocation.args);
  if (found.empty()) return say(texts::no_eth, invocation.args.number_or("ETH", 0));
  for (const InterfaceEntry& entry : found) {
    const auto scope = screen.item("interfaces");
    screen.line(fmt::format("ETH instance {}: {:>9} seconds       Last change at: {:>10} seconds", entry.name.substr(3),
                            whole_seconds(up_time()), whole_seconds(entry.last_change)));
    screen.set("interface", entry.name);
    screen.line();
    screen.line("Interface Counters");
    screen.line();
    interface_counters(screen, entry.counters, Layout::columns);
    pair_line(screen, Layout::columns, "ifInUnknownProtos", 0, "ifOutQLen", 0);
    screen.line();
    screen.line("Ethernet MAC Counters (dot3)");
    screen.line();
    for (const auto& [left, right] : chip_counters) pair_line(screen, Layout::columns, left, 0, right, 0);
  }
  return Outcome::screen();
}

Outcome InterfaceModule::show_eth_address(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto found = eths(invocation.args);
  if (found.empty()) return say(texts::no_eth, invocation.args.number_or("ETH", 0));
  for (const InterfaceEntry& entry : found) {
    const auto scope = screen.item("interfaces");
    const std::string mac = to_string(entry.port->mac());
    screen.line(fmt::format("MAC address for ETH interface {}: {}", entry.name.substr(3), mac));
    screen.set("interface", entry.name);
    screen.set("macAddress", mac);
  }
  return Outcome::screen();
}

}  // namespace arrouter::interface
