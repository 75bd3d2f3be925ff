// Packets out: route, IPsec, fragments, ARP, the link's burst.
#include "modules/ip/departures.h"
#include "modules/ip/mss.h"
#include "netdev/join.h"
#include "netdev/wire/udp.h"

namespace arrouter::ip {
namespace {

constexpr MacAddress broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

MacAddress multicast_mac(Ipv4Address group) {
  const std::uint32_t low = group.value & 0x7fffff;  // RFC 1112 6.4
  return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(low >> 16), static_cast<std::uint8_t>(low >> 8),
           static_cast<std::uint8_t>(low)}};
}

}  // namespace

/// Sends fragments one by one.
struct Datapath::Emitter final : FragmentSink {
  Emitter(Datapath& path, const Hop& hop) : path(path), hop(hop) {}
  void fragment(Packet packet) override { path.link_send(*hop.interface, hop.next_hop, std::move(packet)); }
  Datapath& path;
  const Hop& hop;
};

void Datapath::send(Burst& packets) {
  const Flight flight(*this);
  packets.compact();
  Departures out(*this);
  for (Packet& packet : packets) depart(std::move(packet), out);
  packets.clear();
}

void Datapath::send_to_all(InterfaceId id, Packet packet) {
  Interface* const interface = state_.interfaces.find(id);
  if (interface == nullptr || !interface->up) return drop(IpDrop::interface_down);
  if (wire_length(*packet) > interface->mtu) return drop(IpDrop::would_fragment);
  emit({interface, Ipv4Address(0xffffffff)}, std::move(packet));
}

std::optional<MacAddress> Datapath::station(InterfaceId id, Ipv4Address host) const {
  const Interface* const interface = state_.interfaces.find(id);
  return interface == nullptr ? std::nullopt : arp_.known(*interface, host);
}

Sent Datapath::originate(Packet packet) {
  const Flight flight(*this);
  Departures out(*this);
  return depart(std::move(packet), out);
}

Sent Datapath::depart(Packet packet, Departures& out) {
  ++state_.ip.out_requests;
  if (packet->meta.ipsec_done) ++state_.stage(Stage::seal).out;  // a piece of a super-frame, or one that had waited
  if (state_.trace.active()) [[unlikely]] state_.trace.begin(*packet, "router");
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (!ip) {
    drop(IpDrop::header_error);
    return Sent::no_route;
  }
  // What IPsec held back for an SA is somebody else's, and was filtered when it came.
  if (state_.local.filtered() && packet->meta.interface == 0 && !filter_own(*packet)) return Sent::filtered;
  const Destination& to = destinations_.of(ip->destination(), packet->meta.policy);
  switch (to.kind) {
    case Destination::Kind::own:
      loop_back(std::move(packet));
      return Sent::sent;
    case Destination::Kind::routed:
      out.add(destinations_.hop(to, ip->source(), ip->protocol()), std::move(packet));
      return Sent::sent;
    case Destination::Kind::broadcast:
    case Destination::Kind::multicast: {
      // A limited broadcast leaves by the interface whose address it carries.
      Interface* const interface = to.broadcast_on != nullptr ? to.broadcast_on : state_.interfaces.owner(ip->source());
      if (interface == nullptr) break;
      out.add({interface, ip->destination()}, std::move(packet));
      return Sent::sent;
    }
    case Destination::Kind::blackhole:
      drop(*packet, IpDrop::blackhole);
      return Sent::no_route;
    case Destination::Kind::unreachable:
    case Destination::Kind::martian:
      break;
  }
  drop(*packet, IpDrop::no_route);
  return Sent::no_route;
}

