#include "modules/ip/engine.h"

#include <fmt/format.h>

#include "os/base/text.h"
#include "os/outcome.h"

namespace arrouter::ip {

Engine::Engine(Services& given, Tcp* tcp)
    : services(given),
      state(given.ports),
      path(given, state),
      ping(given, state, path),
      trace(given, state, path),
      polls(given, state, path),
      resolver(given, *this, state.hosts, tcp) {
  for (const auto& link : state.interfaces.links()) watch(*link);
  path.on_icmp([this](const IcmpAnswer& answer) {
    ping.answered(answer);
    trace.answered(answer);
    polls.answered(answer);
  });
}

void Engine::watch(Link& link) {
  link.port->set_link_listener([this, &link](bool) {
    const std::vector<Interface*> here = link.interfaces;
    for (Interface* const interface : here) refresh(*interface);
  });
}

Engine::~Engine() {
  for (const auto& link : state.interfaces.links()) link->port->set_link_listener({});
}

void Engine::set_enabled(bool on) {
  state.switches.enabled = on;
  if (!on) {
    ping.stop();
    trace.stop();
    path.reset();
  }
  for (const auto& interface : state.interfaces.all()) refresh(*interface);
}

void Engine::refresh(Interface& interface) {
  interface.mtu = interface.link->port->mtu();
  interface.tcp_mss = interface.link->port->tcp_mss();
  const bool up = state.switches.enabled && interface.settings.enabled && interface.link->port->link_up();
  if (up == interface.up) return;
  interface.up = up;
  state.routes.set_interface_up(interface.id, up);
  state.routes.invalidate_caches();
  if (up) {
    path.arp().announce(interface);
  } else {
    path.arp().remove_interface(interface, true);
  }
  tell(interface);
}

void Engine::connect(Interface& interface) {
  const InterfaceSettings& settings = interface.settings;
  if (!settings.address.unset()) {
    Route route;
    route.network = settings.address.masked(settings.mask);
    route.mask = settings.mask;
    route.interface = interface.id;
    route.protocol = RouteProtocol::interface;
    route.metric = settings.rip_metric;
    route.added = services.clock.now();
    route.active = interface.up;
    state.routes.add(route);
  }
  readdress();
  state.routes.invalidate_caches();
}

void Engine::tell(const Interface& interface, bool removed) {
  const InterfaceChange change{interface.info(), removed};
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](change);
}

Interface& Engine::add_interface(std::string name, Link& link, InterfaceSettings settings) {
  Interface& interface = state.interfaces.add(std::move(name), link, std::move(settings));
  connect(interface);
  tell(interface);
  refresh(interface);
  return interface;
}

void Engine::remove_interface(Interface& interface) {
  interface.up = false;
  path.arp().remove_interface(interface, false);
  state.routes.remove_interface(interface.id, true);
  std::erase_if(state.templates, [&](const auto& held) { return held.second.interface == interface.name; });
  const InterfaceChange change{interface.info(), true};
  state.interfaces.remove(interface);
  readdress();
  state.routes.invalidate_caches();
  path.reset();
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](change);
}

void Engine::interface_changed(Interface& interface, const InterfaceSettings& before) {
  const bool readdressed = before.address != interface.settings.address || before.mask != interface.settings.mask;
  if (readdressed || before.rip_metric != interface.settings.rip_metric) {
    state.routes.remove_interface(interface.id, false);
    connect(interface);
  }
  if (readdressed) {
    path.arp().remove_interface(interface, true);
    if (interface.up) path.arp().announce(interface);
    tell(interface);
  }
  state.routes.invalidate_caches();
  refresh(interface);
}

void Engine::reset_interface(Interface& interface) {
  interface.counters = {};
  path.arp().remove_interface(interface, true);
  if (interface.up) path.arp().announce(interface);
}

void Engine::set_local(const LocalSettings& local) {
  move_host_route(0, state.local.address, local.address);
  state.local = local;
  readdress();
  state.routes.invalidate_caches();
}

void Engine::set_extra_local(unsigned number, const LocalSettings& local) {
  LocalSettings& kept = state.extra_locals[number];
  move_host_route(number, kept.address, local.address);
  kept = local;
  readdress();
  state.routes.invalidate_caches();
}

void Engine::remove_extra_local(unsigned number) {
  set_extra_local(number, {});
  state.extra_locals.erase(number);
}

void Engine::move_host_route(unsigned local, Ipv4Address from, Ipv4Address to) {
  if (from == to) return;
  Route host;
  host.mask = mask_of(32);
  host.interface = local_interface(local);
  host.protocol = RouteProtocol::interface;
  host.added = services.clock.now();
  host.network = from;
  state.routes.remove(host);
  host.network = to;
  if (!to.unset()) state.routes.add(host);
}

