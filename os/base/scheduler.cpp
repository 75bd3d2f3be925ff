#include "os/base/scheduler.h"

namespace arrouter {

Scheduler::Id Scheduler::at(Instant when, Action action) {
  const Id id{when, sequence_++};
  const bool earlier = actions_.empty() || id < actions_.begin()->first;
  actions_.emplace(id, std::move(action));
  if (earlier && wake_) wake_();
  return id;
}

void Scheduler::cancel(const Id& id) { actions_.erase(id); }

std::optional<Instant> Scheduler::next() const {
  if (actions_.empty()) return std::nullopt;
  return actions_.begin()->first.first;
}

std::size_t Scheduler::run_due(Instant now) {
  std::size_t count = 0;
  while (!actions_.empty() && actions_.begin()->first.first <= now) {
    const auto node = actions_.extract(actions_.begin());
    node.mapped()();
    ++count;
  }
  return count;
}

void Timer::arm(Instant when) {
  disarm();
  id_ = scheduler_.at(when, [this] {
    id_.reset();
    action_();
  });
}

void Timer::arm(std::optional<Instant> when) {
  if (!when) {
    disarm();
  } else if (!id_ || id_->first != *when) {
    arm(*when);
  }
}

void Timer::disarm() {
  if (id_) scheduler_.cancel(*id_);
  id_.reset();
}

}  // namespace arrouter
