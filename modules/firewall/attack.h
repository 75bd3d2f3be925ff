// Attacks: suspicious packets are counted by kind and direction over a period; more of them than the trigger are an
// attack (reference/firewall.md 1.10).
#pragma once

#include <array>
#include <vector>

#include "modules/firewall/event.h"
#include "modules/firewall/firewall_api.h"
#include "os/base/scheduler.h"

namespace arrouter::firewall {

inline constexpr std::size_t attack_kinds = static_cast<std::size_t>(AttackKind::count_);

/// SET FIREWALL POLICY ATTACK: more than `in` (or `out`) in `time_min` minutes are an attack, of whose packets `detail`
/// are kept in the deny events of each period.
struct AttackThresholds {
  std::uint32_t in = 0, out = 0, detail = 0, time_min = 1;
  bool operator==(const AttackThresholds&) const = default;
};
using AttackSettings = std::array<AttackThresholds, attack_kinds>;
extern const AttackSettings factory_attack_settings;

/// "PortScan", as SHOW FIREWALL POLICY ATTACK has it; "Port scan", as events and messages do.
std::string_view name_of(AttackKind kind);
std::string_view text_of(AttackKind kind);

/// Packets of one kind in one direction.
struct AttackWatch {
  bool counting = false;  // a period runs
  bool exceeded = false;  // it has seen more than the trigger
  bool underway = false;  // an attack began and is not over
  Instant period_ends{};
  std::uint64_t count = 0;
  std::uint32_t detailed = 0;
  FlowKey flow;  // of the packet that went over the trigger
};

/// Who knocked where lately: tells a scan from a flood.
struct Knocks {
  static constexpr std::size_t remembered = 64;
  struct Knock {
    Ipv4Address source;
    Endpoint destination;
  };
  std::array<Knock, remembered> ring{};
  std::size_t next = 0;
};

/// What a policy knows of attacks on it.
struct AttackState {
  std::array<std::array<AttackWatch, 2>, attack_kinds> watches{};  // by kind and direction
  Knocks knocks;
  AttackWatch& watch(AttackKind kind, Direction direction) {
    return watches[static_cast<std::size_t>(kind)][static_cast<std::size_t>(direction)];
  }
};

/// What a denied packet is a sign of; nullopt: of nothing. Remembers whom unwanted packets went to.
std::optional<AttackKind> suspicion(Knocks& knocks, Reason reason, const FlowKey& flow);

class Attacks {
 public:
  /// A turn in an attack on a policy, with the packet that last went over the trigger.
  struct Turn {
    Policy& policy;
    AttackKind kind;
    AttackPhase phase;
    Direction direction;
    FlowKey flow;
  };
  using Told = std::function<void(const Turn&)>;
  Attacks(const Clock& clock, Scheduler& scheduler, Told told);

  /// Counts a packet; false: it belongs to an attack of which enough packets have been kept already.
  bool count(Policy& policy, AttackKind kind, Direction direction, const FlowKey& flow);
  /// What was counted proved to be innocent.
  void uncount(Policy& policy, AttackKind kind, Direction direction);
  /// The policy goes, or the firewall stops: nothing is told any more.
  void forget(const Policy& policy);

 private:
  struct Running {
    Policy* policy;
    AttackKind kind;
    Direction direction;
    AttackWatch& watch() const;
  };
  void begin_period(const Running& running);
  bool end_period(const Running& running);
  void end_periods();
  void rearm();

  const Clock& clock_;
  Told told_;
  std::vector<Running> running_;  // whose period runs
  Timer timer_;
};

}  // namespace arrouter::firewall
