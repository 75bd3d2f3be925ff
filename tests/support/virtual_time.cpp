#include "tests/support/virtual_time.h"

#include <ctime>

namespace arrouter::test {

std::unique_ptr<Reactor::Watch> VirtualTime::watch(int, std::function<void()>) { return std::make_unique<Watch>(); }

void VirtualTime::run(std::function<void()> work, std::function<void()> done) {
  const std::clock_t before = std::clock();
  work();
  job_cpu_s += static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  scheduler.at(now_ + job_delay, std::move(done));
}

void VirtualTime::advance(Duration duration) {
  run_until([] { return false; }, duration);
}

bool VirtualTime::run_until(const std::function<bool()>& done, Duration limit) {
  const Instant end = now_ + limit;
  while (!done()) {
    const auto next = scheduler.next();
    if (!next || *next > end) {
      now_ = end;
      return done();
    }
    now_ = std::max(now_, *next);
    scheduler.run_due(now_);
  }
  return true;
}

}  // namespace arrouter::test
