// SHOW IP INTERFACE and its counters (reference/ip.md 2.2, 2.3).
#include <fmt/format.h>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr int rule_width = 80;

std::string or_dashes(const std::optional<unsigned>& number) { return number ? std::to_string(*number) : "---"; }
std::string or_none(const std::optional<unsigned>& number) { return number ? std::to_string(*number) : "none"; }

std::string_view proxy_arp_word(ProxyArp mode) {
  constexpr std::string_view words[] = {"Off", "On", "Str", "Def"};
  return words[static_cast<std::size_t>(mode)];
}
std::string_view multicast_word(Multicast mode) {
  constexpr std::string_view words[] = {"Off", "Snd", "Rec", "Both"};
  return words[static_cast<std::size_t>(mode)];
}

/// The cells of one interface, in the order of the headings; printed over three lines.
struct InterfaceRow {
  std::string name, type, address, broadcast, fragment, proxy_arp, filter, rip_metric, sa_mode, ipsec;
  std::string priority_filter, policy_filter, mask, mtu, vjc, gre, ospf_metric, directed_broadcast, multicast;
  std::string gratuitous_arp, vlan_tag, vlan_priority, inverse_arp;
};

void print(Screen& screen, const InterfaceRow& row) {
  const auto trimmed = [&](std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    screen.line(line);
  };
  trimmed(fmt::format("{:<14}{:<9}{:<17}{:<3}{:<3}{:<5}{:<5}{:<11}{:<7}{}", row.name, row.type, row.address,
                      row.broadcast, row.fragment, row.proxy_arp, row.filter, row.rip_metric, row.sa_mode, row.ipsec));
  trimmed(fmt::format("{:<14}{:<9}{:<17}{:<6}{:<5}{:<5}{:<11}{:<7}{}", row.priority_filter, row.policy_filter, row.mask,
                      row.mtu, row.vjc, row.gre, row.ospf_metric, row.directed_broadcast, row.multicast));
  trimmed(fmt::format("{:<14}{:<9}{:<17}{}", row.gratuitous_arp, row.vlan_tag, row.vlan_priority, row.inverse_arp));
}

void print_json(Screen& screen, const InterfaceRow& row, bool up) {
  const auto scope = screen.item("interfaces");
  screen.set("interface", row.name);
  screen.set("up", up);
  screen.set("type", row.type);
  screen.set("ipAddress", row.address);
  screen.set("networkMask", row.mask);
  screen.set("mtu", row.mtu);
  screen.set("broadcast", row.broadcast);
  screen.set("fragment", row.fragment);
  screen.set("proxyArp", row.proxy_arp);
  screen.set("filter", row.filter);
  screen.set("policyFilter", row.policy_filter);
  screen.set("priorityFilter", row.priority_filter);
  screen.set("ripMetric", row.rip_metric);
  screen.set("ospfMetric", row.ospf_metric);
  screen.set("saMode", row.sa_mode);
  screen.set("ipsec", row.ipsec);
  screen.set("vjc", row.vjc);
  screen.set("gre", row.gre);
  screen.set("directedBroadcast", row.directed_broadcast);
  screen.set("multicast", row.multicast);
  screen.set("gratuitousArp", row.gratuitous_arp);
  screen.set("vlanTag", row.vlan_tag);
  screen.set("vlanPriority", row.vlan_priority);
  screen.set("inverseArp", row.inverse_arp);
}

InterfaceRow row_of(const Engine& engine, const Interface& interface) {
  const InterfaceSettings& of = interface.settings;
  InterfaceRow row;
  row.name = interface.name + (interface.up ? "" : "#");
  const bool point_to_point = interface.link->port->point_to_point();
  row.type = of.origin == Origin::configured ? "Static" : "Dynamic";
  row.address = to_string(of.address);
  row.broadcast = of.ones_broadcast ? "1" : "0";
  row.fragment = of.fragment ? "y" : "n";
  row.proxy_arp = point_to_point ? "-" : proxy_arp_word(of.proxy_arp);
  row.filter = or_dashes(of.filter);
  row.rip_metric = fmt::format("{:02}", of.rip_metric);
  row.sa_mode = of.block ? "Block" : "Pass";
  row.ipsec = engine.ipsec() != nullptr && engine.ipsec()->attached(interface.id) ? "Yes" : "No";
  row.priority_filter = or_dashes(of.priority_filter);
  row.policy_filter = or_dashes(of.policy_filter);
  row.mask = to_string(of.mask);
  row.mtu = std::to_string(interface.mtu);
  row.vjc = of.vjc ? "On" : point_to_point ? "Off" : "-";
  row.gre = or_dashes(of.gre);
  row.ospf_metric = fmt::format("{:010}", of.ospf_metric);
  row.directed_broadcast = of.directed_broadcast ? "Yes" : "No";
  row.multicast = multicast_word(of.multicast);
  row.gratuitous_arp = point_to_point ? "-" : of.gratuitous_arp ? "On" : "Off";
  row.vlan_tag = or_none(of.vlan_tag);
  row.vlan_priority = or_none(of.vlan_priority);
  row.inverse_arp = of.inverse_arp ? "On" : "-";
  return row;
}

