// What protocols have in common when they stand behind an IP header: the tunnel's outer header, and headers that go in
// behind the IP header and come out again.
#pragma once

#include <cstdint>

#include "modules/isakmp/isakmp_api.h"
#include "os/base/address.h"
#include "os/base/packet.h"

namespace arrouter::ipsec {

/// Bytes of UDP in front of ESP, with the marker that the earliest kind has behind it.
std::size_t udp_bytes(const isakmp::NatInfo& nat);

/// What goes around the packet.
struct OuterHeader {
  Ipv4Address local, peer;
  std::size_t udp_bytes = 0;  // 0: bare ESP
  std::uint16_t local_port = 0, peer_port = 0;
  bool dont_fragment = false;  // tunnel mode
  std::uint16_t id = 0;        // tunnel mode
};

/// Puts the outer header of a tunnel, protocol IP in IP, in front of a packet; TOS comes from the inner one.
void push_outer(PacketBuffer& packet, const OuterHeader& outer);
/// Takes it off again. False: no IP packet is inside.
bool pull_outer(PacketBuffer& packet);
/// Takes `length` bytes off a packet that begins with an outer header and holds another packet behind them; congestion
/// met on the way is told inside (RFC 4301 5.1.2.1, RFC 3168). False: no IP packet is inside.
bool leave_outer(PacketBuffer& packet, std::size_t length);

/// The IP header in front names `protocol` and the packet's length from now on.
void relabel(PacketBuffer& packet, std::uint8_t protocol);
/// Makes room of `length` bytes (undefined) behind the IP header, which names `protocol` from now on.
void insert_behind_header(PacketBuffer& packet, std::size_t header, std::size_t length, std::uint8_t protocol);
/// Takes `length` bytes out there.
void remove_behind_header(PacketBuffer& packet, std::size_t header, std::size_t length, std::uint8_t protocol);

}  // namespace arrouter::ipsec
