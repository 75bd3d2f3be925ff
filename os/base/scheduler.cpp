#include "os/base/scheduler.h"

namespace arrouter {
namespace {

constexpr std::size_t most_spare = 256;

}  // namespace

Scheduler::Id Scheduler::at(Instant when, Action action) {
  const Id id{when, sequence_++};
  const bool earlier = actions_.empty() || id < actions_.begin()->first;
  if (spare_.empty()) {
    actions_.emplace(id, std::move(action));
  } else {
    Actions::node_type node = std::move(spare_.back());
    spare_.pop_back();
    node.key() = id;
    node.mapped() = std::move(action);
    actions_.insert(std::move(node));
  }
  if (earlier && wake_) wake_();
  return id;
}

void Scheduler::cancel(const Id& id) { keep(actions_.extract(id)); }

void Scheduler::keep(Actions::node_type node) {
  if (!node) return;
  node.mapped() = nullptr;  // what the action holds is let go now
  if (spare_.size() < most_spare) spare_.push_back(std::move(node));
}

std::optional<Instant> Scheduler::next() const {
  if (actions_.empty()) return std::nullopt;
  return actions_.begin()->first.first;
}

std::size_t Scheduler::run_due(Instant now) {
  std::size_t count = 0;
  while (!actions_.empty() && actions_.begin()->first.first <= now) {
    Actions::node_type node = actions_.extract(actions_.begin());
    node.mapped()();
    keep(std::move(node));
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
