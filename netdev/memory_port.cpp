#include "netdev/memory_port.h"

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
  Packet copy = arriving_.size() < limits::memory_queue ? pool().copy(frame) : Packet();
  if (!copy) {
    ++counters_.in_discards;
    return;
  }
  if (!arriving_.empty()) when = std::max(when, arriving_.back().when);
  arriving_.push_back({when, std::move(copy)});
  if (!timer_.armed()) timer_.arm(when);
}

void MemoryPort::arrive() {
  Burst burst;
  while (!arriving_.empty() && arriving_.front().when <= clock_.now() && !burst.full()) {
    burst.add(std::move(arriving_.front().frame));
    arriving_.pop_front();
  }
  if (!arriving_.empty()) timer_.arm(arriving_.front().when);
  deliver(burst);
}

void MemoryPort::attach(MemoryLink* link) {
  link_ = link;
  arriving_.clear();
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