Sent Datapath::send_udp(const UdpToSend& datagram) {
  const std::size_t length = wire::ipv4_header + wire::udp_header + datagram.payload.size();
  Ipv4Address source = datagram.source;
  if (source.unset()) source = source_towards(datagram.destination);
  Packet packet = length <= 65535 ? services_.pool.allocate(length) : Packet();
  if (!packet) {
    drop(IpDrop::no_buffer);
    return Sent::no_buffer;
  }
  std::uint8_t* const at = packet->put(length);
  std::copy(datagram.payload.begin(), datagram.payload.end(), at + wire::ipv4_header + wire::udp_header);
  wire::write_udp(at + wire::ipv4_header, datagram.source_port, datagram.destination_port, datagram.payload.size(),
                  source, datagram.destination);
  wire::write_ipv4(at, {source, datagram.destination, wire::protocol::udp, 0, 64, next_id(), false},
                   static_cast<std::uint16_t>(length));
  ++state_.udp.out_datagrams;
  return originate(std::move(packet));
}

std::optional<Hop> Datapath::route(Ipv4Address destination) const {
  const Destination& to = destinations_.of(destination);
  if (to.kind == Destination::Kind::routed) return destinations_.hop(to, {}, 0);
  if (to.kind == Destination::Kind::own) {
    Interface* const owner = state_.interfaces.owner(destination);
    if (owner != nullptr && owner->up) return Hop{owner, destination};
  }
  if (to.kind == Destination::Kind::broadcast && to.broadcast_on != nullptr && to.broadcast_on->up) {
    return Hop{to.broadcast_on, destination};
  }
  return std::nullopt;
}

Ipv4Address Datapath::source_towards(Ipv4Address destination) const {
  if (!state_.local.address.unset()) return state_.local.address;
  const auto hop = route(destination);
  if (hop && !hop->interface->settings.address.unset()) return hop->interface->settings.address;
  return state_.interfaces.first_address();
}

void Datapath::emit(const Hop& hop, Packet packet) {
  Interface& interface = *hop.interface;
  ++state_.stage(Stage::output).in;
  if (!interface.up) {
    drop(*packet, IpDrop::interface_down);
    ++interface.counters.out_discards;
    return;
  }
  if (interface.settings.priority_filter) assign_priority(interface, *packet);
  if (wire_length(*packet) <= interface.mtu) [[likely]] {
    ++state_.stage(Stage::output).out;
    link_send(interface, hop.next_hop, std::move(packet));
  } else {
    too_big(hop, std::move(packet));
  }
}

void Datapath::too_big(const Hop& hop, Packet packet) {
  Interface& interface = *hop.interface;
  complete_checksum(*packet);
  note(*packet, "ip", [&] { return fmt::format("too long for {}, mtu {}", interface.name, interface.mtu); });
  if ((packet->data()[6] & 0x40) != 0 && !interface.settings.fragment) {
    drop(*packet, IpDrop::would_fragment);
    ++interface.counters.out_discards;
    send_too_big(*packet, interface.mtu);
    return;
  }
  Emitter emitter(*this, hop);
  const auto cut = [&](Packet whole) {
    if (fragment(std::move(whole), interface.mtu, services_.pool, state_.ip, emitter)) {
      ++state_.stage(Stage::output).out;
      return;
    }
    drop(IpDrop::no_buffer);
    ++interface.counters.out_discards;
  };
  if (packet->meta.segmentation == Segmentation::none) {
    cut(std::move(packet));
    return;
  }
  // The pieces of a super-frame are what has to be fragmented.
  each_segment(std::move(packet), [&](Packet piece) {
    if (piece->size() <= interface.mtu) {
      ++state_.stage(Stage::output).out;
      link_send(interface, hop.next_hop, std::move(piece));
    } else {
      cut(std::move(piece));
    }
  });
}

void Datapath::limit_mss(PacketBuffer& packet, const Interface& leaves_by) const {
  const Interface* const came_by = state_.interfaces.find(packet.meta.interface);
  unsigned limit = came_by == nullptr ? 0 : came_by->tcp_mss;
  if (limit == 0 || (leaves_by.tcp_mss != 0 && leaves_by.tcp_mss < limit)) limit = leaves_by.tcp_mss;
  if (limit != 0) lower_mss(packet, limit);
}

