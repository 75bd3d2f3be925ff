// ADD, SET, DELETE, SHOW IP ROUTE and route templates.
#include "modules/ip/rows.h"

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

std::optional<unsigned> given_number(const Args& args, std::string_view name) {
  if (!args.has(name)) return std::nullopt;
  return static_cast<unsigned>(args.number(name));
}

/// The route a command names: destination, mask, and interface with next hop or BLACKHOLE.
std::expected<Route, Outcome> named_route(Engine& engine, const Args& args) {
  if (!engine.state.switches.enabled) return std::unexpected(messages::ip_not_enabled());
  Route route;
  const Ipv4Address destination = args.address("ROUTE");
  route.mask = args.has("MASK") ? args.address("MASK") : class_mask(destination);
  route.network = destination.masked(route.mask);
  route.policy = static_cast<unsigned>(args.number_or("POLICY", 0));
  if (args.has("BLACKHOLE")) return route;
  const Interface* const interface = engine.state.interfaces.find(args.text("INTERFACE"));
  if (interface == nullptr) return std::unexpected(messages::interface_unknown());
  route.interface = interface->id;
  route.active = interface->up;
  route.next_hop = args.address("NEXTHOP");
  return route;
}

void read_costs(const Args& args, Route& route) {
  route.metric = static_cast<unsigned>(args.number_or("METRIC", route.metric));
  route.metric2 = static_cast<unsigned>(args.number_or("METRIC2", route.metric2));
  if (args.has("PREFERENCE")) route.preference = given_number(args, "PREFERENCE");
  if (args.has("TAG")) route.tag = given_number(args, "TAG");
}

Outcome add_route(Engine& engine, const Args& args) {
  auto route = named_route(engine, args);
  if (!route) return route.error();
  read_costs(args, *route);
  route->added = engine.services.clock.now();
  switch (engine.state.routes.add(*route)) {
    case RouteTable::Added::added:
      return messages::route_added();
    case RouteTable::Added::exists:
      return messages::route_exists();
    case RouteTable::Added::full:
      return messages::route_limit();
  }
  return messages::route_added();
}

Outcome set_route(Engine& engine, const Args& args) {
  const auto named = named_route(engine, args);
  if (!named) return named.error();
  Route* const route = engine.state.routes.find(*named);
  if (route == nullptr) return messages::route_unknown();
  read_costs(args, *route);
  engine.state.routes.changed(*route);
  return messages::done();
}

Outcome delete_route(Engine& engine, const Args& args) {
  const auto named = named_route(engine, args);
  if (!named) return named.error();
  return engine.state.routes.remove(*named) ? messages::route_deleted() : messages::route_unknown();
}

void read_template(const Args& args, RouteTemplate& to) {
  if (args.has("INTERFACE")) to.interface = args.text("INTERFACE");
  if (args.has("NEXTHOP")) to.next_hop = args.address("NEXTHOP");
  to.metric = static_cast<unsigned>(args.number_or("METRIC", to.metric));
  to.metric2 = static_cast<unsigned>(args.number_or("METRIC2", to.metric2));
  to.policy = static_cast<unsigned>(args.number_or("POLICY", to.policy));
  if (args.has("PREFERENCE")) to.preference = given_number(args, "PREFERENCE");
  if (args.has("TAG")) to.tag = given_number(args, "TAG");
}

Outcome change_template(Engine& engine, const Args& args, bool make) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  auto& templates = engine.state.templates;
  const std::string name = to_lower(args.text("TEMPLATE"));
  const bool exists = templates.contains(name);
  if (make && exists) return messages::template_exists();
  if (!make && !exists) return messages::template_unknown();
  if (make && templates.size() >= limits::routes) return messages::route_limit();
  if (args.has("INTERFACE") && engine.state.interfaces.find(args.text("INTERFACE")) == nullptr) {
    return messages::interface_unknown();
  }
  read_template(args, templates[name]);
  return messages::done();
}

Outcome delete_template(Engine& engine, const Args& args) {
  const bool erased = engine.state.templates.erase(to_lower(args.text("TEMPLATE"))) > 0;
  return erased ? messages::done() : messages::template_unknown();
}

Outcome show_templates(const Engine& engine, Invocation& call) {
  const std::string only = to_lower(call.args.has_value("TEMPLATE") ? call.args.text("TEMPLATE") : "");
  if (!only.empty() && !engine.state.templates.contains(only)) return messages::template_unknown();
  show_route_templates(engine, call.screen, only);
  return Outcome::screen();
}

Outcome set_preference(Engine& engine, const Args& args) {
  std::optional<unsigned> preference;  // DEFAULT
  if (args.holds<std::uint64_t>("PREFERENCE")) preference = static_cast<unsigned>(args.number("PREFERENCE"));
  const std::string& which = args.choice("PROTOCOL");
  for (std::size_t i = 0; i < routing_protocols.size(); ++i) {
    if (which == "ALL" || which == routing_protocols[i].name) engine.state.preferences[i] = preference;
  }
  return messages::done();
}

