#include "modules/firewall/attack.h"

#include <algorithm>

#include "modules/firewall/policy.h"
#include "netdev/wire/ipv4.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

struct Described {
  std::string_view keyword, name, text;
};
constexpr Described kinds[] = {
#define ATTACK(id, keyword, name, text, in, out, detail, time_min) {keyword, name, text},
#include "modules/firewall/texts.def"
};
const Described& described(AttackKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::uint32_t trigger(const AttackThresholds& thresholds, Direction direction) {
  return direction == Direction::in ? thresholds.in : thresholds.out;
}

const AttackThresholds& thresholds_of(const Policy& policy, AttackKind kind) {
  return policy.attack[static_cast<std::size_t>(kind)];
}

/// Unwanted, but not wrong in itself: it scans when the same host tries another place, else it is one of a flood. A
/// scan tries some places again.
AttackKind knock(Knocks& knocks, const FlowKey& flow) {
  if (flow.protocol == protocol::udp) return AttackKind::udp_attack;
  constexpr unsigned few = 8;
  unsigned ports = 0, hosts = 0;  // places of this source, on this host and on others
  bool again = false;
  for (const Knocks::Knock& knock : knocks.ring) {
    if (knock.source != flow.source.address) continue;
    const bool host = knock.destination.address == flow.destination.address;
    again = again || knock.destination == flow.destination;
    ++(host ? ports : hosts);
  }
  if (again && ports + hosts <= few) return AttackKind::dos_flood;
  if (!again) knocks.ring[knocks.next++ % Knocks::remembered] = {flow.source.address, flow.destination};
  if (ports >= hosts && ports > 0) return AttackKind::port_scan;
  return hosts > 0 ? AttackKind::host_scan : AttackKind::dos_flood;
}

}  // namespace

constinit const AttackSettings factory_attack_settings = {{
#define ATTACK(id, keyword, name, text, in, out, detail, time_min) {in, out, detail, time_min},
#include "modules/firewall/texts.def"
}};

std::string_view keyword_of(AttackKind kind) { return described(kind).keyword; }
std::string_view name_of(AttackKind kind) { return described(kind).name; }
std::string_view text_of(AttackKind kind) { return described(kind).text; }

std::optional<AttackKind> find_attack(std::string_view keyword) {
  for (std::size_t i = 0; i < attack_kinds; ++i) {
    if (equal_ignoring_case(kinds[i].keyword, keyword)) return static_cast<AttackKind>(i);
  }
  return std::nullopt;
}

std::optional<AttackKind> suspicion(Knocks& knocks, Reason reason, const FlowKey& flow) {
  const Ipv4Address destination = flow.destination.address;
  switch (reason) {
    case Reason::spoofed:
      return AttackKind::ip_spoof;
    case Reason::land:
      return AttackKind::land;
    case Reason::ping_of_death:
      return AttackKind::ping_of_death;
    case Reason::tcp_tiny:
      return AttackKind::tcp_tiny;
    case Reason::smurf:
      return AttackKind::smurf;
    case Reason::smurf_amplifier:
      return AttackKind::smurf_amp;
    case Reason::fragments:
    case Reason::fragment_overlap:
    case Reason::fragment_range:
    case Reason::fragment_missing:
      return AttackKind::fragment;
    case Reason::policy:
    case Reason::no_session:
    case Reason::icmp_type:
      // What a neighbour on the public side calls to everybody is noise.
      if (destination.limited_broadcast() || destination.multicast()) return std::nullopt;
      return knock(knocks, flow);
    default:
      return std::nullopt;
  }
}

Attacks::Attacks(const Clock& clock, Scheduler& scheduler, Told told)
    : clock_(clock), told_(std::move(told)), timer_(scheduler, [this] { end_periods(); }) {}

AttackWatch& Attacks::Running::watch() const { return policy->attacks.watch(kind, direction); }

bool Attacks::count(Policy& policy, AttackKind kind, Direction direction, const FlowKey& flow) {
  const AttackThresholds& thresholds = thresholds_of(policy, kind);
  AttackWatch& watch = policy.attacks.watch(kind, direction);
  if (!watch.counting) {
    running_.push_back({&policy, kind, direction});
    begin_period(running_.back());
    rearm();
  }
  ++watch.count;
  if (!watch.exceeded && watch.count > trigger(thresholds, direction)) {
    const AttackPhase phase = watch.underway ? AttackPhase::in_progress : AttackPhase::start;
    watch.exceeded = watch.underway = true;
    watch.flow = flow;
    told_({policy, kind, phase, direction, flow});
  }
  if (!watch.underway) return true;
  if (watch.detailed >= thresholds.detail) return false;
  ++watch.detailed;
  return true;
}

void Attacks::uncount(Policy& policy, AttackKind kind, Direction direction) {
  AttackWatch& watch = policy.attacks.watch(kind, direction);
  if (watch.count > 0) --watch.count;
}

void Attacks::forget(const Policy& policy) {
  std::erase_if(running_, [&policy](const Running& running) {
    if (running.policy != &policy) return false;
    running.watch() = {};
    return true;
  });
  rearm();
}

void Attacks::begin_period(const Running& running) {
  constexpr std::chrono::minutes longest = std::chrono::hours(24 * 365 * 100);  // Instant reaches no 8000 years
  const std::chrono::minutes period(thresholds_of(*running.policy, running.kind).time_min);
  AttackWatch& watch = running.watch();
  watch.counting = true;
  watch.exceeded = false;
  watch.period_ends = clock_.now() + std::min(period, longest);
  watch.count = 0;
  watch.detailed = 0;
}

/// True: nothing goes on any more.
bool Attacks::end_period(const Running& running) {
  AttackWatch& watch = running.watch();
  if (watch.exceeded) {
    begin_period(running);
    return false;
  }
  const AttackWatch last = std::exchange(watch, {});
  if (last.underway) told_({*running.policy, running.kind, AttackPhase::end, running.direction, last.flow});
  return true;
}

void Attacks::end_periods() {
  const Instant now = clock_.now();
  std::erase_if(running_,
                [&](const Running& running) { return running.watch().period_ends <= now && end_period(running); });
  rearm();
}

void Attacks::rearm() {
  std::optional<Instant> next;
  for (const Running& running : running_) next = std::min(next.value_or(Instant::max()), running.watch().period_ends);
  timer_.arm(next);
}

}  // namespace arrouter::firewall