void Engine::readdress() {
  std::unordered_set<Ipv4Address> locals;
  if (!state.local.address.unset()) locals.insert(state.local.address);
  for (const auto& [number, local] : state.extra_locals) {
    if (!local.address.unset()) locals.insert(local.address);
  }
  state.interfaces.readdress(std::move(locals));
}

void Engine::reset() {
  path.reset();
  path.arp().remove_dynamic();
  state.ip = {};
  state.icmp = {};
  state.udp = {};
  state.snmp = {};
  path.arp().counters = {};
  state.cache_hits = state.cache_misses = 0;
  state.filters.reset_counters();
  state.stages = {};
  state.bad_packets.clear();
  for (const auto& interface : state.interfaces.all()) interface->counters = {};
  state.routes.invalidate_caches();
}

void Engine::purge() {
  set_enabled(false);
  while (!state.interfaces.all().empty()) remove_interface(*state.interfaces.all().back());
  set_local({});
  while (!state.extra_locals.empty()) remove_extra_local(state.extra_locals.begin()->first);
  state.routes.clear();
  state.filters.clear();
  state.templates.clear();
  state.preferences = {};
  state.pools.clear();
  state.hosts.clear();
  resolver.apply({});
  state.switches = {};
  ping.defaults = {};
  trace.defaults = {};
  polls.clear();
  reset();
}

std::optional<Ipv4Address> Engine::resolve_host(std::string_view text) const {
  return known_address(state.hosts, text);
}

std::optional<IpInterfaceInfo> Engine::interface(std::string_view name) const {
  const Interface* const found = state.interfaces.find(name);
  return found == nullptr ? std::nullopt : std::optional(found->info());
}

std::optional<IpInterfaceInfo> Engine::interface(InterfaceId id) const {
  const Interface* const found = state.interfaces.find(id);
  return found == nullptr ? std::nullopt : std::optional(found->info());
}

std::vector<IpInterfaceInfo> Engine::interfaces() const {
  std::vector<IpInterfaceInfo> all;
  for (const auto& interface : state.interfaces.all()) all.push_back(interface->info());
  return all;
}

void Engine::on_interface_change(std::function<void(const InterfaceChange&)> listener) {
  listeners_.push_back(std::move(listener));
}

std::optional<IpApi::RouteInfo> Engine::route(Ipv4Address destination) const {
  const auto hop = path.route(destination);
  if (!hop) return std::nullopt;
  return RouteInfo{hop->interface->id, hop->next_hop};
}

Ipv4Address Engine::source_towards(Ipv4Address destination) const { return path.source_towards(destination); }

std::optional<MadeRoute> Engine::add_route(std::string_view route_template, Ipv4Address network, Ipv4Address mask) {
  const auto found = state.templates.find(to_lower(route_template));
  if (found == state.templates.end()) return std::nullopt;
  const RouteTemplate& of = found->second;
  const Interface* const interface = state.interfaces.find(of.interface);
  if (interface == nullptr) return std::nullopt;
  Route route;
  route.network = network.masked(mask);
  route.mask = mask;
  route.next_hop = of.next_hop;
  route.interface = interface->id;
  route.active = interface->up;
  route.protocol = RouteProtocol::made;
  route.metric = of.metric;
  route.metric2 = of.metric2;
  route.policy = of.policy;
  route.preference = of.preference;
  route.tag = of.tag;
  route.added = services.clock.now();
  if (state.routes.add(route) != RouteTable::Added::added) return std::nullopt;
  return MadeRoute{route.network, mask, route.next_hop, route.interface, route.policy};
}

void Engine::remove_route(const MadeRoute& made) {
  Route path_of;
  path_of.network = made.network;
  path_of.mask = made.mask;
  path_of.next_hop = made.next_hop;
  path_of.interface = made.interface;
  path_of.policy = made.policy;
  path_of.protocol = RouteProtocol::made;
  state.routes.remove(path_of);
}

bool Engine::listen_udp(std::uint16_t port, std::string_view process, UdpListener listener) {
  return path.listen_udp(port, process, std::move(listener));
}

bool Engine::send_udp(const UdpToSend& datagram) {
  return state.switches.enabled && path.send_udp(datagram) == Sent::sent;
}

void Engine::set_ipsec(IpsecStage* stage) {
  ipsec_ = stage;
  path.set_ipsec(stage);
}

}  // namespace arrouter::ip
