// Time that a test moves: clock, deadlines, event loop and job runner in one, all repeatable.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "os/base/reactor.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter::test {

class VirtualTime final : public Clock, public Reactor, public JobRunner {
 public:
  Scheduler scheduler;
  Duration job_delay{};  // how long a Diffie-Hellman job takes
  double job_cpu_s = 0;  // processor time that jobs have taken on this host

  Instant now() const override { return now_; }
  void post(std::function<void()> action) override { scheduler.at(now_, std::move(action)); }
  /// Nothing to watch in virtual time; the watch never fires.
  std::unique_ptr<Watch> watch(int fd, std::function<void()> readable) override;
  void run(std::function<void()> work, std::function<void()> done) override;

  /// Runs every deadline up to now + duration, each at its own time.
  void advance(Duration duration);
  /// Jumps from deadline to deadline until `done` holds (true) or `limit` has passed (false).
  bool run_until(const std::function<bool()>& done, Duration limit);

 private:
  Instant now_{std::chrono::seconds(1000)};
};

}  // namespace arrouter::test
