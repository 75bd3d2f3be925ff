#include "netdev/wire/checksum.h"

#include <bit>
#include <cstring>

namespace arrouter::wire {
namespace {

// Built for two instruction sets; which one runs is chosen at start-up.
#ifdef __x86_64__
#define ARROUTER_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define ARROUTER_WIDE
#endif

constexpr std::size_t vector_bytes = 32;
using Vector = std::uint64_t __attribute__((vector_size(vector_bytes)));

// The sum is the same in either byte order up to a final swap (RFC 1071 section 2 (B)), so whole machine words are
// added. Their halves go to 64-bit lanes of their own, which no packet is long enough to overflow: no carries.
ARROUTER_WIDE std::uint64_t sum_vectors(const std::uint8_t* at, std::size_t count) noexcept {
  Vector low{}, high{};
  for (; count > 0; --count, at += vector_bytes) {
    Vector words;
    std::memcpy(&words, at, sizeof words);
    low += words & 0xffffffffULL;
    high += words >> 32;
  }
  low += high;
  return low[0] + low[1] + low[2] + low[3];
}

/// The next word of that size, and what is behind it.
template <class Word>
std::uint64_t take(const std::uint8_t*& at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  at += sizeof word;
  return word;
}

/// Fewer bytes than a vector has. IP headers come here, so no step depends on the length but by its bits.
std::uint64_t sum_rest(const std::uint8_t* at, std::size_t length) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t left = length; left >= sizeof(std::uint32_t); left -= sizeof(std::uint32_t)) {
    sum += take<std::uint32_t>(at);
  }
  if ((length & 2) != 0) sum += take<std::uint16_t>(at);
  if ((length & 1) != 0) sum += std::endian::native == std::endian::little ? *at : *at << 8;
  return sum;
}

std::uint16_t fold(std::uint64_t sum) noexcept {
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

std::uint32_t checksum_partial(ByteView bytes, std::uint32_t start) noexcept {
  const std::size_t vectors = bytes.size() / vector_bytes;
  std::uint64_t sum = vectors == 0 ? 0 : sum_vectors(bytes.data(), vectors);
  sum += sum_rest(bytes.data() + vectors * vector_bytes, bytes.size() % vector_bytes);
  std::uint16_t folded = fold(sum);
  if constexpr (std::endian::native == std::endian::little) {
    folded = static_cast<std::uint16_t>(folded << 8 | folded >> 8);
  }
  const std::uint32_t total = start + folded;
  return total + (total < start ? 1 : 0);
}

std::uint16_t checksum_finish(std::uint32_t sum) noexcept { return static_cast<std::uint16_t>(~fold(sum)); }

std::uint32_t pseudo_header(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                            std::uint32_t length) noexcept {
  return (source.value >> 16) + (source.value & 0xffff) + (destination.value >> 16) + (destination.value & 0xffff) +
         protocol + length;
}

std::uint16_t checksum_adjust(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) noexcept {
  const std::uint32_t sum = static_cast<std::uint16_t>(~checksum) + static_cast<std::uint16_t>(~before) + after;
  return checksum_finish(sum);
}

}  // namespace arrouter::wire
