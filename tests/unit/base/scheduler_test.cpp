#include <catch2/catch.hpp>

#include "os/base/scheduler.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {
Instant at(std::chrono::milliseconds when) { return Instant(when); }
}  // namespace

TEST_CASE("deadlines run in order of time, ties in order of setting") {
  Scheduler scheduler;
  std::string order;
  scheduler.at(at(20ms), [&] { order += 'c'; });
  scheduler.at(at(10ms), [&] { order += 'a'; });
  scheduler.at(at(10ms), [&] { order += 'b'; });
  CHECK(scheduler.run_due(at(9ms)) == 0);
  CHECK(scheduler.run_due(at(20ms)) == 3);
  CHECK(order == "abc");
  CHECK_FALSE(scheduler.next().has_value());
}

TEST_CASE("what a deadline sets for now runs in the same turn") {
  Scheduler scheduler;
  int runs = 0;
  scheduler.at(at(1ms), [&] { scheduler.at(at(1ms), [&] { ++runs; }); });
  CHECK(scheduler.run_due(at(1ms)) == 2);
  CHECK(runs == 1);
}

TEST_CASE("a timer that is gone never fires, and a re-armed one fires once") {
  Scheduler scheduler;
  int fired = 0;
  {
    Timer gone(scheduler, [&] { ++fired; });
    gone.arm(at(1ms));
  }
  Timer again(scheduler, [&] { ++fired; });
  again.arm(at(2ms));
  again.arm(at(3ms));
  CHECK(scheduler.run_due(at(2ms)) == 0);
  CHECK(scheduler.run_due(at(3ms)) == 1);
  CHECK(fired == 1);
  CHECK_FALSE(again.armed());
}
