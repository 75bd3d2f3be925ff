// Work cut in pieces for several threads.
#include <catch2/catch.hpp>

#include <array>
#include <numeric>

#include "os/fork_join.h"

using namespace arrouter;

TEST_CASE("every piece is done once, by whoever it is, before the call returns") {
  ForkJoin threads;
  for (const std::size_t count : {0U, 1U, 2U, 15U, 3U, 0U, 1U}) {
    REQUIRE(threads.resize(count) == count);
    for (const std::size_t pieces : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{64}, std::size_t{1000},
                                     ForkJoin::most_pieces}) {
      std::vector<int> done(pieces), by(pieces, -1);
      threads.run(pieces, [&](std::size_t piece, std::size_t thread) {
        ++done[piece];
        by[piece] = static_cast<int>(thread);
      });
      CHECK(std::ranges::count(done, 1) == static_cast<std::ptrdiff_t>(pieces));
      CHECK(std::ranges::all_of(by, [&](int thread) { return thread >= 0 && thread <= static_cast<int>(count); }));
    }
  }
}

TEST_CASE("short calls in a row do not mix, whether threads sleep or come late") {
  ForkJoin threads;
  threads.resize(3);
  std::uint64_t sum = 0, expected = 0;
  for (std::uint64_t round = 1; round <= 20'000; ++round) {
    const std::size_t pieces = 1 + round % 7;
    std::array<std::uint64_t, 7> parts{};
    threads.run(pieces, [&](std::size_t piece, std::size_t) { parts[piece] = round * piece; });
    sum = std::accumulate(parts.begin(), parts.end(), sum);
    expected += round * (pieces * (pieces - 1) / 2);
  }
  CHECK(sum == expected);
}

TEST_CASE("threads are made and ended without ever being used, and no more than there may be") {
  ForkJoin threads;
  for (int i = 0; i < 50; ++i) {
    CHECK(threads.resize(2) == 2);
    CHECK(threads.resize(0) == 0);
  }
  CHECK(threads.resize(ForkJoin::most_threads + 1) == ForkJoin::most_threads);
}

TEST_CASE("the other threads do take their share") {
  ForkJoin threads;
  threads.resize(1);
  std::atomic<bool> other = false;
  // The caller's piece lasts until the other thread has come; it would never end if none did.
  threads.run(2, [&](std::size_t, std::size_t thread) {
    if (thread == 1) {
      other = true;
      other.notify_one();
    } else {
      other.wait(false);
    }
  });
  CHECK(other);
}
