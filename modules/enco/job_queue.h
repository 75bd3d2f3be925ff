// Large-number arithmetic in the background: a bounded queue in front of the job runner.
#pragma once

#include <deque>

#include "modules/enco/enco_api.h"
#include "os/module.h"

namespace arrouter::enco {

/// SET ENCO DHPRIORITY: how many jobs may be computed at the same time.
enum class JobPriority : std::uint8_t { low, medium, high };

struct JobCounters {
  std::uint64_t queued = 0, done = 0, discarded = 0, longest_queue = 0;
};

/// Held by shared_ptr: a job that ends after the module is gone finds nobody and drops its result.
class JobQueue : public std::enable_shared_from_this<JobQueue> {
 public:
  explicit JobQueue(Services& services) : services_(services) {}

  /// `finish` and `refuse` run later on the datapath thread, one of them and once, unless the owner has expired.
  struct Task {
    EncoApi::Owner owner;
    std::function<void()> work;    // on any thread
    std::function<void()> finish;  // after the work
    std::function<void()> refuse;  // too many jobs waited
  };
  void submit(Task task);

  JobPriority priority = JobPriority::high;
  JobCounters counters;
  std::size_t waiting() const { return queue_.size(); }

 private:
  void start_next();
  std::size_t parallel() const;

  Services& services_;
  std::deque<Task> queue_;
  std::size_t running_ = 0;
};

}  // namespace arrouter::enco