Outcome show_route(Engine& engine, Invocation& call) {
  if (call.args.has("GENERAL")) {
    show_route_general(engine, call.screen);
  } else if (call.args.has("CACHE")) {
    show_route_cache(engine, call.screen);
  } else if (call.args.has("COUNT")) {
    show_route_count(engine, call.screen);
  } else if (call.args.has("PREFERENCE")) {
    show_route_preferences(engine, call.screen);
  } else if (engine.state.routes.size() == 0) {
    return messages::routes_none();
  } else {
    const auto only = call.args.has_value("ROUTE") ? std::optional(call.args.address("ROUTE")) : std::nullopt;
    show_routes(engine, call.screen, only, call.args.has("FULL"));
  }
  return Outcome::screen();
}

}  // namespace

void add_route_rows(Engine& engine, Rows& rows) {
  rows.push_back(
      {"ADD IP ROUte=<ipv4> INTerface=<interface> NEXThop=<ipv4> [MASK=<mask>] [{METric|METRIC1}=<1-16>] "
       "[METRIC2=<1-65535>] [POLIcy=<0-7>] [PREFerence=<0-65535>] [TAG=<1-65535>]",
       Access::manager, "Adds a static route.", [&engine](Invocation& call) { return add_route(engine, call.args); }});
  rows.push_back({"ADD IP ROUte=<ipv4> BLACKhole [MASK=<mask>] [METric=<1-16>] [PREFerence=<0-65535>]", Access::manager,
                  "Adds a route that throws its packets away.",
                  [&engine](Invocation& call) { return add_route(engine, call.args); }});
  rows.push_back(
      {"SET IP ROUte=<ipv4> INTerface=<interface> MASK=<mask> NEXThop=<ipv4> [{METric|METRIC1}=<1-16>] "
       "[METRIC2=<1-65535>] [POLIcy=<0-7>] [PREFerence=<0-65535>] [TAG=<1-65535>]",
       Access::manager, "Changes the costs of a static route.",
       [&engine](Invocation& call) { return set_route(engine, call.args); }});
  rows.push_back({"SET IP ROUte=<ipv4> BLACKhole [MASK=<mask>] [METric=<1-16>] [PREFerence=<0-65535>]", Access::manager,
                  "Changes the costs of a blackhole route.",
                  [&engine](Invocation& call) { return set_route(engine, call.args); }});
  rows.push_back({"DELete IP ROUte=<ipv4> MASK=<mask> INTerface=<interface> NEXThop=<ipv4> [POLIcy=<0-7>]",
                  Access::manager, "Deletes a static route.",
                  [&engine](Invocation& call) { return delete_route(engine, call.args); }});
  rows.push_back({"DELete IP ROUte=<ipv4> BLACKhole MASK=<mask>", Access::manager, "Deletes a blackhole route.",
                  [&engine](Invocation& call) { return delete_route(engine, call.args); }});
  rows.push_back({"LAB SET IP MAXRoutes=<1-1000000>", Access::manager, "Sets how many routes the table may hold.",
                  [&engine](Invocation& call) {
                    engine.state.routes.set_limit(call.args.number("MAXROUTES"));
                    return messages::done();
                  }});
  rows.push_back(
      {"ADD IP ROUte TEMPlate=<name:1-31> INTerface=<interface> NEXThop=<ipv4> [{METric|METRIC1}=<1-16>] "
       "[METRIC2=<1-65535>] [POLIcy=<0-7>] [PREFerence=<0-65535>] [TAG=<1-65535>]",
       Access::manager, "Adds a template for routes that other modules make.",
       [&engine](Invocation& call) { return change_template(engine, call.args, true); }});
  rows.push_back(
      {"SET IP ROUte TEMPlate=<name:1-31> [INTerface=<interface>] [NEXThop=<ipv4>] "
       "[{METric|METRIC1}=<1-16>] [METRIC2=<1-65535>] [POLIcy=<0-7>] [PREFerence=<0-65535>] [TAG=<1-65535>]",
       Access::manager, "Changes a route template.",
       [&engine](Invocation& call) { return change_template(engine, call.args, false); }});
  rows.push_back({"DELete IP ROUte TEMPlate=<name:1-31>", Access::manager, "Deletes a route template.",
                  [&engine](Invocation& call) { return delete_template(engine, call.args); }});
  rows.push_back({"SHow IP ROUte TEMPlate[=<name:1-31>]", Access::manager, "Displays the route templates.",
                  [&engine](Invocation& call) { return show_templates(engine, call); }});
  rows.push_back(
      {"SET IP ROUte PREFerence={DEFault|<1-65535>} "
       "PROTocol={ALL|BGP-EXT|BGP-INT|OSPF-EXT1|OSPF-EXT2|OSPF-INTEr|OSPF-INTRa|OSPF-Other|RIP}",
       Access::manager, "Sets the preference of routes that a protocol learns.",
       [&engine](Invocation& call) { return set_preference(engine, call.args); }, Coverage::no_effect,
       "Kept and shown; no routing protocol runs that could learn a route."});
  rows.push_back({"SHow IP ROUte[=<ipv4>] [{GENeral|CACHE|COUNT|FULL|MULticast|PREFerence}]", Access::manager,
                  "Displays the routing table.", [&engine](Invocation& call) { return show_route(engine, call); },
                  Coverage::partial, "There are no multicast routes; MULTICAST shows the unicast table."});
}

}  // namespace arrouter::ip
