#include "netdev/wire/ipv4.h"

namespace arrouter::wire {

// The processor hands a field that was just written to a read that is no wider; any other read waits until the write has
// reached the cache. So sums over fresh headers are made of the fields, or of halves of the words they were written by.

void write_ipv4(std::uint8_t* at, const Ipv4Fields& fields, std::uint16_t total_length) {
  const auto first = static_cast<std::uint16_t>(0x4500 | fields.tos);
  const std::uint16_t flags = fields.dont_fragment ? 0x4000 : 0;
  const auto life = static_cast<std::uint16_t>(fields.ttl << 8);
  store_be16(at, first);
  store_be16(at + 2, total_length);
  store_be16(at + 4, fields.id);
  store_be16(at + 6, flags);
  store_be16(at + 8, static_cast<std::uint16_t>(life | fields.protocol));
  store_be32(at + 12, fields.source.value);
  store_be32(at + 16, fields.destination.value);
  const std::uint32_t rest = std::uint32_t{first} + fields.id + flags + life;
  store_be16(at + 10,
             checksum_finish(pseudo_header(fields.source, fields.destination, fields.protocol, total_length) + rest));
}

void finish_ipv4(std::uint8_t* at) {
  constexpr std::size_t field = 10;
  const std::size_t length = static_cast<std::size_t>(at[0] & 15) * 4;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < length; i += 2) sum += i == field ? 0 : load_be16(at + i);
  store_be16(at + field, checksum_finish(sum));
}

}  // namespace arrouter::wire
