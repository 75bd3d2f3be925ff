// The packets that LCP, IPCP and the authentication protocols share: code, identifier, length, data (RFC 1661 5).
#pragma once

#include <optional>
#include <vector>

#include "os/base/bytes.h"

namespace arrouter::ppp {

struct ControlPacket {
  std::uint8_t code = 0, id = 0;
  ByteView data;  // without the padding a line may add
};
/// What stands behind the protocol field; nullopt when the length does not fit.
std::optional<ControlPacket> parse_control(ByteView packet);
Bytes control_packet(std::uint8_t code, std::uint8_t id, ByteView data);

/// A configuration option (RFC 1661 6).
struct Option {
  std::uint8_t type = 0;
  ByteView value;
};
/// nullopt when an option's length does not fit.
std::optional<std::vector<Option>> parse_options(ByteView data);
/// `value` is at most 253 bytes.
void add_option(Bytes& to, std::uint8_t type, ByteView value);
void add_option16(Bytes& to, std::uint8_t type, std::uint16_t value);
void add_option32(Bytes& to, std::uint8_t type, std::uint32_t value);

}  // namespace arrouter::ppp
