#include "netdev/impair_port.h"

#include <algorithm>

#include "netdev/offload.h"
#include "netdev/segment.h"
#include "netdev/wire/ethernet.h"
#include "os/base/limits.h"

namespace arrouter {

ImpairPort::ImpairPort(Port& inner, PacketPool& pool, Scheduler& scheduler, const Clock& clock, std::uint64_t seed)
    : Port(inner.name(), inner.mac(), pool),
      inner_(inner),
      clock_(clock),
      seed_(seed),
      random_(seed),
      in_(scheduler, [this] { release(Direction::in); }),
      out_(scheduler, [this] { release(Direction::out); }) {
  inner_.set_receiver([this](Burst& frames) { receive(frames); });
  inner_.set_link_listener([this](bool up) {
    if (!down_) link_changed(up);
  });
}

void ImpairPort::reseed(std::uint64_t seed) {
  seed_ = seed;
  random_ = SeededRandom(seed);
}

void ImpairPort::set_down(bool down) {
  if (down == down_) return;
  const bool before = link_up();
  down_ = down;
  for (Lane* lane : {&in_, &out_}) {
    lane->counters.down += lane->held.size();
    lane->held.clear();
    lane->timer.disarm();
  }
  if (link_up() != before) link_changed(link_up());
}

void ImpairPort::reset() {
  set_down(false);
  reseed(seed_);
  for (const Direction direction : {Direction::in, Direction::out}) {
    lane(direction).impairment = {};
    lane(direction).counters = {};
  }
}

PortOffloads ImpairPort::offloads() const {
  return out_.impairment.active() ? PortOffloads{} : inner_.offloads();
}

void ImpairPort::transmit(Burst& frames) { impair(Direction::out, frames); }

void ImpairPort::receive(Burst& frames) {
  if (!in_.impairment.active() || down_) {
    impair(Direction::in, frames);
    return;
  }
  in_.counters.overflowed +=
      prepare_frames(frames, {}, pool(), [this](Burst& ready) { impair(Direction::in, ready); });
}

void ImpairPort::impair(Direction direction, Burst& frames) {
  Lane& lane = this->lane(direction);
  if (down_) {
    lane.counters.down += frames.size();
    frames.clear();
    return;
  }
  if (!lane.impairment.active() && lane.held.empty()) {
    lane.counters.passed += frames.size();
    hand_on(direction, frames);
    return;
  }
  Burst now;
  for (Packet& frame : frames) {
    impair_one(direction, std::move(frame), now);
    if (now.full()) hand_on(direction, now);
  }
  frames.clear();
  if (!now.empty()) hand_on(direction, now);
  if (!lane.held.empty()) lane.timer.arm(lane.held.begin()->first);
}

void ImpairPort::impair_one(Direction direction, Packet frame, Burst& now) {
  Lane& lane = this->lane(direction);
  const Impairment& impairment = lane.impairment;
  if (chance(impairment.loss)) {
    ++lane.counters.lost;
    return;
  }
  if (chance(impairment.corrupt)) {
    ++lane.counters.corrupted;
    corrupt(*frame);
  }
  Duration wait = impairment.delay;
  if (impairment.jitter > Duration::zero()) {
    const auto bound = static_cast<std::uint64_t>(impairment.jitter.count()) + 1;
    wait += Duration(static_cast<Duration::rep>(random_.below(bound)));
  }
  const bool reordered = chance(impairment.reorder);
  if (reordered) {
    ++lane.counters.reordered;
    wait += impairment.reorder_delay;
  }
  if (chance(impairment.duplicate)) {
    ++lane.counters.duplicated;
    if (Packet twin = pool().clone(*frame)) {
      hold_or_pass(lane, std::move(twin), wait, !reordered, now);
    } else {
      ++lane.counters.overflowed;
    }
    if (now.full()) hand_on(direction, now);
  }
  hold_or_pass(lane, std::move(frame), wait, !reordered, now);
}

void ImpairPort::hold_or_pass(Lane& lane, Packet frame, Duration wait, bool keeps_order, Burst& now) {
  const Instant time = clock_.now();
  Instant due = time + wait;
  if (keeps_order) due = lane.latest = std::max(due, lane.latest);
  if (due <= time) {
    ++lane.counters.passed;
    now.add(std::move(frame));
  } else if (lane.held.size() >= limits::impair_queue) {
    ++lane.counters.overflowed;
  } else {
    lane.held.emplace(due, std::move(frame));
  }
}

void ImpairPort::release(Direction direction) {
  Lane& lane = this->lane(direction);
  const Instant time = clock_.now();
  Burst due;
  while (!lane.held.empty() && lane.held.begin()->first <= time && !due.full()) {
    ++lane.counters.passed;
    due.add(std::move(lane.held.begin()->second));
    lane.held.erase(lane.held.begin());
  }
  if (!lane.held.empty()) lane.timer.arm(lane.held.begin()->first);
  if (!due.empty()) hand_on(direction, due);
}

void ImpairPort::hand_on(Direction direction, Burst& frames) {
  if (direction == Direction::out) {
    inner_.send(frames);
  } else {
    pass_up(frames);
  }
  frames.clear();
}

bool ImpairPort::chance(double per_cent) {
  if (per_cent <= 0) return false;
  constexpr std::uint64_t scale = 1'000'000;
  return random_.below(scale) < static_cast<std::uint64_t>(per_cent / 100 * scale + 0.5);
}

void ImpairPort::corrupt(PacketBuffer& frame) {
  if (frame.size() <= wire::ethernet_header) return;
  const std::uint64_t bit = random_.below((frame.size() - wire::ethernet_header) * 8);
  frame.data()[wire::ethernet_header + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  frame.meta.checksum = Checksum::complete;  // nobody has verified what it is now
}

}  // namespace arrouter
