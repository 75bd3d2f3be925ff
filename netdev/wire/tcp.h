// TCP (RFC 9293): what a router in the middle reads and writes.
#pragma once

#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

inline constexpr std::size_t tcp_header = 20;  // bytes, without options
namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20, ece = 0x40,
                              cwr = 0x80;
}

struct TcpView {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0, checksum = 0;
  std::size_t header_length = tcp_header;  // with options
  ByteView options, payload;
};
/// The segment in an IP payload; nullopt when shorter than its header or the data offset is below 5. Checksum not
/// verified.
std::optional<TcpView> view_tcp(ByteView ip_payload);
bool tcp_checksum_good(ByteView ip_payload, Ipv4Address source, Ipv4Address destination);

/// What write_tcp() puts into a header.
struct TcpFields {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
};
/// Writes a 20-byte header in front of a payload that already stands at at + 20, with the checksum over both.
void write_tcp(std::uint8_t* at, const TcpFields& fields, std::size_t payload_length, Ipv4Address source,
               Ipv4Address destination);

}  // namespace arrouter::wire
