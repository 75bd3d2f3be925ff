#include "os/cpu_meter.h"

#include <algorithm>

namespace arrouter {

namespace {
constexpr std::size_t kept_seconds = 300;
}

unsigned CpuMeter::percent_between(const Sample& from, const Sample& to) {
  const Duration wall = to.at - from.at;
  if (wall <= Duration::zero()) return 0;
  const double share = static_cast<double>((to.used - from.used).count()) / static_cast<double>(wall.count());
  return static_cast<unsigned>(std::clamp(share * 100 + 0.5, 0.0, 100.0));
}

void CpuMeter::sample(Instant now, Duration used) {
  Sample sample{now, used};
  sample.percent = percent_between(samples_.back(), sample);
  maximum_ = std::max(maximum_, sample.percent);
  samples_.push_back(sample);
  if (samples_.size() > kept_seconds + 1) samples_.pop_front();
}

unsigned CpuMeter::average_over(std::size_t seconds) const {
  const std::size_t back = std::min(seconds, samples_.size() - 1);
  return percent_between(samples_[samples_.size() - 1 - back], samples_.back());
}

RouterControl::CpuLoad CpuMeter::load() const {
  RouterControl::CpuLoad load;
  load.last_second = average_over(1);
  load.last_10_seconds = average_over(10);
  load.last_minute = average_over(60);
  load.last_5_minutes = average_over(kept_seconds);
  load.since_start = percent_between(start_, samples_.back());
  load.maximum = maximum_;
  for (const Sample& sample : samples_) load.maximum_5_minutes = std::max(load.maximum_5_minutes, sample.percent);
  return load;
}

}  // namespace arrouter
