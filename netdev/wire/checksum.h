// The Internet checksum (RFC 1071) and its incremental form (RFC 1624).
#pragma once

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

/// One's complement sum of the bytes added to `start`, not inverted. Odd lengths are padded with zero, so only the
/// last of several chained pieces may be odd. Sums count 16-bit words as numbers: pseudo_header() fits as `start`.
std::uint32_t checksum_partial(ByteView bytes, std::uint32_t start = 0) noexcept;
/// Folds a partial sum and inverts it: the value that goes into the header.
std::uint16_t checksum_finish(std::uint32_t sum) noexcept;
inline std::uint16_t checksum(ByteView bytes) noexcept { return checksum_finish(checksum_partial(bytes)); }
/// Partial sum of the TCP/UDP pseudo-header.
std::uint32_t pseudo_header(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                            std::uint32_t length) noexcept;
/// The header checksum after one 16-bit field changed (RFC 1624 equation 3).
std::uint16_t checksum_adjust(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) noexcept;

}  // namespace arrouter::wire
