// Ping polling: echo requests to a device in regular intervals tell whether it is there (reference/ip.md 6).
#pragma once

#include <deque>
#include <map>

#include "modules/ip/ping.h"
#include "modules/ip/ping_poll_api.h"

namespace arrouter::ip {

/// The words of SHOW PING POLL.
enum class PollState : std::uint8_t { up, critical_up, critical_down, down };

struct PollSettings {
  Ipv4Address destination, source;
  std::string description;
  unsigned critical_interval_s = 1, normal_interval_s = 30, fail_count = 5, length = 32, timeout_s = 1, up_count = 30;
  std::optional<unsigned> sample_size;  // FAILCOUNT when not given

  unsigned samples() const { return sample_size.value_or(fail_count); }
  bool operator==(const PollSettings&) const = default;
};

/// What the answers of a device make of it; knows no network.
class PollVerdict {
 public:
  enum class Change : std::uint8_t { none, went_down, came_up };
  Change answered(const PollSettings& settings);
  Change failed(const PollSettings& settings);

  PollState state() const { return state_; }
  unsigned up_count() const { return up_count_; }
  unsigned fail_count() const;

 private:
  void sample(bool good, const PollSettings& settings);
  PollState state_ = PollState::down;
  unsigned up_count_ = 0;     // answers in a row
  std::deque<bool> samples_;  // of the last SAMPLESIZE polls, latest last; false: no answer
};

struct PollCounters {
  std::uint64_t sent = 0, received = 0, failed = 0, went_down = 0, came_up = 0;
};

class PingPolls final : public PingPollApi {
 public:
  struct Poll {
    PollSettings settings;
    bool enabled = false;
    PollVerdict verdict;
    PollCounters counters;
    std::uint16_t identifier = 0, sequence = 0;
    bool waiting = false;  // for the answer to `sequence`
    std::unique_ptr<Timer> timer;
  };

  PingPolls(Services& services, State& state, Datapath& path);

  const std::map<unsigned, Poll>& all() const { return polls_; }
  Poll* find(unsigned id);
  void add(unsigned id, PollSettings settings);
  void remove(unsigned id) { polls_.erase(id); }
  void clear() { polls_.clear(); }
  void set_enabled(Poll& poll, bool on);
  /// Begins anew.
  void reset(Poll& poll);
  void answered(const IcmpAnswer& answer);

  // PingPollApi
  void on_device_change(std::function<void(unsigned, bool)> listener) override {
    listeners_.push_back(std::move(listener));
  }

 private:
  void send(Poll& poll);
  void due(unsigned id);
  void judge(unsigned id, Poll& poll, bool answered);

  Services& services_;
  State& state_;
  Datapath& path_;
  std::map<unsigned, Poll> polls_;
  std::vector<std::function<void(unsigned, bool)>> listeners_;
};

}  // namespace arrouter::ip
