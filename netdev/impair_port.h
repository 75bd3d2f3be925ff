// A bad cable: seeded loss, delay, duplication, reordering and corruption around any port, each direction by itself.
#pragma once

#include <cstdint>
#include <map>

#include "netdev/port.h"
#include "os/base/random.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter {

/// What happens to frames of one direction. Chances are in per cent, each drawn for each frame.
struct Impairment {
  double loss = 0;
  double duplicate = 0;  // sent twice, one behind the other
  double corrupt = 0;    // one bit behind the Ethernet header flipped
  double reorder = 0;    // held back by reorder_delay, so that those behind overtake
  Duration delay{};      // keeps the order
  Duration jitter{};     // added to delay, uniform in 0..jitter; keeps the order
  Duration reorder_delay = std::chrono::milliseconds(10);
  bool operator==(const Impairment&) const = default;
  bool active() const { return *this != Impairment{}; }
};

struct ImpairCounters {
  std::uint64_t passed = 0, lost = 0, duplicated = 0, corrupted = 0, reordered = 0;
  std::uint64_t overflowed = 0;  // dropped: too many held back, or no buffer
  std::uint64_t down = 0;        // dropped: the cable was out
};

class ImpairPort final : public Port {
 public:
  enum class Direction : std::uint8_t { in, out };

  ImpairPort(Port& inner, PacketPool& pool, Scheduler& scheduler, const Clock& clock, std::uint64_t seed);

  /// From now on; frames already held back keep their time.
  void set(Direction direction, const Impairment& impairment) { lane(direction).impairment = impairment; }
  const Impairment& impairment(Direction direction) const { return lane(direction).impairment; }
  /// Starts the sequence of chances anew.
  void reseed(std::uint64_t seed);
  std::uint64_t seed() const { return seed_; }
  /// Takes the cable out (frames held back are lost with it) or puts it back.
  void set_down(bool down);
  bool down() const { return down_; }
  /// Everything as new: no impairment, cable in, counters zero, same seed from its start.
  void reset();
  const ImpairCounters& impair_counters(Direction direction) const { return lane(direction).counters; }
  std::size_t held(Direction direction) const { return lane(direction).held.size(); }

  bool link_up() const override { return !down_ && inner_.link_up(); }
  /// None while frames on the way out are impaired: chances are drawn for each frame of the wire.
  PortOffloads offloads() const override;
  PortCounters counters() const override { return inner_.counters(); }

 protected:
  void transmit(Burst& frames) override;

 private:
  struct Lane {
    Impairment impairment;
    ImpairCounters counters;
    std::multimap<Instant, Packet> held;  // by time of release, then order of arrival
    Instant latest{};                     // release of the last frame that kept the order
    Timer timer;
    Lane(Scheduler& scheduler, Scheduler::Action action) : timer(scheduler, std::move(action)) {}
  };
  Lane& lane(Direction direction) { return direction == Direction::in ? in_ : out_; }
  const Lane& lane(Direction direction) const { return direction == Direction::in ? in_ : out_; }
  void receive(Burst& frames);
  void impair(Direction direction, Burst& frames);
  void impair_one(Direction direction, Packet frame, Burst& now);
  void hold_or_pass(Lane& lane, Packet frame, Duration wait, bool keeps_order, Burst& now);
  void release(Direction direction);
  void hand_on(Direction direction, Burst& frames);
  bool chance(double per_cent);
  void corrupt(PacketBuffer& frame);

  Port& inner_;
  const Clock& clock_;
  std::uint64_t seed_;
  SeededRandom random_;
  bool down_ = false;
  Lane in_, out_;
};

}  // namespace arrouter
