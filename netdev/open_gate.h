// A door for TCP opens in front of a port's queue. In a flood of SYNs the queue overflows and takes everybody's frames
// with it, because frames arrive faster than any process can read them. So while a port is behind and opens are what it
// reads, the kernel is given a program that lets a share of them into the queue, chosen at random: whoever sends the
// rest pays for it, and all other frames find room.
#pragma once

#include <functional>
#include <vector>

#include <linux/filter.h>

#include "os/base/packet.h"
#include "os/base/scheduler.h"

namespace arrouter {

/// The frame asks for a TCP connection: SYN without ACK in a whole IPv4 packet, behind Ethernet alone or PPPoE.
bool opens_tcp(ByteView frame);

/// A socket filter that accepts everything but opens_tcp(), and of those a share (0 to 1).
std::vector<sock_filter> open_filter(double share);

class OpenGate {
 public:
  static constexpr Duration period = std::chrono::milliseconds(10);  // that a port is watched before the share moves
  static constexpr double narrower = 0.6, wider = 1.05;              // factors of the share, by period
  static constexpr double least = 1.0 / 4096;                        // share

  /// Puts a program in front of the queue, nullptr: takes it away. False: the kernel refuses.
  using Attach = std::function<bool(const sock_fprog* program)>;
  OpenGate(const Clock& clock, Scheduler& scheduler, Attach attach);

  /// What a driver has read at a go; `drained`: nothing was left in the queue. Costs nothing while ports keep up.
  void observe(Burst& frames, bool drained);
  /// The queue is a new one, with no program in front.
  void reset();

  double share() const { return share_; }
  /// Opens that were not let in, as far as those that were can tell.
  std::uint64_t refused() const { return static_cast<std::uint64_t>(refused_); }

 private:
  void end_period();
  void set_share(double share);

  const Clock& clock_;
  Attach attach_;
  double share_ = 1, refused_ = 0;
  struct {
    std::size_t frames = 0, opens = 0, reads = 0, drained = 0;
  } seen_;       // in this period
  Timer timer_;  // runs while the port is behind or the gate is not open
};

}  // namespace arrouter
