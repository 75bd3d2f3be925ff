#include <catch2/catch.hpp>

#include "netdev/wire/checksum.h"
#include "os/base/random.h"

using namespace arrouter;
using namespace arrouter::wire;

namespace {

// The definition, word by word, to compare with.
std::uint16_t slow_checksum(ByteView bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i]) << 8 : bytes[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

TEST_CASE("the checksum of RFC 1071's worked example") {
  const Bytes bytes = *from_hex("0001f203f4f5f6f7");
  CHECK(checksum_finish(checksum_partial(bytes)) == static_cast<std::uint16_t>(~0xddf2));
}

TEST_CASE("an IPv4 header with its checksum sums to zero") {
  const Bytes header = *from_hex("45000073000040004011b861c0a80001c0a800c7");
  CHECK(checksum(header) == 0);
  Bytes without = header;
  without[10] = without[11] = 0;
  CHECK(checksum(without) == 0xb861);
}

TEST_CASE("the fast checksum agrees with the definition at every length and alignment") {
  SeededRandom random(7);
  const Bytes bytes = random.bytes(700);
  for (std::size_t offset = 0; offset < 9; ++offset) {
    for (std::size_t length = 0; length < 600; ++length) {
      const ByteView view = ByteView(bytes).subspan(offset, length);
      REQUIRE(checksum(view) == slow_checksum(view));
    }
  }
  const Bytes ones(65535, 0xff);
  CHECK(checksum(ones) == slow_checksum(ones));
}

TEST_CASE("pieces of even length chain") {
  SeededRandom random(8);
  const Bytes bytes = random.bytes(1001);
  const ByteView view(bytes);
  CHECK(checksum_finish(checksum_partial(view.subspan(40), checksum_partial(view.first(40)))) == checksum(view));
  CHECK(checksum_finish(checksum_partial(view, 0xffffffff)) == checksum(view));
}

TEST_CASE("an adjusted checksum is the one computed anew") {
  // RFC 1624 section 4: the header whose sum the older equation got wrong.
  CHECK(checksum_adjust(0xdd2f, 0x5555, 0x3285) == 0x0000);
  SeededRandom random(9);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes = random.bytes(20);
    const std::uint16_t before = load_be16(bytes.data() + 8);
    const std::uint16_t old_sum = checksum(bytes);
    store_be16(bytes.data() + 8, static_cast<std::uint16_t>(random.u32()));
    REQUIRE(checksum_adjust(old_sum, before, load_be16(bytes.data() + 8)) == checksum(bytes));
  }
}
