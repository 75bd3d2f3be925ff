// Packets for this router itself: ICMP, UDP, and polite refusals.
#include "modules/ip/departures.h"

#include <algorithm>

#include "netdev/wire/tcp.h"

namespace arrouter::ip {
namespace {

constexpr std::uint8_t answer_ttl = 64;

}  // namespace

void Datapath::deliver(Packet packet) {
  if (packet->meta.segmentation != Segmentation::none) {
    // Listeners want datagrams as they were sent.
    each_segment(std::move(packet), [this](Packet piece) { deliver(std::move(piece)); });
    return;
  }
  complete_checksum(*packet);
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (ip->header_length() > wire::ipv4_header) {
    const Options options = check_options(ip->header());
    if (options.bad_at || (options.source_routed() && !state_.switches.source_route)) {
      drop_arrived(*packet, IpDrop::option);
      return;
    }
    if (source_route_left(packet->data(), options)) {
      advance_source_route(packet->data(), options);
      packet->meta.flow = source_route_advanced;
      Burst on;
      on.add(std::move(packet));
      // The new destination decides anew; each pass uses up one hop of the option, so this ends.
      const auto next = wire::view_ipv4(on[0]->view(), false);
      if (destinations_.of(next->destination()).kind == Destination::Kind::own) {
        record_passage(on[0]->data(), options, next->destination(), midnight_ms(), true);
        wire::finish_ipv4(on[0]->data());
        on[0]->meta.flow = 0;
      }
      dispatch(on);
      return;
    }
  }
  switch (ip->protocol()) {
    case wire::protocol::icmp:
      ++state_.ip.in_delivers;
      deliver_icmp(std::move(packet));
      break;
    case wire::protocol::udp:
      ++state_.ip.in_delivers;
      deliver_udp(std::move(packet));
      break;
    case wire::protocol::tcp:
      ++state_.ip.in_delivers;
      if (!tcp_ || !tcp_(*packet)) refuse_tcp(std::move(packet));
      break;
    default:
      drop_arrived(*packet, IpDrop::unknown_protocol);
      icmp_error(*packet, wire::icmp_type::unreachable, wire::icmp_code::protocol_unreachable);
  }
}

bool Datapath::listen_udp(std::uint16_t port, std::string_view process, IpApi::UdpListener listener) {
  if (!listener) {
    udp_ports_.erase(port);
    return true;
  }
  return port != 0 && udp_ports_.try_emplace(port, UdpPort{std::string(process), std::move(listener)}).second;
}

void Datapath::deliver_udp(Packet packet) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const auto udp = wire::view_udp(ip->payload());
  const bool good = udp && (packet->meta.checksum != Checksum::complete ||
                            wire::udp_checksum_good(ip->payload(), ip->source(), ip->destination()));
  if (!good) {
    ++state_.udp.in_errors;
    note(*packet, "udp", [] { return "length or checksum wrong: dropped"; });
    return;
  }
  const bool helped = help_on(*packet, *ip, *udp);
  const auto found = udp_ports_.find(udp->destination_port);
  if (helped && found == udp_ports_.end()) return;
  if (found == udp_ports_.end()) {
    ++state_.udp.no_ports;
    note(*packet, "udp", [&] { return fmt::format("nobody listens on port {}: dropped", udp->destination_port); });
    icmp_error(*packet, wire::icmp_type::unreachable, wire::icmp_code::port_unreachable);
    return;
  }
  ++state_.udp.in_datagrams;
  // A copy: the listener may end its own listening.
  const IpApi::UdpListener listener = found->second.listener;
  listener({ip->source(), ip->destination(), udp->source_port, udp->destination_port, packet->meta.interface,
            packet->meta.ipsec_sa != 0, udp->payload});
}

