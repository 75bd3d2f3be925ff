// UDP (RFC 768).
#pragma once

#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

inline constexpr std::size_t udp_header = 8;
/// Zero bytes in front of ESP on ISAKMP's own port, where a message has its first cookie
/// (draft-ietf-ipsec-udp-encaps-01).
inline constexpr std::size_t non_ike_marker = 8;

struct UdpView {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint16_t checksum = 0;
  ByteView payload;
};
/// The datagram in an IP payload; nullopt when shorter than its header or its length field. Checksum not verified.
std::optional<UdpView> view_udp(ByteView ip_payload);
/// True when the checksum is absent (zero) or right.
bool udp_checksum_good(ByteView ip_payload, Ipv4Address source, Ipv4Address destination);
/// Writes the header in front of a payload that already stands at at + 8; `checksum` false leaves it zero.
void write_udp(std::uint8_t* at, std::uint16_t source_port, std::uint16_t destination_port, std::size_t payload_length,
               Ipv4Address source, Ipv4Address destination, bool checksum = true);

}  // namespace arrouter::wire
