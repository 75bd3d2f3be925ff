#include "modules/ip/mib.h"

#include "os/base/limits.h"

namespace arrouter::ip {

IpFigures ip_figures(const IpCounters& counters) {
  const auto dropped = [&](auto... reasons) { return (counters.dropped(reasons) + ...); };
  return {
      .in_receives = counters.in_receives,
      .in_header_errors = dropped(IpDrop::header_error, IpDrop::ttl_expired, IpDrop::option),
      .in_address_errors = dropped(IpDrop::address_error, IpDrop::not_forwarding),
      .forwarded = counters.forwarded,
      .in_unknown_protocols = dropped(IpDrop::unknown_protocol),
      .in_discards = dropped(IpDrop::no_buffer, IpDrop::policy, IpDrop::filter),
      .in_delivers = counters.in_delivers,
      .out_requests = counters.out_requests,
      .out_discards = dropped(IpDrop::arp_failed, IpDrop::interface_down, IpDrop::blackhole),
      .out_no_routes = dropped(IpDrop::no_route),
      .reassembly_timeout_s = static_cast<std::uint64_t>(limits::reassembly_time.count()),
      .reassembly_required = counters.reassembly_required,
      .reassembled = counters.reassembled,
      .reassembly_fails = dropped(IpDrop::reassembly_failed),
      .fragmented = counters.fragmented,
      .fragment_fails = dropped(IpDrop::would_fragment),
      .fragments_created = counters.fragments_created,
      .routing_discards = 0,
  };
}

void Mib::set_forwarding(bool on) {
  engine_.state.switches.forwarding = on;
  engine_.state.routes.invalidate_caches();
}

IcmpFigures Mib::icmp_figures() const {
  const IcmpCounters& of = engine_.state.icmp;
  return {of.in_messages, of.in_errors, of.out_messages, of.out_suppressed, of.in, of.out};
}

std::string Mib::link_of(InterfaceId id) const {
  const Interface* const interface = engine_.state.interfaces.find(id);
  return interface == nullptr ? std::string() : interface->link->name;
}

std::uint64_t Mib::unknown_protocols(std::string_view link) const {
  const Link* const found = engine_.state.interfaces.find_link(link);
  return found == nullptr ? 0 : found->in_unknown_protocols;
}

std::vector<MibAddress> Mib::addresses() const {
  std::vector<MibAddress> all;
  for (const auto& interface : engine_.state.interfaces.all()) {
    const InterfaceSettings& of = interface->settings;
    if (!of.address.unset()) all.push_back({of.address, of.mask, interface->link->name, of.ones_broadcast});
  }
  return all;
}

std::vector<MibRoute> Mib::routes() const {
  std::vector<MibRoute> best;
  const Instant now = engine_.services.clock.now();
  for (const auto& [prefix, routes] : engine_.state.routes.all()) {
    const Route* chosen = nullptr;
    for (const Route& route : routes) {
      if (!route.active || is_local_interface(route.interface)) continue;
      if (chosen == nullptr || std::pair(RouteTable::preference(route), route.metric) <
                                   std::pair(RouteTable::preference(*chosen), chosen->metric)) {
        chosen = &route;
      }
    }
    if (chosen == nullptr) continue;
    using Origin = MibRoute::Origin;
    const Origin origin = chosen->protocol == RouteProtocol::interface ? Origin::connected
                          : chosen->protocol == RouteProtocol::made    ? Origin::made
                                                                       : Origin::configured;
    best.push_back({chosen->network, chosen->mask, chosen->next_hop, link_of(chosen->interface), origin, chosen->metric,
                    std::chrono::duration_cast<std::chrono::seconds>(now - chosen->added)});
  }
  return best;
}

std::vector<MibNeighbour> Mib::neighbours() const {
  std::vector<MibNeighbour> all;
  for (const auto& [key, entry] : engine_.path.arp().all()) {
    if (entry.resolved) all.push_back({link_of(entry.interface), entry.address, entry.mac, entry.fixed});
  }
  return all;
}

std::vector<std::uint16_t> Mib::udp_ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& [port, of] : engine_.path.udp_ports()) ports.push_back(port);
  return ports;
}

}  // namespace arrouter::ip
