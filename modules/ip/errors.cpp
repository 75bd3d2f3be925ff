// ICMP errors of this router: when they are due (RFC 1122 3.2.2, RFC 1812 4.3.2) and what they say. They carry the IP
// header and eight bytes of the packet they are about, TTL 255, no DF: as the real router's do.
#include "modules/ip/datapath.h"

#include <cstring>

namespace arrouter::ip {
namespace {

constexpr std::size_t quoted_bytes = 8;
constexpr std::uint8_t error_ttl = 255;

bool is_error(std::uint8_t icmp_type) {
  namespace type = wire::icmp_type;
  return icmp_type == type::unreachable || icmp_type == type::source_quench || icmp_type == type::redirect ||
         icmp_type == type::time_exceeded || icmp_type == type::parameter_problem;
}

}  // namespace

bool Datapath::deserves_error(const PacketBuffer& about) const {
  const auto ip = wire::view_ipv4(about.view(), false);
  if (!ip || about.meta.link_broadcast || ip->fragment_offset() != 0) return false;
  const Ipv4Address source = ip->source();
  const std::uint32_t first_octet = source.value >> 24;
  if (first_octet == 0 || first_octet == 127 || first_octet >= 224 || ip->destination().value >> 28 >= 0xe ||
      state_.interfaces.broadcast_of(source) != nullptr ||
      state_.interfaces.broadcast_of(ip->destination()) != nullptr) {
    return false;
  }
  return ip->protocol() != wire::protocol::icmp || (!ip->payload().empty() && !is_error(ip->payload()[0]));
}

void Datapath::icmp_error(const PacketBuffer& about, std::uint8_t type, std::uint8_t code, std::uint32_t rest) {
  const Switches& on = state_.switches;
  const bool switched_off =
      (type == wire::icmp_type::unreachable && code == wire::icmp_code::net_unreachable && !on.net_unreachable) ||
      (type == wire::icmp_type::unreachable && code == wire::icmp_code::host_unreachable && !on.host_unreachable) ||
      // nmap's fingerprints: the AR410 says nothing about closed ports.
      (type == wire::icmp_type::unreachable && code == wire::icmp_code::port_unreachable &&
       services_.model.name.starts_with("AR410"));
  if (switched_off || !deserves_error(about)) return;
  if (!limit_.allow(services_.clock.now())) {
    ++state_.icmp.out_suppressed;
    return;
  }
  const auto ip = wire::view_ipv4(about.view(), false);
  const std::size_t quoted = ip->header_length() + std::min(quoted_bytes, ip->payload().size());
  const std::size_t total = wire::ipv4_header + wire::icmp_header + quoted;
  Packet packet = services_.pool.allocate(total);
  if (!packet) {
    drop(IpDrop::no_buffer);
    return;
  }
  // The side the packet came from knows this router by that side's address.
  const Interface* const came_by = state_.interfaces.find(about.meta.interface);
  Ipv4Address source = came_by == nullptr ? Ipv4Address() : came_by->settings.address;
  if (came_by == nullptr) source = source_towards(ip->source());
  if (source.unset()) source = state_.interfaces.first_address();
  std::uint8_t* const at = packet->put(total);
  std::memcpy(at + wire::ipv4_header + wire::icmp_header, about.data(), quoted);
  wire::write_icmp(at + wire::ipv4_header, type, code, rest, quoted);
  wire::write_ipv4(at, {source, ip->source(), wire::protocol::icmp, 0, error_ttl, next_id(), false},
                   static_cast<std::uint16_t>(total));
  ++state_.icmp.out_messages;
  ++state_.icmp.out[type];
  originate(std::move(packet));
}

void Datapath::send_too_big(const PacketBuffer& packet, unsigned mtu) {
  icmp_error(packet, wire::icmp_type::unreachable, wire::icmp_code::fragmentation_needed, mtu & 0xffffU);
}

}  // namespace arrouter::ip
