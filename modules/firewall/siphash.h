// A short keyed hash that nobody without the key can foretell.
#pragma once

#include <array>
#include <cstdint>

namespace arrouter::firewall {

/// SipHash-2-4 (Aumasson and Bernstein, 2012) of two little-endian words.
std::uint64_t siphash(const std::array<std::uint64_t, 2>& key, std::uint64_t first, std::uint64_t second);

}  // namespace arrouter::firewall
