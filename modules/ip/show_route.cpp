// SHOW IP ROUTE in its forms (reference/ip.md 3.2).
#include <fmt/format.h>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

std::string interface_name(const Engine& engine, const Route& route) {
  if (route.blackhole()) return "-";
  if (is_local_interface(route.interface)) return local_name(local_number(route.interface));
  const Interface* const interface = engine.state.interfaces.find(route.interface);
  return interface == nullptr ? "-" : interface->name;
}

std::string_view type_of(const Route& route) {
  if (route.blackhole()) return "other";
  return route.protocol == RouteProtocol::interface ? "direct" : "remote";
}

std::string_view protocol_of(const Route& route) {
  return route.protocol == RouteProtocol::interface ? "interface" : "static";
}

void print(const Engine& engine, Screen& screen, const Route& route, bool full) {
  const std::uint64_t age = whole_seconds(engine.services.clock.now() - route.added);
  const std::string next_hop = route.blackhole() ? "-" : to_string(route.next_hop);
  std::string name = interface_name(engine, route);
  const auto scope = screen.item("routes");
  screen.set("destination", to_string(route.network));
  screen.set("mask", to_string(route.mask));
  screen.set("nextHop", next_hop);
  screen.set("interface", name);
  screen.set("age", age);
  screen.set("type", type_of(route));
  screen.set("policy", route.policy);
  screen.set("protocol", protocol_of(route));
  screen.set("metric", route.metric);
  screen.set("preference", RouteTable::preference(route));
  screen.set("active", route.active);
  if (!route.active) name += "#";
  screen.line(
      fmt::format("{:<16}{:<16}{:<16}{:<20}{}", to_string(route.network), to_string(route.mask), next_hop, name, age));
  screen.line(fmt::format("-               {:<8}{:<8}{:<16}{:<20}{}", type_of(route), route.policy, protocol_of(route),
                          route.metric, RouteTable::preference(route)));
  if (!full) return;
  screen.line(fmt::format("Tag {}", route.tag ? std::to_string(*route.tag) : "-"));
  if (route.tag) screen.set("tag", *route.tag);
}

}  // namespace

void show_routes(const Engine& engine, Screen& screen, std::optional<Ipv4Address> only, bool full) {
  screen.line("IP Routes");
  screen.rule();
  screen.line("Destination     Mask            NextHop         Interface           Age");
  screen.line("DLCI/Circ.      Type    Policy  Protocol        Metrics             Preference");
  screen.rule();
  screen.set("routes", Json::array());
  for (const auto& [prefix, routes] : engine.state.routes.all()) {
    if (only && prefix.first != *only) continue;
    for (const Route& route : routes) {
      // A route whose interface is down is configured, not in use: only FULL has it.
      if (route.active || full) print(engine, screen, route, full);
    }
  }
  screen.rule();
}

void show_route_general(const Engine& engine, Screen& screen) {
  std::size_t connected = 0, cached = 0;
  for (const auto& [prefix, routes] : engine.state.routes.all()) {
    for (const Route& route : routes) connected += route.protocol == RouteProtocol::interface ? 1 : 0;
  }
  engine.path.destinations().each_cached([&](const Destination&) { ++cached; });
  const auto pair = [&](std::string_view left, std::uint64_t left_value, std::string_view right,
                        std::uint64_t right_value) {
    const std::string first = fmt::format("{:.<29} {}", std::string(left) + " ", left_value);
    screen.line(fmt::format("{:<39}{:.<29} {}", first, std::string(right) + " ", right_value));
    screen.set(json_key(left), left_value);
    screen.set(json_key(right), right_value);
  };
  screen.line("IP Route General Information");
  screen.rule();
  pair("Number of routes", engine.state.routes.size(), "Route cache size", Destinations::cache_size);
  pair("Number of interface routes", connected, "Number of cached routes", cached);
  pair("Route cache hits", engine.state.cache_hits, "Route cache misses", engine.state.cache_misses);
  screen.rule();
}

void show_route_cache(const Engine& engine, Screen& screen) {
  std::map<Ipv4Address, const Destination*> sorted;
  engine.path.destinations().each_cached([&](const Destination& entry) {
    if (entry.kind == Destination::Kind::routed) sorted[entry.address] = &entry;
  });
  screen.line("IP Route Cache");
  screen.rule();
  screen.table("cache", {{"Destination", 16}, {"NextHop", 16}, {"Interface", 20}});
  screen.rule();
  for (const auto& [address, entry] : sorted) {
    const Route& route = *entry->paths->front();
    screen.row({to_string(address), to_string(route.next_hop.unset() ? address : route.next_hop),
                interface_name(engine, route)});
  }
  screen.rule();
}

void show_route_count(const Engine& engine, Screen& screen) {
  screen.line("IP Route Counters");
  screen.rule();
  screen.table("routes", {{"Destination", 16}, {"Mask", 16}, {"NextHop", 16}, {"Interface", 20}, {"Packets", 10}});
  screen.rule();
  for (const auto& [prefix, routes] : engine.state.routes.all()) {
    for (const Route& route : routes) {
      screen.row({to_string(route.network), to_string(route.mask),
                  route.blackhole() ? std::string("-") : to_string(route.next_hop), interface_name(engine, route),
                  route.hits});
    }
  }
  screen.rule();
}

void show_route_preferences(const Engine& engine, Screen& screen) {
  screen.line("IP Route Preference");
  screen.table("preferences", {{"Protocol", 16}, {"Preference", 11}});
  screen.rule(27);
  for (std::size_t i = 0; i < routing_protocols.size(); ++i) {
    const RoutingProtocol& of = routing_protocols[i];
    screen.row({of.name, engine.state.preferences[i].value_or(of.preference)});
  }
}

void show_route_templates(const Engine& engine, Screen& screen, std::string_view only) {
  const auto or_dash = [](const std::optional<unsigned>& number) { return number ? std::to_string(*number) : "-"; };
  screen.line("IP Route Templates");
  screen.rule();
  screen.set("templates", Json::array());
  for (const auto& [name, of] : engine.state.templates) {
    if (!only.empty() && name != only) continue;
    const auto scope = screen.item("templates");
    const auto field = [&screen](std::string_view label, const Json& value) { screen.field(0, 18, label, value); };
    field("Name", name);
    field("Interface", of.interface);
    field("Next Hop", to_string(of.next_hop));
    field("Policy", of.policy);
    field("Metric1", of.metric);
    field("Metric2", of.metric2);
    field("Preference", or_dash(of.preference));
    field("Tag", or_dash(of.tag));
    screen.rule();
  }
}

}  // namespace arrouter::ip
