#include "modules/firewall/flow.h"

#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0x9e3779b97f4a7c15ULL;
  return value ^ value >> 29;
}

/// Ports out of the first eight bytes behind the IP header.
void read_ports(FlowKey& key, ByteView transport) {
  if (key.protocol == protocol::tcp || key.protocol == protocol::udp) {
    key.source.port = load_be16(transport.data());
    key.destination.port = load_be16(transport.data() + 2);
  } else if (key.protocol == protocol::icmp && icmp_question(transport[0])) {
    key.source.port = load_be16(transport.data() + 4);
  } else if (key.protocol == protocol::icmp && icmp_answer(transport[0])) {
    key.destination.port = load_be16(transport.data() + 4);
  }
}

/// The packet an ICMP error quotes: its header and at least eight bytes behind it.
std::optional<FlowKey> quoted_key(ByteView quoted) {
  if (quoted.size() < wire::ipv4_header || quoted[0] >> 4 != 4) return std::nullopt;
  const std::size_t header = static_cast<std::size_t>(quoted[0] & 15) * 4;
  if (header < wire::ipv4_header || quoted.size() < header + 8) return std::nullopt;
  FlowKey key;
  key.source.address = Ipv4Address(load_be32(quoted.data() + 12));
  key.destination.address = Ipv4Address(load_be32(quoted.data() + 16));
  key.protocol = quoted[9];
  const bool later_fragment = (load_be16(quoted.data() + 6) & 0x1fff) != 0;
  if (!later_fragment) read_ports(key, quoted.subspan(header));
  return key;
}

}  // namespace

bool portless(std::uint8_t number) {
  return number != protocol::tcp && number != protocol::udp && number != protocol::icmp;
}

bool icmp_question(std::uint8_t type) {
  namespace t = wire::icmp_type;
  return type == t::echo || type == t::timestamp || type == t::information || type == t::address_mask;
}

bool icmp_answer(std::uint8_t type) {
  namespace t = wire::icmp_type;
  return type == t::echo_reply || type == t::timestamp_reply || type == t::information_reply ||
         type == t::address_mask_reply;
}

std::uint64_t FlowKey::hash(std::uint64_t seed) const {
  const std::uint64_t addresses = static_cast<std::uint64_t>(source.address.value) << 32 | destination.address.value;
  const std::uint64_t rest =
      static_cast<std::uint64_t>(source.port) << 32 | static_cast<std::uint64_t>(destination.port) << 16 | protocol;
  return mix(mix(addresses ^ seed) + rest * 0xff51afd7ed558ccdULL);
}

bool Flow::first_segment() const {
  namespace flag = wire::tcp_flag;
  return (tcp_flags & (flag::syn | flag::ack | flag::rst)) == flag::syn;
}

bool Flow::icmp() const { return key.protocol == protocol::icmp; }

bool Flow::icmp_error() const {
  namespace t = wire::icmp_type;
  return icmp() && (icmp_type == t::unreachable || icmp_type == t::source_quench || icmp_type == t::redirect ||
                    icmp_type == t::time_exceeded || icmp_type == t::parameter_problem);
}

std::optional<Flow> flow_of(ByteView packet) {
  const auto ip = wire::view_ipv4(packet, false);
  if (!ip) return std::nullopt;
  Flow flow;
  flow.key.source.address = ip->source();
  flow.key.destination.address = ip->destination();
  flow.key.protocol = ip->protocol();
  flow.transport = ip->payload();
  flow.options = ip->header_length() > wire::ipv4_header;
  switch (ip->protocol()) {
    case protocol::tcp: {
      const auto tcp = wire::view_tcp(flow.transport);
      if (!tcp) return std::nullopt;
      flow.tcp_flags = tcp->flags;
      break;
    }
    case protocol::udp:
      if (flow.transport.size() < wire::udp_header) return std::nullopt;
      break;
    case protocol::icmp:
      if (flow.transport.size() < wire::icmp_header) return std::nullopt;
      flow.icmp_type = flow.transport[0];
      break;
    default:
      return flow;
  }
  read_ports(flow.key, flow.transport);
  if (flow.icmp_error()) flow.quoted = quoted_key(flow.transport.subspan(wire::icmp_header));
  return flow;
}

}  // namespace arrouter::firewall
