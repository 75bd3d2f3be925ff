// Where a packet goes that may pass: to this router, to a broadcast's hosts, on towards its destination, or nowhere.
#include "modules/ip/departures.h"

namespace arrouter::ip {
namespace {

void decrement_ttl(PacketBuffer& packet) {
  std::uint8_t* const header = packet.data();
  const std::uint16_t before = load_be16(header + 8);
  const auto after = static_cast<std::uint16_t>(before - 0x100);
  store_be16(header + 8, after);
  store_be16(header + 10, wire::checksum_adjust(load_be16(header + 10), before, after));
}

}  // namespace

void Datapath::dispatch(Burst& burst) {
  Departures out(*this);
  state_.stage(Stage::route).in += burst.size();
  for (Packet& packet : burst) {
    const auto ip = wire::view_ipv4(packet->view(), false);
    const Destination& to = destinations_.of(ip->destination(), packet->meta.policy);
    switch (to.kind) {
      case Destination::Kind::own:
        ++state_.stage(Stage::route).out;
        note(*packet, "ip", [] { return std::string("for this router"); });
        deliver(std::move(packet));
        break;
      case Destination::Kind::broadcast:
        broadcast(std::move(packet), to, out);
        break;
      case Destination::Kind::multicast:
      case Destination::Kind::martian:
        drop_arrived(*packet, IpDrop::address_error);
        break;
      case Destination::Kind::unreachable:
        if (!state_.switches.forwarding) {
          drop_arrived(*packet, IpDrop::not_forwarding);
          break;
        }
        drop(*packet, IpDrop::no_route);
        icmp_error(*packet, wire::icmp_type::unreachable, wire::icmp_code::net_unreachable);
        break;
      case Destination::Kind::blackhole:
        drop(*packet, IpDrop::blackhole);
        break;
      case Destination::Kind::routed:
        forward(std::move(packet), to, out);
        break;
    }
  }
  burst.clear();
}

void Datapath::forward(Packet packet, const Destination& destination, Departures& out) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (!state_.switches.forwarding) {
    drop_arrived(*packet, IpDrop::not_forwarding);
    return;
  }
  if (ip->ttl() <= 1) {
    drop(*packet, IpDrop::ttl_expired);
    if (packet->meta.checksum == Checksum::partial) complete_checksum(*packet);
    icmp_error(*packet, wire::icmp_type::time_exceeded, wire::icmp_code::ttl_exceeded);
    return;
  }
  // A second fragment this early would overwrite TCP's flags behind a filter's back (RFC 1858).
  if (ip->fragment_offset() == 8 && ip->protocol() == wire::protocol::tcp && state_.switches.fragment_offset_filter) {
    drop_arrived(*packet, IpDrop::policy);
    return;
  }
  const Hop hop = destinations_.hop(destination, ip->source(), ip->protocol());
  if (ip->header_length() > wire::ipv4_header && !pass_options(packet, destination)) return;
  // Who meets a service of his own network by an address of NAT has to take the way through the router.
  const bool direct = packet->meta.ipsec_sa == 0 && packet->meta.session == 0;
  if (direct) maybe_redirect(*packet, hop);
  decrement_ttl(*packet);
  if (state_.interfaces.any_point_to_point()) limit_mss(*packet, *hop.interface);
  ++state_.ip.forwarded;
  ++state_.stage(Stage::route).out;
  note(*packet, "ip", [&] { return fmt::format("route: {} by {}", to_string(hop.next_hop), hop.interface->name); });
  out.add(hop, std::move(packet));
}

bool Datapath::pass_options(Packet& packet, const Destination& destination) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const Options options = check_options(ip->header());
  if (options.bad_at) {
    drop_arrived(*packet, IpDrop::option);
    icmp_error(*packet, wire::icmp_type::parameter_problem, 0, static_cast<std::uint32_t>(*options.bad_at) << 24);
    return false;
  }
  const Hop hop = destinations_.hop(destination, ip->source(), ip->protocol());
  if (options.source_routed()) {
    // Between two hops of a strict route there is no room for another router.
    const bool advanced = packet->meta.flow == source_route_advanced;
    const bool strict_broken = options.strict && (!advanced || hop.next_hop != ip->destination());
    if (!state_.switches.source_route || strict_broken) {
      drop_arrived(*packet, IpDrop::option);
      icmp_error(*packet, wire::icmp_type::unreachable, wire::icmp_code::source_route_failed);
      return false;
    }
    record_passage(packet->data(), options, hop.interface->settings.address, midnight_ms(), advanced);
  } else {
    record_passage(packet->data(), options, hop.interface->settings.address, midnight_ms(), false);
  }
  packet->meta.flow = 0;
  wire::finish_ipv4(packet->data());
  return true;
}

void Datapath::maybe_redirect(const PacketBuffer& packet, const Hop& hop) {
  const Interface* const came_by = state_.interfaces.find(packet.meta.interface);
  if (came_by == nullptr || hop.interface != came_by || !state_.switches.redirect) return;
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!came_by->on_subnet(ip->source()) || !came_by->on_subnet(hop.next_hop)) return;
  if (ip->header_length() > wire::ipv4_header && check_options(ip->header()).source_routed()) return;
  if (!redirects_.allow(ip->source(), ip->destination(), services_.clock.now())) return;
  icmp_error(packet, wire::icmp_type::redirect, wire::icmp_code::redirect_host, hop.next_hop.value);
}

void Datapath::broadcast(Packet packet, const Destination& destination, Departures& out) {
  Interface* const came_by = state_.interfaces.find(packet->meta.interface);
  Interface* const target = destination.broadcast_on;
  if (target == nullptr || target == came_by) {
    if (wire::view_ipv4(packet->view(), false)->fragment()) {
      packet = reassembly_.add(std::move(packet));
      if (!packet) return;
    }
    deliver(std::move(packet));
    return;
  }
  // Somebody else's directed broadcast, sent on only where that is wanted.
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (!target->settings.directed_broadcast || !state_.switches.forwarding || packet->meta.link_broadcast) {
    drop_arrived(*packet, IpDrop::address_error);
    return;
  }
  if (ip->ttl() <= 1) {
    drop(*packet, IpDrop::ttl_expired);
    return;
  }
  decrement_ttl(*packet);
  ++state_.ip.forwarded;
  ++state_.stage(Stage::route).out;
  out.add({target, ip->destination()}, std::move(packet));
}

}  // namespace arrouter::ip