/// Sends a copy of a broadcast to each host that ADD IP HELPER names; false when there is none.
bool Datapath::help_on(const PacketBuffer& packet, const wire::Ipv4View& ip, const wire::UdpView& udp) {
  if (!state_.helpers.enabled || ip.source().unset() || state_.interfaces.is_own(ip.destination())) return false;
  const Interface* const from = state_.interfaces.find(packet.meta.interface);
  bool helped = false;
  for (Helper& helper : state_.helpers.all) {
    if (from == nullptr || helper.port != udp.destination_port || helper.interface != from->name) continue;
    helped = true;
    const std::size_t total = wire::ipv4_header + wire::udp_header + udp.payload.size();
    Packet copy = ip.ttl() > 1 ? services_.pool.allocate(total) : Packet();
    if (!copy) {
      drop(ip.ttl() > 1 ? IpDrop::no_buffer : IpDrop::ttl_expired);
      continue;
    }
    std::uint8_t* const at = copy->put(total);
    std::ranges::copy(udp.payload, at + wire::ipv4_header + wire::udp_header);
    wire::write_udp(at + wire::ipv4_header, udp.source_port, udp.destination_port, udp.payload.size(), ip.source(),
                    helper.destination);
    wire::write_ipv4(at,
                     {ip.source(), helper.destination, wire::protocol::udp, ip.tos(),
                      static_cast<std::uint8_t>(ip.ttl() - 1), next_id(), ip.dont_fragment()},
                     static_cast<std::uint16_t>(total));
    if (originate(std::move(copy)) == Sent::sent) ++helper.forwarded;
  }
  return helped;
}

void Datapath::deliver_icmp(Packet packet) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const auto icmp = wire::view_icmp(ip->payload());
  ++state_.icmp.in_messages;
  if (!icmp) {
    ++state_.icmp.in_errors;
    note(*packet, "icmp", [] { return "length or checksum wrong: dropped"; });
    return;
  }
  if (icmp->type < state_.icmp.in.size()) ++state_.icmp.in[icmp->type];
  switch (icmp->type) {
    case wire::icmp_type::echo:
      answer_echo(std::move(packet));
      break;
    case wire::icmp_type::timestamp:
      answer_timestamp(std::move(packet));
      break;
    case wire::icmp_type::address_mask:
      answer_address_mask(std::move(packet));
      break;
    case wire::icmp_type::unreachable:
      if (icmp->code == wire::icmp_code::fragmentation_needed && ipsec_ != nullptr) {
        ipsec_->path_too_narrow(icmp->payload, icmp->next_hop_mtu());
      }
      [[fallthrough]];
    case wire::icmp_type::echo_reply:
    case wire::icmp_type::time_exceeded:
    case wire::icmp_type::parameter_problem:
      hand_to_listener(*ip, *icmp);
      break;
    default:
      break;  // counted; redirects do not concern a router
  }
}

void Datapath::hand_to_listener(const wire::Ipv4View& ip, const wire::IcmpView& icmp) {
  if (!icmp_listener_) return;
  IcmpAnswer answer{ip.source(), icmp, std::nullopt};
  if (icmp.type != wire::icmp_type::echo_reply) {
    // The quoted packet is cut short, so its own total length says nothing about this one.
    const ByteView quoted = icmp.payload;
    if (quoted.size() < wire::ipv4_header || quoted[0] >> 4 != 4) return;
    const std::size_t header = static_cast<std::size_t>(quoted[0] & 15) * 4;
    if (header < wire::ipv4_header || quoted.size() < header + 8) return;
    answer.quoted = IcmpAnswer::Quoted{Ipv4Address(load_be32(quoted.data() + 12)),
                                       Ipv4Address(load_be32(quoted.data() + 16)), quoted[9], quoted.subspan(header)};
  }
  icmp_listener_(answer);
}

void Datapath::answer(Packet packet, std::uint8_t type, Ipv4Address source, Ipv4Address destination) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const std::size_t header_length = ip->header_length();
  const std::size_t payload = ip->payload().size();
  const bool keep_df = ip->dont_fragment();
  const std::uint8_t tos = ip->tos();
  const std::uint16_t id = ip->id();  // the request's own, as scanners see the real router
  // Recorded routes and times go back with the answer; a source route does not, the answer finds its own way.
  const bool strip = header_length > wire::ipv4_header && check_options(ip->header()).source_routed();
  if (strip) packet->pull(header_length - wire::ipv4_header);
  std::uint8_t* const at = packet->data();
  const std::size_t icmp_at = strip ? wire::ipv4_header : header_length;
  const std::uint32_t rest = load_be32(at + icmp_at + 4);
  wire::write_icmp(at + icmp_at, type, 0, rest, payload - wire::icmp_header);
  if (strip || header_length == wire::ipv4_header) {
    wire::write_ipv4(at, {source, destination, wire::protocol::icmp, tos, answer_ttl, id, keep_df},
                     static_cast<std::uint16_t>(packet->size()));
  } else {
    record_passage(at, check_options({at, header_length}), source, midnight_ms(), false);
    store_be16(at + 4, id);
    at[8] = answer_ttl;
    store_be32(at + 12, source.value);
    store_be32(at + 16, destination.value);
    wire::finish_ipv4(at);
  }
  // What the request was marked with does not hold for the answer.
  packet->meta = {};
  ++state_.icmp.out_messages;
  ++state_.icmp.out[type];
  originate(std::move(packet));
}

