#include "netdev/port_stack.h"

#include <algorithm>

namespace arrouter {

PortStack::PortStack(std::unique_ptr<Port> driver, std::string attachment, const PortEnvironment& environment,
                     const WallClock& wall, std::uint64_t seed, bool promiscuous)
    : Port(driver->name(), driver->mac(), environment.pool),
      clock_(environment.clock),
      attachment_(std::move(attachment)),
      promiscuous_(promiscuous),
      driver_(std::move(driver)),
      impair_(*driver_, environment.pool, environment.scheduler, environment.clock, seed),
      capture_(impair_, environment.pool, environment.scheduler, environment.clock, wall) {
  capture_.set_receiver([this](Burst& frames) { receive(frames); });
  capture_.set_link_listener([this](bool) {
    if (enabled_) tell_link();
  });
}

void PortStack::tell_link() {
  link_changed_at_ = clock_.now();
  link_changed(link_up());
  if (link_watcher_) link_watcher_();
}

void PortStack::set_enabled(bool on) {
  if (on == enabled_) return;
  enabled_ = on;
  if (capture_.link_up()) tell_link();
}

void PortStack::transmit(Burst& frames) {
  if (enabled_) return capture_.send(frames);
  counters_.out_discards += frames.size();
  frames.clear();
}

PortCounters PortStack::counters() const {
  PortCounters sum = driver_->counters();
  sum.in_discards += counters_.in_discards;
  sum.out_discards += counters_.out_discards;
  return sum;
}

void PortStack::receive(Burst& frames) {
  if (!enabled_) {
    counters_.in_discards += frames.size();
    return frames.clear();
  }
  if (!promiscuous_) {
    for (Packet& frame : frames) {
      const bool ours = std::equal(mac().octets.begin(), mac().octets.end(), frame->data());
      if (ours || frame->meta.link_broadcast) continue;
      ++filtered_;
      frame.reset();
    }
    frames.compact();
  }
  const std::size_t handed = frames.size();
  if (!pass_up(frames)) counters_.in_discards += handed;
}

}  // namespace arrouter
