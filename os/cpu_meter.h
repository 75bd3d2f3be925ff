// Turns one sample of used processor time a second into the averages and maxima of SHOW CPU.
#pragma once

#include <deque>

#include "os/base/time.h"
#include "os/router_control.h"

namespace arrouter {

class CpuMeter {
 public:
  /// `used` is the processor time the thread has had since it began.
  CpuMeter(Instant now, Duration used) : start_{now, used}, samples_{start_} {}
  /// To be called about once a second.
  void sample(Instant now, Duration used);
  RouterControl::CpuLoad load() const;

 private:
  struct Sample {
    Instant at;
    Duration used;
    unsigned percent = 0;  // since the sample before
  };
  static unsigned percent_between(const Sample& from, const Sample& to);
  unsigned average_over(std::size_t seconds) const;

  Sample start_;
  std::deque<Sample> samples_;  // of the last five minutes, oldest first, never empty
  unsigned maximum_ = 0;
};

}  // namespace arrouter
