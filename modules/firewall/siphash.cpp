#include "modules/firewall/siphash.h"

#include <bit>

namespace arrouter::firewall {

std::uint64_t siphash(const std::array<std::uint64_t, 2>& key, std::uint64_t first, std::uint64_t second) {
  std::uint64_t a = key[0] ^ 0x736f6d6570736575ULL, b = key[1] ^ 0x646f72616e646f6dULL,
                c = key[0] ^ 0x6c7967656e657261ULL, d = key[1] ^ 0x7465646279746573ULL;
  const auto round = [&] {
    a += b;
    c += d;
    b = std::rotl(b, 13) ^ a;
    d = std::rotl(d, 16) ^ c;
    a = std::rotl(a, 32);
    c += b;
    a += d;
    b = std::rotl(b, 17) ^ c;
    d = std::rotl(d, 21) ^ a;
    c = std::rotl(c, 32);
  };
  for (const std::uint64_t word : {first, second, std::uint64_t{16} << 56}) {
    d ^= word;
    round();
    round();
    a ^= word;
  }
  c ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return a ^ b ^ c ^ d;
}

}  // namespace arrouter::firewall
