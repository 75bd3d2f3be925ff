// The anti-replay window against a list of everything seen.
#include <catch2/catch.hpp>

#include <set>

#include "modules/ipsec/replay.h"
#include "os/base/random.h"

using arrouter::ipsec::ReplayWindow;

TEST_CASE("the window's edges") {
  for (const unsigned size : {32U, 64U, 128U, 256U}) {
    CAPTURE(size);
    ReplayWindow window(size);
    CHECK_FALSE(window.acceptable(0));
    CHECK(window.commit(1));
    CHECK_FALSE(window.commit(1));
    CHECK(window.commit(1000));
    CHECK(window.acceptable(1000 - size + 1));
    CHECK_FALSE(window.acceptable(1000 - size));
    CHECK(window.commit(1000 - size + 1));
    CHECK_FALSE(window.commit(1000 - size + 1));
    CHECK(window.commit(999));
    CHECK(window.highest() == 1000);
  }
}

TEST_CASE("a check does not commit") {
  ReplayWindow window(64);
  CHECK(window.acceptable(5));
  CHECK(window.acceptable(5));
  CHECK(window.commit(5));
  CHECK_FALSE(window.acceptable(5));
}

TEST_CASE("the last sequence number and big jumps") {
  ReplayWindow window(256);
  CHECK(window.commit(3));
  CHECK(window.commit(0x80000000));
  CHECK_FALSE(window.acceptable(3));
  CHECK(window.commit(0xffffffff));
  CHECK_FALSE(window.commit(0xffffffff));
  CHECK(window.commit(0xffffffff - 255));
  CHECK_FALSE(window.acceptable(0xffffffff - 256));
}

TEST_CASE("any order of arrival is judged like a plain set would") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    arrouter::SeededRandom random(seed);
    const unsigned size = 32U << random.below(4);
    ReplayWindow window(size);
    std::set<std::uint32_t> seen;
    std::uint32_t highest = 0;
    for (int i = 0; i < 5000; ++i) {
      const auto back = static_cast<std::uint32_t>(random.below(2 * size));
      const auto ahead = static_cast<std::uint32_t>(random.below(random.below(20) == 0 ? 2000 : 4));
      const std::uint32_t sequence = highest + ahead > back ? highest + ahead - back : 1;
      const bool expected = !seen.contains(sequence) && (sequence > highest || highest - sequence < size);
      CAPTURE(seed, size, sequence, highest);
      REQUIRE(window.commit(sequence) == expected);
      seen.insert(sequence);
      highest = std::max(highest, sequence);
    }
  }
}
