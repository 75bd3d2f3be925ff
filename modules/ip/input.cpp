// Frames in: which interface, is it sound, and what IPsec and the firewall make of it. forward.cpp has where it goes.
#include "modules/ip/datapath.h"
#include "netdev/wire/udp.h"

namespace arrouter::ip {
namespace {

constexpr std::size_t keep_alive = 1;  // bytes of a NAT keep-alive (RFC 3948 2.3)

/// ESP has a check of its own: the pieces of a super-frame of it need no UDP checksum on their way to IPsec.
void leave_out_checksum(PacketBuffer& super_frame) {
  PacketMeta& meta = super_frame.meta;
  if (meta.checksum != Checksum::partial) return;
  store_be16(super_frame.data() + meta.checksum_start + meta.checksum_offset, 0);
  meta.checksum = Checksum::verified;
}

}  // namespace

void Datapath::drop_arrived(const PacketBuffer& packet, IpDrop reason) {
  drop(packet, reason);
  if (Interface* const interface = state_.interfaces.find(packet.meta.interface)) ++interface->counters.in_discards;
}

void Datapath::receive(Link& link, Burst& burst) {
  const Flight flight(*this);
  if (!state_.switches.enabled || link.interfaces.empty()) {
    link.in_no_interface += burst.size();
    burst.clear();
    return;
  }
  const Instant now = services_.clock.now();
  for (Packet& packet : burst) {
    if (!take_frame(link, packet, now)) packet.reset();
  }
  state_.stage(Stage::input).in += burst.size();
  burst.compact();
  state_.stage(Stage::input).out += burst.size();
  if (burst.empty()) return;
  if (link.interfaces.size() == 1) {
    arrived(*link.interfaces.front(), burst);
    return;
  }
  // Multihoming: runs of packets of one logical interface stay together.
  Burst run;
  InterfaceId of = 0;
  const auto hand_on = [&] {
    Interface* const interface = state_.interfaces.find(of);
    if (!run.empty() && interface != nullptr) arrived(*interface, run);
    run.clear();
  };
  for (Packet& packet : burst) {
    if (packet->meta.interface != of) hand_on();
    of = packet->meta.interface;
    run.add(std::move(packet));
  }
  hand_on();
  burst.clear();
}

bool Datapath::take_frame(Link& link, Packet& packet, Instant now) {
  const auto frame = wire::view_ethernet(packet->view());
  if (!frame || frame->vlan || (frame->type != wire::ether_type::ipv4 && frame->type != wire::ether_type::arp)) {
    ++link.in_unknown_protocols;
    return false;
  }
  const bool group = frame->destination.group();
  if (!group && frame->destination != link.port->mac()) {
    ++link.in_other_hosts;
    return false;
  }
  if (frame->type == wire::ether_type::arp) {
    arp_.input(link, frame->payload);
    return false;
  }
  const MacAddress from = frame->source;
  packet->pull(wire::ethernet_header);
  packet->meta.network_offset = 0;
  packet->meta.link_broadcast = group;
  return take_packet(link, from, packet, now);
}

bool Datapath::take_packet(Link& link, const MacAddress& from, Packet& packet, Instant now) {
  ++state_.ip.in_receives;
  const auto ip = wire::view_ipv4(packet->view());
  if (!ip) {
    drop(IpDrop::header_error);
    return false;
  }
  packet->trim(ip->total_length());
  Interface* const interface = state_.interfaces.arrival(link, ip->source(), ip->destination());
  packet->meta.interface = interface->id;
  ++interface->counters.in_packets;
  if (packet->meta.link_broadcast) ++interface->counters.in_broadcasts;
  if (state_.trace.active()) [[unlikely]] state_.trace.begin(*packet, interface->name);
  if (!interface->up) {
    drop_arrived(*packet, IpDrop::interface_down);
    return false;
  }
  const bool known = last_heard_.link == &link && last_heard_.source == ip->source() && last_heard_.from == from &&
                     last_heard_.generation == state_.routes.generation() && now < last_heard_.until;
  if (!known) {
    if (!plausible(*ip)) {
      if (state_.interfaces.is_own(ip->source())) tell_firewall(*packet, FirewallStage::Flaw::own_source);
      drop_arrived(*packet, IpDrop::address_error);
      return false;
    }
    arp_.heard(link, ip->source(), from);
    // Without an address the destination decides, so each packet of such a host is looked at anew.
    if (!ip->source().unset()) {
      last_heard_ = {&link, ip->source(), from, state_.routes.generation(), now + std::chrono::seconds(1)};
    }
  }
  // A frame to a group of stations that carries a packet to one host is a mistake or an attack.
  if (packet->meta.link_broadcast && !state_.switches.mac_disparity) {
    const auto kind = destinations_.of(ip->destination()).kind;
    if (kind != Destination::Kind::broadcast && kind != Destination::Kind::multicast) {
      drop_arrived(*packet, IpDrop::address_error);
      return false;
    }
  }
  return true;
}

bool Datapath::plausible(const wire::Ipv4View& ip) {
  const Ipv4Address source = ip.source();
  // Hosts without an address yet may only broadcast (BOOTP).
  if (source.unset()) return ip.destination().limited_broadcast();
  const std::uint32_t first_octet = source.value >> 24;
  if (first_octet == 0 || first_octet == 127 || first_octet >= 224) return false;
  if (state_.switches.spoof_check && state_.interfaces.is_own(source)) return false;
  return state_.interfaces.broadcast_of(source) == nullptr;
}

bool Datapath::protected_for_us(const PacketBuffer& packet) const {
  const std::uint8_t protocol = packet.data()[9];
  if (protocol == wire::protocol::esp || protocol == wire::protocol::ah || protocol == wire::protocol::ipcomp) {
    return true;
  }
  if (protocol == wire::protocol::ipip) return ipsec_->takes_ip_in_ip();
  if (protocol != wire::protocol::udp || floated_port_ == 0) return false;
  const auto ip = wire::view_ipv4(packet.view(), false);
  const auto udp = ip ? wire::view_udp(ip->payload()) : std::nullopt;
  if (!udp) return false;
  const ByteView payload = udp->payload;
  if (udp->destination_port == floated_port_) {
    return payload.size() > keep_alive && (payload.size() < 4 || load_be32(payload.data()) != 0);
  }
  return udp->destination_port == isakmp_port_ && payload.size() >= wire::non_ike_marker &&
         load_be64(payload.data()) == 0;
}

/// Puts fragments for this router together and hands what is protected to IPsec.
void Datapath::take_protected(InterfaceId id, Burst& burst) {
  Burst shielded;
  const auto hand_over = [&] {
    if (shielded.empty()) return;
    state_.ip.in_delivers += shielded.size();
    state_.stage(Stage::unseal).in += shielded.size();
    ipsec_->inbound_protected(id, shielded);
    shielded.clear();
  };
  const auto take = [&](Packet packet) {
    if (shielded.full()) hand_over();
    shielded.add(std::move(packet));
  };
  for (Packet& packet : burst) {
    const auto ip = wire::view_ipv4(packet->view(), false);
    if (destinations_.of(ip->destination()).kind != Destination::Kind::own) continue;
    if (ip->fragment()) {
      packet = put_together(id, std::move(packet));
      if (!packet) continue;
    }
    if (ipsec_ == nullptr || !protected_for_us(*packet)) continue;
    if (firewalled(id) && firewall_->forwards(id, *packet) && !ipsec_->owns(*packet)) continue;
    if (packet->meta.segmentation == Segmentation::none) {
      take(std::move(packet));
    } else {
      leave_out_checksum(*packet);
      each_segment(std::move(packet), take);
    }
  }
  burst.compact();
  hand_over();
}

void Datapath::arrived(Interface& interface, Burst& burst) {
  const InterfaceId id = interface.id;
  if (interface.settings.filtered() || state_.local.filtered()) {
    filter_arrivals(interface.settings.filter, interface.settings.policy_filter, burst);
  }
  take_protected(id, burst);
  if (!burst.empty() && ipsec_ != nullptr && ipsec_->attached(id)) {
    state_.stage(Stage::clear_policy).in += burst.size();
    ipsec_->inbound_clear(id, burst);
    burst.compact();
    state_.stage(Stage::clear_policy).out += burst.size();
  }
  pass_firewall(id, burst);
  dispatch(burst);
}

/// Shows the firewall whole packets: what it decides holds for all fragments of one.
void Datapath::pass_firewall(InterfaceId id, Burst& burst) {
  if (burst.empty() || !firewalled(id)) return;
  for (Packet& packet : burst) {
    if (wire::view_ipv4(packet->view(), false)->fragment()) packet = put_together(id, std::move(packet));
  }
  burst.compact();
  state_.stage(Stage::firewall_in).in += burst.size();
  firewall_->arrived(id, burst);
  burst.compact();
  state_.stage(Stage::firewall_in).out += burst.size();
}

Packet Datapath::put_together(InterfaceId id, Packet fragment) {
  if (firewalled(id) && !firewall_->fragment(id, *fragment)) return {};
  note(*fragment, "ip", [] { return "fragment: waits for the rest"; });
  Packet whole = reassembly_.add(std::move(fragment));
  if (whole) note(*whole, "ip", [&] { return fmt::format("put together: {} bytes", whole->size()); });
  return whole;
}

void Datapath::tell_firewall(const PacketBuffer& packet, FirewallStage::Flaw flaw) {
  if (firewalled(packet.meta.interface)) firewall_->flawed(packet.meta.interface, packet, flaw);
}

void Datapath::receive_decrypted(InterfaceId id, Burst& packets) {
  const Flight flight(*this);
  packets.compact();
  state_.stage(Stage::unseal).out += packets.size();
  for (Packet& packet : packets) {
    ++state_.ip.in_receives;
    packet->meta.interface = id;
    packet->meta.network_offset = 0;
    packet->meta.link_broadcast = false;
    packet->meta.ipsec_done = false;
    packet->meta.policy = 0;
    if (state_.trace.active()) [[unlikely]] state_.trace.begin(*packet, "decrypted");
    const auto ip = wire::view_ipv4(packet->view());
    if (!ip || !plausible(*ip)) {
      drop_arrived(*packet, ip ? IpDrop::address_error : IpDrop::header_error);
      packet.reset();
      continue;
    }
    packet->trim(ip->total_length());
  }
  packets.compact();
  Interface* const interface = state_.interfaces.find(id);
  if (interface == nullptr) {
    for (std::size_t i = 0; i < packets.size(); ++i) drop(IpDrop::interface_down);
    packets.clear();
    return;
  }
  if (state_.local.filtered()) filter_arrivals({}, {}, packets);
  // What came through an SA may be protected again (a tunnel in a tunnel), but is never shown to inbound_clear().
  take_protected(id, packets);
  pass_firewall(id, packets);
  dispatch(packets);
}

}  // namespace arrouter::ip
