// Time as the router sees it: a monotonic instant that drives every timer, and a wall clock that people may set.
#pragma once

#include <chrono>
#include <cstdint>

namespace arrouter {

using Duration = std::chrono::nanoseconds;

/// Tag of the router's monotonic time line; it starts anywhere and never jumps.
struct MonotonicTime {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicTime, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicTime::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of time. Live: the system's steady clock. Simulated: a counter that the test moves.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The clock on the wall (SET TIME). Setting it never moves a timer.
class WallClock {
 public:
  WallClock(const Clock& clock, WallTime start) : clock_(clock), base_(start), since_(clock.now()) {}
  WallTime now() const {
    return base_ + std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - since_);
  }
  void set(WallTime time) {
    base_ = time;
    since_ = clock_.now();
  }

 private:
  const Clock& clock_;
  WallTime base_;
  Instant since_;
};

/// Whole seconds, rounded down, as every counter of seconds on a screen shows them.
inline std::uint64_t whole_seconds(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace arrouter
