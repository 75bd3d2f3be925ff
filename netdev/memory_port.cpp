#include "netdev/memory_port.h"
#include "os/base/limits.h"

#include <algorithm>

namespace arrouter {

MemoryPort::MemoryPort(std::string name, MacAddress mac, PacketPool& pool, Scheduler& scheduler, const Clock& clock)
    : Port(std::move(name), mac, pool), clock_(clock), timer_(scheduler, [this] { arrive(); }) {}

MemoryPort::~MemoryPort() {
  set_link_listener({});
  if (link_ != nullptr) link_->unplug();
}

void MemoryPort::transmit(Burst& frames) {
  if (link_ == nullptr) {
    counters_.out_discards += frames.size();
  } else {
    const Instant when = clock_.now() + link_->delay();
    for (Packet& frame : frames) {
      count_sent(*frame);
      link_->other(*this)->accept(frame->view(), when);
    }
  }
  frames.clear();
}

void MemoryPort::accept(ByteView frame, Instant when) {
  Packet copy = waiting_ < arriving_.size() ? pool().copy(frame) : Packet();
  if (!copy) {
    ++counters_.in_discards;
    return;
  }
  if (waiting_ > 0) when = std::max(when, at(waiting_ - 1).when);
  at(waiting_++) = {when, std::move(copy)};
  if (!timer_.armed()) timer_.arm(when);
}

void MemoryPort::arrive() {
  Burst burst;
  while (waiting_ > 0 && at(0).when <= clock_.now() && !burst.full()) {
    burst.add(std::move(at(0).frame));
    first_ = (first_ + 1) % arriving_.size();
    --waiting_;
  }
  if (waiting_ > 0) timer_.arm(at(0).when);
  deliver(burst);
}

void MemoryPort::attach(MemoryLink* link) {
  link_ = link;
  arriving_.clear();
  if (link != nullptr) arriving_.resize(limits::memory_queue);
  first_ = waiting_ = 0;
  timer_.disarm();
  link_changed(link != nullptr);
}

MemoryLink::MemoryLink(MemoryPort& left, MemoryPort& right, Duration delay)
    : left_(&left), right_(&right), delay_(delay) {
  left.attach(this);
  right.attach(this);
}

MemoryLink::~MemoryLink() { unplug(); }

void MemoryLink::unplug() {
  if (left_ == nullptr) return;
  MemoryPort* const left = std::exchange(left_, nullptr);
  MemoryPort* const right = std::exchange(right_, nullptr);
  left->attach(nullptr);
  right->attach(nullptr);
}

}  // namespace arrouter
