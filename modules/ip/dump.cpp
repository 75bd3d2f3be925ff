// The configuration script: short forms as the router writes them, only what differs from the defaults.
#include <fmt/format.h>

#include "modules/ip/rows.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

void add_number(std::string& line, std::string_view name, const std::optional<unsigned>& value) {
  if (value) line += fmt::format(" {}={}", name, *value);
}
void add_number(std::string& line, std::string_view name, unsigned value, unsigned standard) {
  if (value != standard) line += fmt::format(" {}={}", name, value);
}
void add_switch(std::string& line, std::string_view name, bool value, bool standard) {
  if (value != standard) line += fmt::format(" {}={}", name, value ? "on" : "off");
}

constexpr std::string_view proxy_arp_word(ProxyArp mode) {
  constexpr std::string_view words[] = {"off", "on", "strict", "defroute"};
  return words[static_cast<std::size_t>(mode)];
}
constexpr std::string_view multicast_word(Multicast mode) {
  constexpr std::string_view words[] = {"off", "send", "receive", "both"};
  return words[static_cast<std::size_t>(mode)];
}

void dump_switches(const Switches& on, ConfigWriter& config) {
  const Switches standard;
  const auto line = [&](std::string_view name, bool Switches::*flag) {
    if (on.*flag != standard.*flag) config.line(fmt::format("{} ip {}", on.*flag ? "enable" : "disable", name));
  };
  line("for", &Switches::forwarding);
  line("echo", &Switches::echo_reply);
  line("icmp=net", &Switches::net_unreachable);
  line("icmp=host", &Switches::host_unreachable);
  line("icmp=red", &Switches::redirect);
  line("fof", &Switches::fragment_offset_filter);
  line("srcroute", &Switches::source_route);
  line("debug", &Switches::debug);
  line("adv", &Switches::advertise);
  line("remote", &Switches::remote_assign);
  line("arp log", &Switches::arp_log);
  line("arp agepoll", &Switches::arp_age_poll);
  line("mac", &Switches::mac_disparity);
  line("rou cache", &Switches::route_cache);
  line("rou count", &Switches::route_count);
  line("rou multipath", &Switches::multipath);
  line("spoofcheck", &Switches::spoof_check);
  if (on.arp_timeout != standard.arp_timeout) config.line(fmt::format("set ip arp tim={}", on.arp_timeout));
  if (on.arp_wait_s != standard.arp_wait_s) config.line(fmt::format("set ip arpw={}", on.arp_wait_s));
}

void dump_interface(const Interface& interface, ConfigWriter& config) {
  const InterfaceSettings& of = interface.settings;
  const InterfaceSettings standard;
  if (of.origin == Origin::dynamic) return;
  const bool assigned = of.origin == Origin::assigned;
  const Ipv4Address address = assigned ? Ipv4Address() : of.address;
  std::string line = fmt::format("add ip int={} ip={}", interface.name, to_string(address));
  if (!assigned && of.mask != class_mask(address)) line += fmt::format(" mask={}", to_string(of.mask));
  if (!of.ones_broadcast) line += " broad=0";
  add_switch(line, "dir", of.directed_broadcast, standard.directed_broadcast);
  add_number(line, "fil", of.filter);
  add_switch(line, "flush", of.flush_arp, standard.flush_arp);
  add_switch(line, "frag", of.fragment, standard.fragment);
  add_switch(line, "gra", of.gratuitous_arp, standard.gratuitous_arp);
  add_number(line, "gre", of.gre);
  if (of.igmp_proxy != standard.igmp_proxy) line += fmt::format(" igmp={}", to_lower(of.igmp_proxy));
  add_switch(line, "inv", of.inverse_arp, standard.inverse_arp);
  if (of.multicast != standard.multicast) line += fmt::format(" mul={}", multicast_word(of.multicast));
  add_number(line, "ospf", of.ospf_metric, standard.ospf_metric);
  add_number(line, "pol", of.policy_filter);
  add_number(line, "pri", of.priority_filter);
  if (of.proxy_arp != standard.proxy_arp) line += fmt::format(" proxy={}", proxy_arp_word(of.proxy_arp));
  add_number(line, "ripm", of.rip_metric, standard.rip_metric);
  if (of.block) line += " sam=block";
  add_switch(line, "vjc", of.vjc, standard.vjc);
  add_number(line, "vlanp", of.vlan_priority);
  add_number(line, "vlant", of.vlan_tag);
  config.line(std::move(line));
  if (!of.enabled) config.line(fmt::format("disable ip int={}", interface.name));
}

/// `command` with what differs from the defaults, when anything does.
void dump_local(std::string_view command, const LocalSettings& local, ConfigWriter& config) {
  const LocalSettings standard;
  std::string line;
  if (!local.address.unset()) line += fmt::format(" ip={}", to_string(local.address));
  add_number(line, "fil", local.filter);
  add_number(line, "pol", local.policy_filter);
  add_number(line, "pri", local.priority_filter);
  add_number(line, "ripm", local.rip_metric, standard.rip_metric);
  add_number(line, "ospf", local.ospf_metric, standard.ospf_metric);
  add_number(line, "gre", local.gre);
  if (!line.empty()) config.line(std::string(command) + line);
}

template <class Costs>
void add_costs(std::string& line, const Costs& of) {
  add_number(line, "met", of.metric, 1);
  add_number(line, "metric2", of.metric2, 1);
  add_number(line, "poli", of.policy, 0);
  add_number(line, "pref", of.preference);
  add_number(line, "tag", of.tag);
}

