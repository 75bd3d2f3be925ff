// What is known of one server: when to ask, which answers to believe, how far its clock is from ours (RFC 5905 8 to 10
// without the statistics that several servers need). It knows neither sockets nor clocks: UTC comes with every call.
#pragma once

#include <deque>

#include "modules/ntp/packet.h"
#include "os/base/random.h"

namespace arrouter::ntp {

/// By which a clock may go wrong while nobody corrects it (RFC 5905: PHI).
inline constexpr std::int64_t drift_ppm = 15;

/// One exchange: the server's clock minus ours, how long the way there and back took, and when that was.
struct Sample {
  Duration offset{}, delay{};
  Instant taken{};
};

enum class Verdict : std::uint8_t {
  good,
  stray,           // not the answer to the question
  unsynchronised,  // a server that does not know the time itself
  refused,         // "kiss of death": stratum 0
};

class Client {
 public:
  /// The next request. An answer to an earlier one is no longer believed.
  Packet ask(Instant now, WallTime utc, Random& random);
  Verdict answered(const Packet& packet, Instant now, WallTime utc);
  /// When to ask next: often at first, then every `poll` power of two.
  Instant next_request() const { return next_; }
  /// Of the last eight samples the one that may be wrong by the least: by half its delay, and by what clocks have drifted
  /// since. Nothing while the server cannot be reached.
  const Sample* best() const;
  /// The clock was moved: what was measured moves with it.
  void clock_moved(Duration by);

  /// The last eight polls, the latest in the lowest bit; set when answered.
  unsigned reach() const { return reach_; }
  bool reachable() const { return (reach_ & 0xff) != 0; }
  /// It has said that it will not serve, and nothing else since.
  bool refused() const { return refused_; }
  const Packet& last() const { return last_; }
  int poll() const { return poll_; }
  /// Half the way to the clock that everybody goes by, and its errors.
  Duration root_distance() const {
    return last_.root_delay / 2 + last_.root_dispersion + (best() ? best()->delay / 2 : Duration{});
  }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }

 private:
  std::deque<Sample> samples_;  // latest first
  Packet last_;
  Timestamp asked_ = 0;  // transmit time of the open question; 0: none is open
  WallTime asked_at_{};
  Instant asked_on_{};
  Instant next_{};
  unsigned reach_ = 0;
  unsigned burst_ = 0;  // requests of the beginning already sent
  int poll_ = 6;
  unsigned steady_ = 0;  // good answers since the interval changed
  bool refused_ = false;  // by the latest answer
  std::uint64_t sent_ = 0, received_ = 0;
};

}  // namespace arrouter::ntp
