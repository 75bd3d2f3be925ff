// SHOW IP, SHOW IP ARP, SHOW IP HOST, SHOW IP UDP (reference/ip.md 1, 4, 8, 9).
#include <fmt/format.h>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr int module_rule = 62;
constexpr int module_value = 33;

std::string_view on_off(bool on) { return on ? "ENABLED" : "DISABLED"; }

struct ArpRow {
  std::string interface, address, mac, type, status;
};

std::vector<ArpRow> arp_rows(const Engine& engine, const Interface& interface) {
  std::map<Ipv4Address, ArpRow> rows;
  for (const auto& [key, entry] : engine.path.arp().all()) {
    if (entry.interface != interface.id) continue;
    rows[entry.address] = {interface.name, to_string(entry.address), to_string(entry.mac),
                           !entry.resolved ? "Invalid" : (entry.fixed ? "Static" : "Dynamic"),
                           entry.resolved && interface.up ? "Active" : "Inactive"};
  }
  // The router's own entry for the broadcast address of the subnet.
  if (interface.settings.mask != mask_of(32) && interface.settings.mask != mask_of(31)) {
    rows[interface.broadcast()] = {interface.name, to_string(interface.broadcast()), "ff-ff-ff-ff-ff-ff", "Other",
                                   interface.up ? "Active" : "Inactive"};
  }
  std::vector<ArpRow> sorted;
  for (auto& [address, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

}  // namespace

void show_module(const Engine& engine, Screen& screen) {
  const Switches& on = engine.state.switches;
  const auto field = [&](std::string_view label, Json value, int indent = 0, std::string_view key = {}) {
    screen.field(indent, module_value, label, std::move(value), key);
  };
  screen.line("IP Module Configuration");
  screen.rule(module_rule);
  field("Module Status", on_off(on.enabled));
  field("IP Packet Forwarding", on_off(on.forwarding));
  field("IP Echo Reply", on_off(on.echo_reply));
  field("Debugging", on_off(on.debug));
  field("IP Fragment Offset Filtering", on_off(on.fragment_offset_filter));
  screen.line("Default Name Servers");
  const DnsSettings& dns = engine.resolver.settings();
  const auto any = dns.domains.find("");
  const DnsServers servers = any == dns.domains.end() ? DnsServers() : any->second;
  const auto server = [](Ipv4Address address) { return address.unset() ? "Not Set" : to_string(address); };
  field("Primary Name Server", server(servers.primary), 2);
  field("Secondary Name Server", server(servers.secondary), 2, "defaultSecondaryNameServer");
  field("Name Server", server(servers.primary));
  field("Secondary Name Server", server(servers.secondary));
  field("Source-Routed Packets", on.source_route ? "Forwarded" : "Discarded");
  field("Remote IP address assignment", on_off(on.remote_assign));
  field("DNS Relay", on_off(dns.relay));
  field("IP ARP LOG", on_off(on.arp_log));
  field("IP ARP refresh by hit", on_off(true));
  screen.line();
  screen.line("Routing Protocols");
  field("RIP Neighbours", 0, 2);
  field("EGP Status", on_off(false), 2);
  field("Autonomous System Number", "Not Set", 2);
  field("Transit Traffic", on_off(false), 2);
  screen.line();
  screen.line("ICMP Replies");
  field("Network unreachable", on_off(on.net_unreachable), 2);
  field("Host unreachable", on_off(on.host_unreachable), 2);
  field("Redirect", on_off(on.redirect), 2);
  screen.line();
  field("Active Routes", engine.state.routes.active());
  field("IP Filters", engine.state.filters.all().size());
  field("IP Interfaces", engine.state.interfaces.all().size());
  screen.rule(module_rule);
}

void show_arp(const Engine& engine, Screen& screen, std::optional<Ipv4Address> only) {
  screen.table("arp",
               {{"Interface", 16}, {"IP Address", 17}, {"Physical Address", 19}, {"ARP Type", 11}, {"Status", 9}});
  screen.rule();
  for (const auto& interface : engine.state.interfaces.all()) {
    for (const ArpRow& row : arp_rows(engine, *interface)) {
      if (!only || row.address == to_string(*only)) {
        screen.row({row.interface, row.address, row.mac, row.type, row.status});
      }
    }
  }
  screen.rule();
}

void show_hosts(const Engine& engine, Screen& screen) {
  screen.table("hosts", {{"IP Address", 18}, {"Host Name", 61}});
  screen.rule();
  for (const auto& [name, address] : engine.state.hosts) screen.row({to_string(address), name});
  screen.rule();
}

void show_udp(const Engine& engine, Screen& screen) {
  screen.line("Local port      Local address    Remote port     Remote address    Process");
  screen.rule(78);
  for (const auto& [port, of] : engine.path.udp_ports()) {
    screen.line(fmt::format("{:>6}{:>21}{:>12}{:>20}        {}", port, "0.0.0.0", 0, "0.0.0.0", of.process));
    const auto scope = screen.item("ports");
    screen.set("localPort", port);
    screen.set("localAddress", "0.0.0.0");
    screen.set("remotePort", 0);
    screen.set("remoteAddress", "0.0.0.0");
    screen.set("process", of.process);
  }
  screen.rule(78);
}

}  // namespace arrouter::ip
