// Links and addresses that come and go at run time: what PPP asks of IP.
#include "modules/ip/engine.h"

namespace arrouter::ip {

void Engine::attach_link(Port& port) {
  Link& link = state.interfaces.add_link(port);
  path.attach(link);
  watch(link);
}

void Engine::detach_link(Port& port) {
  Link* const link = state.interfaces.find_link(port.name());
  if (link == nullptr) return;
  while (!link->interfaces.empty()) remove_interface(*link->interfaces.back());
  path.detach(*link);
  port.set_link_listener({});
  state.interfaces.remove_link(*link);
}

bool Engine::assign_address(std::string_view name, Ipv4Address address, Ipv4Address mask) {
  Interface* const interface = state.interfaces.find(name);
  if (interface == nullptr) return false;
  InterfaceSettings& settings = interface->settings;
  const bool open_to_it = settings.origin == Origin::assigned ||
                          (settings.origin == Origin::configured && settings.address.unset());
  if (!open_to_it) return false;
  const InterfaceSettings before = settings;
  settings.address = address;
  settings.mask = address.unset() ? Ipv4Address() : mask;
  settings.origin = address.unset() ? Origin::configured : Origin::assigned;
  interface_changed(*interface, before);
  return true;
}

bool Engine::add_dynamic_interface(std::string_view name, Ipv4Address address) {
  Link* const link = state.interfaces.find_link(name);
  if (!state.switches.enabled || link == nullptr || state.interfaces.find(name) != nullptr) return false;
  InterfaceSettings settings;
  settings.origin = Origin::dynamic;
  settings.address = address;
  if (!address.unset()) settings.mask = mask_of(32);
  add_interface(std::string(name), *link, std::move(settings));
  return true;
}

std::optional<MadeRoute> Engine::add_host_route(std::string_view name, Ipv4Address host) {
  const Interface* const interface = state.interfaces.find(name);
  if (interface == nullptr) return std::nullopt;
  Route route;
  route.network = host;
  route.mask = mask_of(32);
  route.interface = interface->id;
  route.active = interface->up;
  route.protocol = RouteProtocol::made;
  route.added = services.clock.now();
  if (state.routes.add(route) != RouteTable::Added::added) return std::nullopt;
  return MadeRoute{host, route.mask, {}, interface->id, 0};
}

std::optional<Ipv4Address> Engine::lease_address(std::string_view pool, std::string_view interface,
                                                 std::string_view user) {
  return state.pools.lease(pool, interface, user, services.wall.now());
}

void Engine::release_address(std::string_view pool, Ipv4Address address) {
  state.pools.release(pool, address, services.wall.now());
}

}  // namespace arrouter::ip
