// SHOW CPU and its extended monitoring (reference/operations.md 2.4).
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "os/base/scheduler.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::system {

/// Notes how busy the processor is, every 20 ms while monitoring is enabled: always, or from when the load comes up to
/// a percentage until it falls below another.
class CpuMonitor {
 public:
  CpuMonitor(Services& services, RouterControl& control);
  std::vector<CommandRow> rows();

 private:
  struct Sample {
    std::uint32_t since_midnight_ms, since_restart_us;
    unsigned percent;
  };
  Outcome show(Screen& screen, bool extended) const;
  void show_extended(Screen& screen) const;
  Outcome enable(bool on);
  Outcome set_limits(const Args& args);
  Outcome activate();
  void sample();
  void watch();
  std::uint32_t since_midnight_ms() const;
  std::uint32_t since_restart_us() const;

  Services& services_;
  RouterControl& control_;
  bool enabled_ = false, capturing_ = false;
  std::optional<unsigned> start_percent_, stop_percent_;
  std::deque<Sample> samples_;  // newest first
  Timer timer_;
};

}  // namespace arrouter::system
