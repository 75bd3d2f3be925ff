// ICMP (RFC 792, RFC 1191).
#pragma once

#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

inline constexpr std::size_t icmp_header = 8;  // bytes

namespace icmp_type {
inline constexpr std::uint8_t echo_reply = 0, unreachable = 3, source_quench = 4, redirect = 5, echo = 8,
                              time_exceeded = 11, parameter_problem = 12, timestamp = 13, timestamp_reply = 14,
                              information = 15, information_reply = 16, address_mask = 17, address_mask_reply = 18;
}
namespace icmp_code {
inline constexpr std::uint8_t net_unreachable = 0, host_unreachable = 1, protocol_unreachable = 2,
                              port_unreachable = 3, fragmentation_needed = 4, source_route_failed = 5,
                              admin_prohibited = 13;           // of unreachable
inline constexpr std::uint8_t redirect_net = 0, redirect_host = 1;
inline constexpr std::uint8_t ttl_exceeded = 0, reassembly_exceeded = 1;  // of time exceeded
}  // namespace icmp_code

struct IcmpView {
  std::uint8_t type = 0, code = 0;
  std::uint32_t rest = 0;  // the second header word: identifier and sequence, gateway, next-hop MTU …
  ByteView payload;        // behind the 8-byte header

  std::uint16_t identifier() const { return static_cast<std::uint16_t>(rest >> 16); }
  std::uint16_t sequence() const { return static_cast<std::uint16_t>(rest); }
  std::uint16_t next_hop_mtu() const { return static_cast<std::uint16_t>(rest); }
  Ipv4Address gateway() const { return Ipv4Address(rest); }
};
/// The message in an IP payload; nullopt when shorter than 8 bytes or, with `verify`, when its checksum is wrong.
std::optional<IcmpView> view_icmp(ByteView ip_payload, bool verify = true);
/// Writes the header in front of a payload that already stands at at + 8, with the checksum over both.
void write_icmp(std::uint8_t* at, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                std::size_t payload_length);

}  // namespace arrouter::wire