void dump_routes(const Engine& engine, ConfigWriter& config) {
  for (const auto& [prefix, routes] : engine.state.routes.all()) {
    for (const Route& route : routes) {
      if (route.protocol != RouteProtocol::fixed) continue;
      std::string line = fmt::format("add ip rou={} mask={}", to_string(route.network), to_string(route.mask));
      if (route.blackhole()) {
        line += " blackhole";
        add_number(line, "met", route.metric, 1);
        add_number(line, "pref", route.preference);
      } else {
        line += fmt::format(" int={} next={}", engine.state.interfaces.find(route.interface)->name,
                            to_string(route.next_hop));
        add_costs(line, route);
      }
      config.line(std::move(line));
    }
  }
  for (std::size_t i = 0; i < routing_protocols.size(); ++i) {
    const auto& preference = engine.state.preferences[i];
    if (preference) {
      config.line(fmt::format("set ip rou pref={} prot={}", *preference, to_lower(routing_protocols[i].name)));
    }
  }
  for (const auto& [name, of] : engine.state.templates) {
    std::string line =
        fmt::format("add ip rou temp={} int={} next={}", arrouter::quoted(name), of.interface, to_string(of.next_hop));
    add_costs(line, of);
    config.line(std::move(line));
  }
}

void dump_arp(const Engine& engine, ConfigWriter& config) {
  std::map<std::pair<InterfaceId, Ipv4Address>, const ArpEntry*> sorted;
  for (const auto& [key, entry] : engine.path.arp().all()) {
    if (entry.fixed) sorted[{entry.interface, entry.address}] = &entry;
  }
  for (const auto& [key, entry] : sorted) {
    std::string line = fmt::format("add ip arp={} int={} eth={}", to_string(entry->address),
                                   engine.state.interfaces.find(entry->interface)->name, to_string(entry->mac));
    add_number(line, "port", entry->port, 0);
    config.line(std::move(line));
  }
}

void dump_ping(const PingSettings& of, ConfigWriter& config) {
  const PingSettings standard;
  std::string line;
  if (!of.destination.unset()) line += " " + to_string(of.destination);
  if (!of.source.unset()) line += " sipadd=" + to_string(of.source);
  if (of.continuous) line += " num=continuous";
  if (!of.continuous) add_number(line, "num", of.number, standard.number);
  add_number(line, "len", of.length, standard.length);
  add_number(line, "time", of.timeout_s, standard.timeout_s);
  add_number(line, "del", of.delay_s, standard.delay_s);
  add_number(line, "tos", of.tos, standard.tos);
  if (!of.pattern.empty()) line += " patt=" + of.pattern;
  add_switch(line, "scr", of.screen_output, standard.screen_output);
  if (!line.empty()) config.line("set ping" + line);
}

void dump_trace(const TraceSettings& of, ConfigWriter& config) {
  const TraceSettings standard;
  std::string line;
  if (!of.destination.unset()) line += " " + to_string(of.destination);
  if (!of.source.unset()) line += " so=" + to_string(of.source);
  add_number(line, "num", of.number, standard.number);
  add_number(line, "time", of.timeout_s, standard.timeout_s);
  add_number(line, "tos", of.tos, standard.tos);
  add_number(line, "port", of.port, standard.port);
  add_number(line, "mint", of.minimum_ttl, standard.minimum_ttl);
  add_number(line, "maxt", of.maximum_ttl, standard.maximum_ttl);
  add_switch(line, "addro", of.addresses_only, standard.addresses_only);
  add_switch(line, "scr", of.screen_output, standard.screen_output);
  if (!line.empty()) config.line("set trace" + line);
}

}  // namespace

void dump_configuration(const Engine& engine, ConfigWriter& config) {
  config.section("IP", {"ip", "ipg", "5"});
  const State& state = engine.state;
  // Interfaces and routes are accepted only while the module is enabled.
  bool needs_enabling = !state.interfaces.all().empty() || !state.templates.empty() || !state.filters.all().empty() ||
                        !state.pools.all().empty();
  for (const auto& [prefix, routes] : state.routes.all()) {
    for (const Route& route : routes) needs_enabling |= route.protocol == RouteProtocol::fixed;
  }
  if (state.switches.enabled || needs_enabling) config.line("enable ip");
  dump_switches(state.switches, config);
  dump_filters(state.filters, config);
  for (const auto& [key, pool] : state.pools.all()) {
    config.line(fmt::format("create ip pool={} ip={}", arrouter::quoted(pool.name), to_string(pool.range)));
  }
  for (const auto& interface : state.interfaces.all()) dump_interface(*interface, config);
  dump_local("set ip local", state.local, config);
  for (const auto& [number, local] : state.extra_locals) {
    dump_local(fmt::format("add ip local={}", number), local, config);
  }
  dump_arp(engine, config);
  dump_routes(engine, config);
  for (const auto& [name, address] : state.hosts) {
    config.line(fmt::format("add ip host={} ip={}", arrouter::quoted(name), to_string(address)));
  }
  dump_dns(engine.resolver.settings(), config);
  dump_helpers(state.helpers, config);
  dump_ping(engine.ping.defaults, config);
  dump_trace(engine.trace.defaults, config);
  dump_ping_polls(engine.polls, config);
  if (!state.switches.enabled && needs_enabling) config.line("disable ip");
}

}  // namespace arrouter::ip
