// When an unanswered message is sent again and when the exchange gives up (reference/isakmp-ipsec.md 4.2).
#pragma once

#include <cstdint>

#include "os/base/time.h"

namespace arrouter::isakmp {

enum class Backoff : std::uint8_t { incremental, none };

struct RetransmitRule {
  std::uint32_t retry_limit = 8;  // MSGRETRYLIMIT
  std::uint32_t timeout_s = 4;    // MSGTIMEOUT
  Backoff backoff = Backoff::incremental;
  bool operator==(const RetransmitRule&) const = default;
  /// Seconds between sending number n - 1 and number n (n = 1 is the first repetition). Incremental: T, 2T, 4T, 6T, …
  std::uint64_t gap_s(std::uint32_t n) const {
    return backoff == Backoff::none || n <= 1 ? timeout_s : std::uint64_t{2} * timeout_s * (n - 1);
  }
  /// Seconds from the first sending until the exchange gives up: one more gap after the last repetition.
  std::uint64_t whole_s() const;
};

/// The state of one message that waits for its answer.
class Retransmission {
 public:
  /// The first sending happened now.
  void start(const RetransmitRule& rule, Instant now);
  enum class Step : std::uint8_t { wait, send_again, give_up };
  /// Call at the deadline.
  Step due(Instant now);
  Instant deadline() const { return deadline_; }
  /// "Packet Retry Counter": repetitions left; "Packet Retry Interval": the gap that runs now, in seconds.
  std::uint32_t left() const { return rule_.retry_limit - sent_; }
  std::uint64_t interval_s() const { return rule_.gap_s(sent_ + 1); }

 private:
  RetransmitRule rule_;
  std::uint32_t sent_ = 0;  // repetitions so far
  Instant deadline_{};
};

}  // namespace arrouter::isakmp
