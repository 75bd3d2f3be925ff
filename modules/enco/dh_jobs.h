// Diffie-Hellman as background jobs: a bounded queue in front of the job runner.
#pragma once

#include <deque>

#include "modules/enco/groups.h"
#include "os/module.h"

namespace arrouter::enco {

/// SET ENCO DHPRIORITY: how many jobs may be computed at the same time.
enum class DhPriority : std::uint8_t { low, medium, high };

struct DhCounters {
  std::uint64_t queued = 0, done = 0, discarded = 0, longest_queue = 0;
  std::uint64_t phase1_started = 0, phase1_good = 0, phase1_failed = 0;  // own value
  std::uint64_t phase2_started = 0, phase2_good = 0, phase2_failed = 0;  // shared value
};

/// Held by shared_ptr: a job that ends after the module is gone finds nobody and drops its result.
class DhJobs : public std::enable_shared_from_this<DhJobs> {
 public:
  using Owner = EncoApi::Owner;
  explicit DhJobs(Services& services) : services_(services) {}

  /// See EncoApi. Call-backs run from the reactor or the job runner, on the datapath thread. Returns how many random
  /// bytes were drawn.
  std::size_t generate(Group group, unsigned exponent_bits, Owner owner,
                       std::function<void(std::optional<DhPair>)> done);
  void share(const DhPair& own, ByteView peer_public, Owner owner,
             std::function<void(std::optional<SecretBytes>)> done);

  DhPriority priority = DhPriority::high;
  /// SET ENCO DHPADDING: OFF cuts leading zeros of values, as old releases sent and hashed them.
  bool padding = true;
  DhCounters counters;
  std::size_t waiting() const { return queue_.size(); }

 private:
  struct Job {
    Owner owner;
    std::function<void()> work;    // on any thread
    std::function<void()> finish;  // on the datapath thread
    std::function<void()> refuse;  // the queue was full
  };
  void submit(Job job);
  void start_next();
  std::size_t parallel() const;

  Services& services_;
  std::deque<Job> queue_;
  std::size_t running_ = 0;
};

}  // namespace arrouter::enco
