#include "modules/ntp/client.h"

#include <algorithm>

namespace arrouter::ntp {

namespace {

constexpr int shortest_poll = 6, longest_poll = 10;  // 64 s, 1024 s
constexpr unsigned burst = 4;
constexpr std::chrono::seconds burst_interval{2};
constexpr std::size_t kept_samples = 8;
constexpr unsigned steady_answers = 8;  // before the interval doubles
/// A server whose errors may be larger is no server (RFC 5905: MAXDIST is 1 s; root delay and dispersion 16 s).
constexpr std::chrono::seconds largest_root_error{16};

Duration interval(int poll) { return std::chrono::seconds(std::int64_t{1} << poll); }

}  // namespace

Packet Client::ask(Instant now, WallTime utc, Random& random) {
  // A number nobody can guess stands for the time: the answer carries it back, and ours is remembered here.
  do {
    asked_ = random.u64();
  } while (asked_ == 0);
  asked_at_ = utc;
  asked_on_ = now;
  reach_ = reach_ << 1 & 0xff;
  if (!reachable() && !refused_) {
    poll_ = shortest_poll;
    steady_ = 0;
  }
  next_ = now + (burst_ < burst ? Duration(burst_interval) : interval(poll_));
  if (burst_ < burst) ++burst_;
  ++sent_;
  Packet request;
  request.poll = static_cast<std::int8_t>(poll_);
  request.transmit = asked_;
  return request;
}

Verdict Client::answered(const Packet& packet, Instant now, WallTime utc) {
  if (packet.mode != Mode::server || asked_ == 0 || packet.origin != asked_) return Verdict::stray;
  asked_ = 0;
  ++received_;
  refused_ = packet.stratum == unspecified_stratum;
  if (refused_) {
    poll_ = longest_poll;
    burst_ = burst;
    next_ = now + interval(poll_);
    return Verdict::refused;
  }
  const bool far = packet.root_delay / 2 + packet.root_dispersion > largest_root_error;
  if (packet.leap == not_synchronised || packet.stratum > largest_stratum || packet.transmit == 0 ||
      packet.receive == 0 || far) {
    return Verdict::unsynchronised;
  }
  // The way is timed by the clock that never jumps; the server's own time is taken off it.
  const WallTime there = from_timestamp(packet.receive), back = from_timestamp(packet.transmit);
  const Duration held = back - there;
  Sample sample;
  sample.taken = now;
  sample.offset = ((there - asked_at_) + (back - utc)) / 2;
  sample.delay = std::max(Duration::zero(), (now - asked_on_) - held);
  samples_.push_front(sample);
  if (samples_.size() > kept_samples) samples_.pop_back();
  last_ = packet;
  reach_ |= 1;
  if (++steady_ >= steady_answers && poll_ < longest_poll) {
    ++poll_;
    steady_ = 0;
  }
  return Verdict::good;
}

const Sample* Client::best() const {
  if (samples_.empty() || !reachable()) return nullptr;
  const Instant latest = samples_.front().taken;
  return &*std::ranges::min_element(samples_, {}, [latest](const Sample& sample) {
    return sample.delay / 2 + (latest - sample.taken) * drift_ppm / 1'000'000;
  });
}

void Client::clock_moved(Duration by) {
  for (Sample& sample : samples_) sample.offset -= by;
  asked_at_ += std::chrono::duration_cast<std::chrono::milliseconds>(by);
}

}  // namespace arrouter::ntp
