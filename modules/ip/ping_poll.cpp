#include "modules/ip/ping_poll.h"

#include <fmt/format.h>

#include <algorithm>

#include "modules/ip/messages.h"

namespace arrouter::ip {

void PollVerdict::sample(bool good, const PollSettings& settings) {
  samples_.push_back(good);
  while (samples_.size() > settings.samples()) samples_.pop_front();
}

unsigned PollVerdict::fail_count() const { return static_cast<unsigned>(std::ranges::count(samples_, false)); }

PollVerdict::Change PollVerdict::answered(const PollSettings& settings) {
  sample(true, settings);
  ++up_count_;
  switch (state_) {
    case PollState::up:
      break;
    case PollState::critical_up:
      if (fail_count() == 0) state_ = PollState::up;
      break;
    case PollState::down:
    case PollState::critical_down:
      state_ = PollState::critical_down;
      if (up_count_ < settings.up_count) break;
      state_ = PollState::up;
      samples_.clear();  // what failed before belongs to the time before
      return Change::came_up;
  }
  return Change::none;
}

PollVerdict::Change PollVerdict::failed(const PollSettings& settings) {
  sample(false, settings);
  up_count_ = 0;
  const bool was_up = state_ == PollState::up || state_ == PollState::critical_up;
  const bool down = !was_up || fail_count() >= settings.fail_count;
  state_ = down ? PollState::down : PollState::critical_up;
  return was_up && down ? Change::went_down : Change::none;
}

PingPolls::PingPolls(Services& services, State& state, Datapath& path)
    : services_(services), state_(state), path_(path) {}

PingPolls::Poll* PingPolls::find(unsigned id) {
  const auto found = polls_.find(id);
  return found == polls_.end() ? nullptr : &found->second;
}

void PingPolls::add(unsigned id, PollSettings settings) {
  Poll& poll = polls_[id];
  poll.settings = std::move(settings);
  poll.timer = std::make_unique<Timer>(services_.scheduler, [this, id] { due(id); });
}

void PingPolls::set_enabled(Poll& poll, bool on) {
  if (poll.enabled == on) return;
  poll.enabled = on;
  reset(poll);
}

void PingPolls::reset(Poll& poll) {
  poll.verdict = {};
  poll.counters = {};
  poll.waiting = false;
  poll.identifier = static_cast<std::uint16_t>(services_.random.u32());
  if (poll.enabled) {
    poll.timer->arm(services_.clock.now());
  } else {
    poll.timer->disarm();
  }
}

/// The time of an answer is over, or it is time for the next request.
void PingPolls::due(unsigned id) {
  Poll& poll = polls_.at(id);
  if (poll.waiting) {
    judge(id, poll, false);
  } else {
    send(poll);
  }
}

void PingPolls::send(Poll& poll) {
  const PollSettings& of = poll.settings;
  ++poll.sequence;
  ++poll.counters.sent;
  poll.waiting = true;
  poll.timer->arm(services_.clock.now() + std::chrono::seconds(of.timeout_s));
  const Ipv4Address source = of.source.unset() ? path_.source_towards(of.destination) : of.source;
  // What cannot leave is not answered: its time runs out like any other's.
  send_echo(services_, state_, path_, {of.destination, source, of.length, 0, {}, poll.identifier, poll.sequence});
}

void PingPolls::answered(const IcmpAnswer& answer) {
  for (auto& [id, poll] : polls_) {
    if (!poll.waiting || !about(answer, poll.settings.destination, poll.identifier, poll.sequence)) continue;
    const bool echo = answer.icmp.type == wire::icmp_type::echo_reply;
    // An error is no answer, but the time need not run out for it.
    return judge(id, poll, echo && answer.from == poll.settings.destination);
  }
}

void PingPolls::judge(unsigned id, Poll& poll, bool answered) {
  poll.waiting = false;
  ++(answered ? poll.counters.received : poll.counters.failed);
  using Change = PollVerdict::Change;
  const Change change = answered ? poll.verdict.answered(poll.settings) : poll.verdict.failed(poll.settings);
  const bool up = poll.verdict.state() == PollState::up;
  poll.timer->arm(services_.clock.now() +
                  std::chrono::seconds(up ? poll.settings.normal_interval_s : poll.settings.critical_interval_s));
  if (change == Change::none) return;
  ++(up ? poll.counters.came_up : poll.counters.went_down);
  services_.log.record(
      {.severity = up ? LogSeverity::notice : LogSeverity::important,
       .module = module_number::ping,
       .type = "PING",
       .subtype = up ? "UP" : "DOWN",
       .message = fmt::format(fmt::runtime(up ? texts::device_up : texts::device_down), id,
                               to_string(poll.settings.destination)),
       .reference = poll.settings.description});
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](id, up);
}

}  // namespace arrouter::ip
