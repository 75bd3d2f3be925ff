// Ports of simulated routers: frames travel between two of them through the Scheduler, nothing touches the host.
#pragma once

#include <vector>

#include "netdev/port.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter {

class MemoryLink;

/// One end. Without a MemoryLink its link is down and what is sent is discarded. Frames are copied into the receiving
/// end's pool, so the two Routers share no buffer.
class MemoryPort final : public Port {
 public:
  MemoryPort(std::string name, MacAddress mac, PacketPool& pool, Scheduler& scheduler, const Clock& clock);
  ~MemoryPort() override;
  bool link_up() const override { return link_ != nullptr; }

 protected:
  void transmit(Burst& frames) override;

 private:
  friend class MemoryLink;
  void accept(ByteView frame, Instant when);
  void arrive();
  void attach(MemoryLink* link);

  struct Arriving {
    Instant when{};
    Packet frame;
  };
  Arriving& at(std::size_t position) { return arriving_[(first_ + position) % arriving_.size()]; }

  const Clock& clock_;
  MemoryLink* link_ = nullptr;
  std::vector<Arriving> arriving_;  // a ring; room for limits::memory_queue once there is a link
  std::size_t first_ = 0, waiting_ = 0;
  Timer timer_;
};

/// A cable between two unlinked ports of one simulated world (one Scheduler). Destroying it, or a port, unplugs it.
class MemoryLink {
 public:
  MemoryLink(MemoryPort& left, MemoryPort& right, Duration delay = Duration::zero());
  ~MemoryLink();
  MemoryLink(const MemoryLink&) = delete;
  MemoryLink& operator=(const MemoryLink&) = delete;
  /// Of frames sent from now on; the order is kept.
  void set_delay(Duration delay) { delay_ = delay; }
  Duration delay() const { return delay_; }

 private:
  friend class MemoryPort;
  MemoryPort* other(const MemoryPort& end) const { return &end == left_ ? right_ : left_; }
  void unplug();

  MemoryPort* left_;
  MemoryPort* right_;
  Duration delay_;
};

}  // namespace arrouter
