#include "modules/ipsec/encapsulation.h"

#include <cstring>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

namespace arrouter::ipsec {

std::size_t udp_bytes(const isakmp::NatInfo& nat) {
  if (!nat.udp_encapsulation) return 0;
  return wire::udp_header + (nat.non_ike_marker ? wire::non_ike_marker : 0);
}

void relabel(PacketBuffer& packet, std::uint8_t protocol) {
  std::uint8_t* const header = packet.data();
  store_be16(header + 2, static_cast<std::uint16_t>(packet.size()));
  header[9] = protocol;
  wire::finish_ipv4(header);
}

void push_outer(PacketBuffer& packet, const OuterHeader& outer) {
  const std::uint8_t tos = packet.data()[1];
  std::uint8_t* const at = packet.push(wire::ipv4_header);
  wire::write_ipv4(at,
                   {.source = outer.local,
                    .destination = outer.peer,
                    .protocol = wire::protocol::ipip,
                    .tos = tos,
                    .id = outer.id,
                    .dont_fragment = outer.dont_fragment},
                   static_cast<std::uint16_t>(packet.size()));
}

bool pull_outer(PacketBuffer& packet) {
  const auto outer = wire::view_ipv4(packet.view(), false);
  if (!outer || outer->protocol() != wire::protocol::ipip) return false;
  return leave_outer(packet, outer->header_length());
}

bool leave_outer(PacketBuffer& packet, std::size_t length) {
  constexpr std::uint8_t not_capable = 0, congested = 3;  // RFC 3168
  const auto ecn = [&] { return packet.data()[1] & 3; };
  const bool met_congestion = ecn() == congested;
  packet.pull(length);
  const auto inner = wire::view_ipv4(packet.view());
  if (!inner) return false;
  packet.trim(inner->total_length());
  if (met_congestion && ecn() != not_capable) {
    packet.data()[1] |= congested;
    wire::finish_ipv4(packet.data());
  }
  return true;
}

void insert_behind_header(PacketBuffer& packet, std::size_t header, std::size_t length, std::uint8_t protocol) {
  std::uint8_t* const at = packet.push(length);
  std::memmove(at, at + length, header);
  relabel(packet, protocol);
}

void remove_behind_header(PacketBuffer& packet, std::size_t header, std::size_t length, std::uint8_t protocol) {
  std::memmove(packet.data() + length, packet.data(), header);
  packet.pull(length);
  relabel(packet, protocol);
}

}  // namespace arrouter::ipsec
