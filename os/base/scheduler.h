// Deadlines. One Scheduler serves a whole process (or a whole simulated world); ties run in the order they were set,
// so a run repeats exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "os/base/time.h"

namespace arrouter {

class Scheduler {
 public:
  using Action = std::function<void()>;
  using Id = std::pair<Instant, std::uint64_t>;  // deadline, then order of setting

  Id at(Instant when, Action action);
  /// Unknown or already run ids are ignored.
  void cancel(const Id& id);
  /// The earliest deadline, if any.
  std::optional<Instant> next() const;
  /// Runs everything due at `now`, earliest first, including what that sets for `now` or before. Returns how many ran.
  std::size_t run_due(Instant now);
  /// Called whenever the earliest deadline becomes earlier, so that a live loop can shorten its sleep.
  void on_earlier(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  using Actions = std::map<Id, Action>;
  void keep(Actions::node_type node);
  Actions actions_;
  std::vector<Actions::node_type> spare_;  // nodes to use again: deadlines of the packet path cost no memory
  std::uint64_t sequence_ = 0;
  std::function<void()> wake_;
};

/// One restartable deadline that dies with its owner: no call-back after destruction.
class Timer {
 public:
  Timer(Scheduler& scheduler, Scheduler::Action action) : scheduler_(scheduler), action_(std::move(action)) {}
  ~Timer() { disarm(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Replaces an earlier deadline.
  void arm(Instant when);
  /// Arms at `when`, or disarms when there is none: fits an engine's next_deadline().
  void arm(std::optional<Instant> when);
  void disarm();
  bool armed() const { return id_.has_value(); }

 private:
  Scheduler& scheduler_;
  Scheduler::Action action_;
  std::optional<Scheduler::Id> id_;
};

}  // namespace arrouter
