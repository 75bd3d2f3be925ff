#include "netdev/port_stack.h"

#include <algorithm>

namespace arrouter {

PortStack::PortStack(std::unique_ptr<Port> driver, std::string attachment, const PortEnvironment& environment,
                     const WallClock& wall, std::uint64_t seed, bool promiscuous)
    : Port(driver->name(), driver->mac(), environment.pool),
      attachment_(std::move(attachment)),
      promiscuous_(promiscuous),
      driver_(std::move(driver)),
      impair_(*driver_, environment.pool, environment.scheduler, environment.clock, seed),
      capture_(impair_, environment.pool, environment.scheduler, environment.clock, wall) {
  capture_.set_receiver([this](Burst& frames) { receive(frames); });
  capture_.set_link_listener([this, &clock = environment.clock](bool up) {
    link_changed_at_ = clock.now();
    link_changed(up);
    if (link_watcher_) link_watcher_();
  });
}

PortCounters PortStack::counters() const {
  PortCounters sum = driver_->counters();
  sum.in_discards += counters_.in_discards;
  sum.out_discards += counters_.out_discards;
  return sum;
}

void PortStack::receive(Burst& frames) {
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
