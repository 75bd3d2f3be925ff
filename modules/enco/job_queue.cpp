#include "modules/enco/job_queue.h"

#include <algorithm>

#include "os/base/limits.h"

namespace arrouter::enco {

std::size_t JobQueue::parallel() const {
  switch (priority) {
    case JobPriority::low:
      return 1;
    case JobPriority::medium:
      return 2;
    case JobPriority::high:
      break;
  }
  return 4;
}

void JobQueue::submit(Task task) {
  if (queue_.size() + running_ >= limits::enco_jobs) {
    ++counters.discarded;
    services_.reactor.post([self = weak_from_this(), task = std::move(task)] {
      if (self.lock() && !task.owner.expired()) task.refuse();
    });
    return;
  }
  ++counters.queued;
  queue_.push_back(std::move(task));
  counters.longest_queue = std::max<std::uint64_t>(counters.longest_queue, queue_.size() + running_);
  start_next();
}

void JobQueue::start_next() {
  while (!queue_.empty() && running_ < parallel()) {
    Task task = std::move(queue_.front());
    queue_.pop_front();
    if (task.owner.expired()) {
      ++counters.discarded;
      continue;
    }
    ++running_;
    services_.jobs.run(std::move(task.work),
                       [weak = weak_from_this(), owner = std::move(task.owner), finish = std::move(task.finish)] {
                         const auto self = weak.lock();
                         if (!self) return;
                         --self->running_;
                         ++self->counters.done;
                         if (!owner.expired()) finish();
                         self->start_next();
                       });
  }
}

}  // namespace arrouter::enco
