// IPv4 (RFC 791): a checked view over the bytes, and a writer.
#pragma once

#include "netdev/wire/checksum.h"
#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

namespace protocol {
inline constexpr std::uint8_t icmp = 1, igmp = 2, ipip = 4, tcp = 6, egp = 8, udp = 17, rsvp = 46, gre = 47, esp = 50, ah = 51,
                              ospf = 89, ipcomp = 108;
}

inline constexpr std::size_t ipv4_header = 20;  // bytes, without options

/// Reads header fields in place. Only view_ipv4() makes one, so header_length() and total_length() are sane.
class Ipv4View {
 public:
  std::size_t header_length() const { return static_cast<std::size_t>(at_[0] & 15) * 4; }
  std::uint8_t tos() const { return at_[1]; }
  std::size_t total_length() const { return load_be16(at_ + 2); }
  std::uint16_t id() const { return load_be16(at_ + 4); }
  bool dont_fragment() const { return (at_[6] & 0x40) != 0; }
  bool more_fragments() const { return (at_[6] & 0x20) != 0; }
  std::size_t fragment_offset() const { return (load_be16(at_ + 6) & 0x1fffU) * 8U; }  // bytes
  bool fragment() const { return more_fragments() || fragment_offset() != 0; }
  std::uint8_t ttl() const { return at_[8]; }
  std::uint8_t protocol() const { return at_[9]; }
  Ipv4Address source() const { return Ipv4Address(load_be32(at_ + 12)); }
  Ipv4Address destination() const { return Ipv4Address(load_be32(at_ + 16)); }
  ByteView header() const { return {at_, header_length()}; }
  ByteView options() const { return header().subspan(ipv4_header); }
  ByteView payload() const { return {at_ + header_length(), total_length() - header_length()}; }

 private:
  friend class FoundIpv4;
  explicit Ipv4View(const std::uint8_t* at) : at_(at) {}
  const std::uint8_t* at_;
};

/// A view, or none. Every stage looks anew, ten times a packet, so it has to stay in a register: a std::optional goes
/// through memory in two parts that are read back as one, for which a processor waits, and at that rate the waits were a
/// tenth of what a small packet costs.
class FoundIpv4 {
 public:
  explicit operator bool() const { return view_.at_ != nullptr; }
  bool has_value() const { return view_.at_ != nullptr; }
  const Ipv4View& operator*() const { return view_; }
  const Ipv4View* operator->() const { return &view_; }

 private:
  friend FoundIpv4 view_ipv4(ByteView, bool);
  explicit FoundIpv4(const std::uint8_t* at) : view_(at) {}
  Ipv4View view_;
};

/// Version 4, header of at least 20 bytes inside the buffer, total length between header and buffer; with
/// `verify`, the header checksum too. None otherwise. `bytes` may be longer than the packet (Ethernet padding).
/// A super-frame may be longer than 65535 only in total_length, so callers give the real length by the buffer.
inline FoundIpv4 view_ipv4(ByteView bytes, bool verify = true) {
  const FoundIpv4 none(nullptr), found(bytes.data());
  if (bytes.size() < ipv4_header || bytes[0] >> 4 != 4) return none;
  const std::size_t header = found->header_length();
  if (header < ipv4_header || found->total_length() < header || found->total_length() > bytes.size()) return none;
  return verify && checksum(bytes.first(header)) != 0 ? none : found;
}

struct Ipv4Fields {
  Ipv4Address source, destination;
  std::uint8_t protocol = 0, tos = 0, ttl = 64;
  std::uint16_t id = 0;
  bool dont_fragment = false;
};
/// Writes a 20-byte header with its checksum; total_length counts header and payload.
void write_ipv4(std::uint8_t* at, const Ipv4Fields& fields, std::uint16_t total_length);
/// Sets the checksum of the header that starts at `at` anew.
void finish_ipv4(std::uint8_t* at);

}  // namespace arrouter::wire
