// The NTP packet (RFC 1305 appendix A, RFC 5905 7.3) and its times.
#pragma once

#include <chrono>
#include <optional>

#include "os/base/bytes.h"
#include "os/base/time.h"

namespace arrouter::ntp {

/// Seconds since 1900 in the upper half, their fraction in the lower; wraps in 2036.
using Timestamp = std::uint64_t;

/// UTC as a packet carries it, and back: of the eras, the one between 1968 and 2104.
Timestamp to_timestamp(WallTime utc);
WallTime from_timestamp(Timestamp time);

enum class Mode : std::uint8_t { symmetric_active = 1, symmetric_passive = 2, client = 3, server = 4 };
inline constexpr std::uint8_t not_synchronised = 3;  // leap indicator
inline constexpr std::uint8_t unspecified_stratum = 0, largest_stratum = 15;

struct Packet {
  std::uint8_t leap = 0, version = 3, stratum = 0;
  Mode mode = Mode::client;
  std::int8_t poll = 6, precision = 0;  // powers of two, seconds
  Duration root_delay{}, root_dispersion{};
  std::uint32_t reference_id = 0;
  Timestamp reference = 0, origin = 0, receive = 0, transmit = 0;
};

/// nullopt: shorter than a header, or of a version or mode that is none of the above. What follows the header
/// (authentication, extensions) is not looked at.
std::optional<Packet> decode(ByteView datagram);
Bytes encode(const Packet& packet);

}  // namespace arrouter::ntp