InterfaceRow local_row(unsigned number, const LocalSettings& local) {
  InterfaceRow row;
  const bool set = !local.address.unset();
  row.name = local_name(number);
  row.type = "---";
  row.address = set ? to_string(local.address) : "Not set";
  row.mask = set ? to_string(mask_of(32)) : "Not set";
  row.broadcast = row.fragment = row.proxy_arp = "-";
  row.filter = or_dashes(local.filter);
  row.policy_filter = or_dashes(local.policy_filter);
  row.priority_filter = or_dashes(local.priority_filter);
  row.rip_metric = local.rip_metric == LocalSettings{}.rip_metric ? "--" : fmt::format("{:02}", local.rip_metric);
  row.ospf_metric = local.ospf_metric == LocalSettings{}.ospf_metric ? "--" : fmt::format("{:010}", local.ospf_metric);
  row.sa_mode = "Pass";
  row.ipsec = "--";
  row.mtu = "1500";
  row.vjc = "-";
  row.gre = or_dashes(local.gre);
  row.directed_broadcast = row.multicast = "---";
  row.gratuitous_arp = "On";
  row.vlan_tag = row.vlan_priority = "none";
  row.inverse_arp = "-";
  return row;
}

}  // namespace

std::string local_name(unsigned number) { return number == 0 ? "LOCAL" : fmt::format("local{}", number); }

void show_interfaces(const Engine& engine, Screen& screen, const Interface* only) {
  screen.line("Interface     Type     IP Address       Bc Fr PArp Filt RIP Met.   SAMode IPSc");
  screen.line("Pri. Filt     Pol.Filt Network Mask     MTU   VJC  GRE  OSPF Met.  DBcast Mul.");
  screen.line("Garp          VLAN Tag VLAN Pri         InvArp");
  screen.rule(rule_width);
  if (only == nullptr) {
    const auto show_local = [&screen](unsigned number, const LocalSettings& local) {
      const InterfaceRow row = local_row(number, local);
      print(screen, row);
      print_json(screen, row, true);
    };
    show_local(0, engine.state.local);
    for (const auto& [number, local] : engine.state.extra_locals) show_local(number, local);
  }
  for (const auto& interface : engine.state.interfaces.all()) {
    if (only != nullptr && interface.get() != only) continue;
    InterfaceRow row = row_of(engine, *interface);
    print(screen, row);
    row.name = interface->name;
    print_json(screen, row, interface->up);
  }
  screen.rule(rule_width);
}

void show_interface_counters(const Engine& engine, Screen& screen, const Interface* only) {
  screen.line("Interface   ifInPkts    ifInBcastPkts   ifInUcastPkts   ifInDiscards");
  screen.line("Type        ifOutPkts   ifOutBcastPkts  ifOutUcastPkts  ifOutDiscards");
  screen.rule(rule_width);
  for (const auto& interface : engine.state.interfaces.all()) {
    if (only != nullptr && interface.get() != only) continue;
    const InterfaceCounters& of = interface->counters;
    const auto print_row = [&](std::string_view label, std::uint64_t packets, std::uint64_t broadcasts,
                               std::uint64_t discards) {
      screen.line(
          fmt::format("{:<12}{:>9}{:>16}{:>16}{:>15}", label, packets, broadcasts, packets - broadcasts, discards));
    };
    print_row(interface->name, of.in_packets, of.in_broadcasts, of.in_discards);
    const bool configured = interface->settings.origin == Origin::configured;
    print_row(configured ? "Static" : "Dynamic", of.out_packets, of.out_broadcasts, of.out_discards);
    const auto scope = screen.item("interfaces");
    screen.set("interface", interface->name);
    screen.set("ifInPkts", of.in_packets);
    screen.set("ifInBcastPkts", of.in_broadcasts);
    screen.set("ifInUcastPkts", of.in_packets - of.in_broadcasts);
    screen.set("ifInDiscards", of.in_discards);
    screen.set("ifOutPkts", of.out_packets);
    screen.set("ifOutBcastPkts", of.out_broadcasts);
    screen.set("ifOutUcastPkts", of.out_packets - of.out_broadcasts);
    screen.set("ifOutDiscards", of.out_discards);
  }
  screen.rule(rule_width);
}

}  // namespace arrouter::ip
