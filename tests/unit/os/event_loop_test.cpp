#include <catch2/catch.hpp>

#include <csignal>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "os/cpu_meter.h"
#include "os/event_loop.h"

namespace arrouter {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int ends[2];
};

TEST_CASE("Deadlines run in order, also those set to be earlier than what the loop sleeps for") {
  EventLoop loop;
  std::string order;
  const Instant start = loop.now();
  loop.scheduler().at(start + 40ms, [&] {
    order += 'c';
    loop.quit();
  });
  loop.scheduler().at(start + 20ms, [&] { order += 'b'; });
  loop.post([&] { loop.scheduler().at(start + 5ms, [&] { order += 'a'; }); });
  loop.run();
  CHECK(order == "abc");
  CHECK(loop.now() - start >= 40ms);
}

TEST_CASE("A watch fires for each input until it is destroyed, also from inside its call-back") {
  EventLoop loop;
  Pipe pipe;
  REQUIRE(::write(pipe.ends[1], "abc", 3) == 3);
  std::string got;
  std::unique_ptr<Reactor::Watch> watch = loop.watch(pipe.ends[0], [&] {
    char byte = 0;
    REQUIRE(::read(pipe.ends[0], &byte, 1) == 1);
    got += byte;
    if (got == "ab") {
      watch.reset();
      loop.scheduler().at(loop.now() + 10ms, [&] { loop.quit(); });
    }
  });
  loop.run();
  CHECK(got == "ab");
  char left = 0;
  CHECK(::read(pipe.ends[0], &left, 1) == 1);  // the descriptor is still ours
  CHECK(left == 'c');
}

TEST_CASE("Jobs work on another thread and are done on the loop's") {
  EventLoop loop;
  const auto here = std::this_thread::get_id();
  std::thread::id worked, done;
  loop.run([&] { worked = std::this_thread::get_id(); },
           [&] {
             done = std::this_thread::get_id();
             loop.quit();
           });
  loop.run();
  CHECK(worked != here);
  CHECK(done == here);
}

TEST_CASE("A call-back that throws costs itself alone") {
  EventLoop loop;
  Pipe pipe;
  REQUIRE(::write(pipe.ends[1], "ab", 2) == 2);
  std::vector<std::string> faults;
  loop.on_fault([&](std::string_view what) { faults.emplace_back(what); });
  int calls = 0;
  const auto watch = loop.watch(pipe.ends[0], [&] {
    char byte = 0;
    REQUIRE(::read(pipe.ends[0], &byte, 1) == 1);
    if (++calls == 2) loop.quit();
    throw std::runtime_error("watch");
  });
  loop.scheduler().at(loop.now(), [] { throw std::runtime_error("deadline"); });
  loop.run([] { throw std::runtime_error("job"); }, [] {});
  loop.run();
  CHECK(calls == 2);
  CHECK(std::find(faults.begin(), faults.end(), "watch") != faults.end());
}

TEST_CASE("SIGTERM ends the loop, not the process") {
  EventLoop loop;
  bool stopped = false;
  loop.on_terminate([&] {
    stopped = true;
    loop.quit();
  });
  loop.post([] { ::raise(SIGTERM); });
  loop.run();
  CHECK(stopped);
}

TEST_CASE("The meter averages processor time over each span and keeps the maxima") {
  const Instant start{};
  CpuMeter meter(start, 0s);
  CHECK(meter.load().last_second == 0);
  Duration used{};
  Instant now = start;
  const auto second_with = [&](Duration busy) { meter.sample(now += 1s, used += busy); };
  second_with(1s);
  CHECK(meter.load().last_second == 100);
  for (int i = 0; i < 9; ++i) second_with(500ms);
  CHECK(meter.load().last_second == 50);
  CHECK(meter.load().last_10_seconds == 55);
  CHECK(meter.load().since_start == 55);
  for (int i = 0; i < 300; ++i) second_with(100ms);
  const auto load = meter.load();
  CHECK(load.last_minute == 10);
  CHECK(load.last_5_minutes == 10);
  CHECK(load.since_start == 11);
  CHECK(load.maximum == 100);
  CHECK(load.maximum_5_minutes == 50);  // the oldest sample kept is the last busy one
  second_with(100ms);
  CHECK(meter.load().maximum_5_minutes == 10);
}

}  // namespace
}  // namespace arrouter
