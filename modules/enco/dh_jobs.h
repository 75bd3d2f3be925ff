// Diffie-Hellman as background jobs.
#pragma once

#include "modules/enco/groups.h"
#include "modules/enco/job_queue.h"

namespace arrouter::enco {

struct DhCounters {
  std::uint64_t phase1_started = 0, phase1_good = 0, phase1_failed = 0;  // own value
  std::uint64_t phase2_started = 0, phase2_good = 0, phase2_failed = 0;  // shared value
};

/// Goes with its queue: no call-back runs after either is gone.
class DhJobs {
 public:
  using Owner = EncoApi::Owner;
  DhJobs(Random& random, JobQueue& queue) : random_(random), queue_(queue) {}

  /// See EncoApi. Returns how many random bytes were drawn.
  std::size_t generate(Group group, unsigned exponent_bits, Owner owner,
                       std::function<void(std::optional<DhPair>)> done);
  void share(const DhPair& own, ByteView peer_public, Owner owner,
             std::function<void(std::optional<SecretBytes>)> done);

  /// SET ENCO DHPADDING: OFF cuts leading zeros of values, as old releases sent and hashed them.
  bool padding = true;
  DhCounters counters;

 private:
  Random& random_;
  JobQueue& queue_;
};

}  // namespace arrouter::enco