void Datapath::link_send(Interface& interface, Ipv4Address next_hop, Packet packet) {
  if (interface.link->port->point_to_point()) {
    send_resolved(interface, std::move(packet), MacAddress{});
  } else if (next_hop.limited_broadcast() || interface.is_broadcast(next_hop)) {
    ++interface.counters.out_broadcasts;
    send_resolved(interface, std::move(packet), broadcast_mac);
  } else if (next_hop.multicast()) {
    ++interface.counters.out_broadcasts;
    send_resolved(interface, std::move(packet), multicast_mac(next_hop));
  } else {
    note(*packet, "arp", [&] {
      const bool known = arp_.known(interface, next_hop).has_value();
      return fmt::format("next hop {}{}", to_string(next_hop), known ? "" : ": asked for its station");
    });
    if (const MacAddress* const mac = arp_.resolve(interface, next_hop, packet)) {
      send_resolved(interface, std::move(packet), *mac);
    }
  }
}

void Datapath::send_resolved(Interface& interface, Packet packet, const MacAddress& to) {
  ++interface.counters.out_packets;
  note(*packet, interface.name, [&] { return fmt::format("out to {}, {} bytes", to_string(to), packet->size()); });
  wire::write_ethernet(packet->push(wire::ethernet_header), to, interface.link->port->mac(), wire::ether_type::ipv4);
  packet->meta.network_offset = wire::ethernet_header;
  transmit(interface, std::move(packet));
}

void Datapath::transmit(Interface& interface, Packet frame) {
  Link& link = *interface.link;
  link.transmit.add(std::move(frame));
  if (link.transmit.full() || depth_ == 0) flush(link);
}

void Datapath::flush() {
  for (const auto& link : state_.interfaces.links()) {
    if (!link->transmit.empty()) flush(*link);
  }
}

void Datapath::flush(Link& link) {
  // Sending may bring answers back at once (memory ports), which add to the link's burst: it is taken out first.
  Burst frames;
  for (Packet& frame : link.transmit) frames.add(std::move(frame));
  link.transmit.clear();
  if (std::exchange(link.prioritised, false)) order_by_priority(frames);
  join_frames(frames, link.port->offloads(), services_.pool);
  link.port->send(frames);
}

void Datapath::unresolved(Packet packet) {
  drop(*packet, IpDrop::arp_failed);
  // Own packets (no arrival interface) have nobody to be told but the sender itself.
  if (packet->meta.interface != 0) {
    icmp_error(*packet, wire::icmp_type::unreachable, wire::icmp_code::host_unreachable);
  }
}

bool Datapath::proxies(const Interface& interface, Ipv4Address target) {
  if (firewall_ != nullptr && firewall_->answers_arp(interface.id, target)) return true;
  const ProxyArp mode = interface.settings.proxy_arp;
  if (mode == ProxyArp::off || interface.on_subnet(target)) return false;
  const RouteTable::Paths* const paths = state_.routes.lookup(target);
  if (paths == nullptr || paths->front()->blackhole()) return false;
  if (paths->front()->is_default() && mode != ProxyArp::default_route) return false;
  if (state_.interfaces.broadcast_of(target) != nullptr) return false;
  const Interface* const leaves_by = state_.interfaces.find(paths->front()->interface);
  return leaves_by != nullptr && leaves_by->link != interface.link;
}

void Datapath::loop_back(Packet packet) {
  if (looped_.full()) {
    drop(IpDrop::no_buffer);
    return;
  }
  looped_.add(std::move(packet));
  loop_timer_.arm(services_.clock.now());
}

void Datapath::drain_loop() {
  const Flight flight(*this);
  Burst now;
  for (Packet& packet : looped_) now.add(std::move(packet));
  looped_.clear();
  for (Packet& packet : now) {
    const auto ip = wire::view_ipv4(packet->view(), false);
    if (!ip) continue;
    Interface* interface = state_.interfaces.owner(ip->destination());
    if (interface == nullptr && !state_.interfaces.all().empty()) interface = state_.interfaces.all().front().get();
    packet->meta.interface = interface == nullptr ? 0 : interface->id;
    ++state_.ip.in_receives;
    deliver(std::move(packet));
  }
}

}  // namespace arrouter::ip