void Datapath::answer_echo(Packet packet) {
  if (!state_.switches.echo_reply) return;
  const auto ip = wire::view_ipv4(packet->view(), false);
  const Ipv4Address destination = ip->source();
  Ipv4Address source = ip->destination();
  if (!state_.interfaces.is_own(source)) {
    // To a broadcast: answered for a subnet's own broadcast, with the address there.
    const Interface* const subnet = state_.interfaces.broadcast_of(source);
    if (subnet == nullptr) return;
    source = subnet->settings.address;
  }
  if (destination.unset()) return;
  answer(std::move(packet), wire::icmp_type::echo_reply, source, destination);
}

void Datapath::answer_timestamp(Packet packet) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (ip->payload().size() < wire::icmp_header + 12 || !state_.interfaces.is_own(ip->destination())) return;
  std::uint8_t* const icmp = packet->data() + ip->header_length();
  store_be32(icmp + 12, midnight_ms());
  store_be32(icmp + 16, midnight_ms());
  const Ipv4Address source = ip->destination(), destination = ip->source();
  answer(std::move(packet), wire::icmp_type::timestamp_reply, source, destination);
}

void Datapath::answer_address_mask(Packet packet) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const Interface* const interface = state_.interfaces.owner(ip->destination());
  if (interface == nullptr || ip->payload().size() < wire::icmp_header + 4) return;
  store_be32(packet->data() + ip->header_length() + 8, interface->settings.mask.value);
  const Ipv4Address source = ip->destination(), destination = ip->source();
  answer(std::move(packet), wire::icmp_type::address_mask_reply, source, destination);
}

void Datapath::refuse_tcp(Packet packet) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const auto tcp = wire::view_tcp(ip->payload());
  note(*packet, "tcp", [] { return "nobody listens there: refused"; });
  // The reset of a closed port (RFC 9293 3.10.7.1). The real router also fills in the field that answers to a segment
  // with ACK leave open: with that segment's sequence number, as scanners have seen.
  if (!tcp || (tcp->flags & wire::tcp_flag::rst) != 0 || !state_.interfaces.is_own(ip->destination())) return;
  if (packet->meta.checksum == Checksum::complete &&
      !wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination())) {
    return;
  }
  if (!limit_.allow(services_.clock.now())) return;
  wire::TcpFields reset{.source_port = tcp->destination_port, .destination_port = tcp->source_port};
  if ((tcp->flags & wire::tcp_flag::ack) != 0) {
    reset.sequence = tcp->acknowledgement;
    reset.acknowledgement = tcp->sequence;
    reset.flags = wire::tcp_flag::rst;
  } else {
    const bool counts_one = (tcp->flags & wire::tcp_flag::syn) != 0;
    const bool ends = (tcp->flags & wire::tcp_flag::fin) != 0;
    reset.acknowledgement =
        tcp->sequence + static_cast<std::uint32_t>(tcp->payload.size()) + (counts_one ? 1 : 0) + (ends ? 1 : 0);
    reset.flags = wire::tcp_flag::rst | wire::tcp_flag::ack;
  }
  const std::size_t total = wire::ipv4_header + wire::tcp_header;
  Packet reply = services_.pool.allocate(total);
  if (!reply) {
    drop(IpDrop::no_buffer);
    return;
  }
  std::uint8_t* const at = reply->put(total);
  wire::write_tcp(at + wire::ipv4_header, reset, 0, ip->destination(), ip->source());
  wire::write_ipv4(at, {ip->destination(), ip->source(), wire::protocol::tcp, 0, answer_ttl, next_id(), false},
                   static_cast<std::uint16_t>(total));
  originate(std::move(reply));
}

std::uint32_t Datapath::midnight_ms() const {
  const auto now = services_.wall.now();
  return static_cast<std::uint32_t>((now - std::chrono::floor<std::chrono::days>(now)).count());
}

}  // namespace arrouter::ip
