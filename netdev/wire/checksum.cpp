#include "netdev/wire/checksum.h"

#include <bit>
#include <cstring>

namespace arrouter::wire {
namespace {

// The sum is the same in either byte order up to a final swap (RFC 1071 section 2 (B)), so whole machine words are
// added with end-around carry and folded once.
std::uint64_t add_carry(std::uint64_t sum, std::uint64_t word) noexcept {
  sum += word;
  return sum + (sum < word ? 1 : 0);
}

std::uint64_t load_word(const std::uint8_t* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
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
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t lanes[4] = {};  // independent chains, so that a carry never waits for its neighbour
  for (; left >= 32; at += 32, left -= 32) {
    lanes[0] = add_carry(lanes[0], load_word(at));
    lanes[1] = add_carry(lanes[1], load_word(at + 8));
    lanes[2] = add_carry(lanes[2], load_word(at + 16));
    lanes[3] = add_carry(lanes[3], load_word(at + 24));
  }
  std::uint64_t sum = add_carry(add_carry(lanes[0], lanes[1]), add_carry(lanes[2], lanes[3]));
  for (; left >= 8; at += 8, left -= 8) sum = add_carry(sum, load_word(at));
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    sum = add_carry(sum, word);
  }
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
