// A trigger: what it waits for, when it may act, and what it then runs.
#pragma once

#include <bitset>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "modules/firewall/firewall_api.h"
#include "os/base/time.h"

namespace arrouter::trigger {

enum class Direction : std::uint8_t { up, down, any };
std::string_view word(Direction direction);  // "up"

namespace kind {
struct Interface {
  std::string name;
  Direction event = Direction::any;
  std::string control_protocol;  // "ipcp"; empty: the link itself
};
struct Cpu {
  unsigned per_cent;
  Direction direction = Direction::any;
};
struct Memory {
  unsigned per_cent;
  Direction direction = Direction::any;
};
struct Periodic {
  unsigned minutes;
};
struct TimeOfDay {
  std::chrono::minutes of_day;
};
struct Reboot {
  enum class Cause : std::uint8_t { all, crash, restart } cause;
};
/// MODULE=SWITCH: a port of the switch.
struct SwitchPort {
  Direction event = Direction::up;
  std::optional<unsigned> port;  // nullopt: any
};
struct Attack {
  std::optional<firewall::AttackKind> attack;  // nullopt: any
  enum class Mode : std::uint8_t { start, end, both } mode = Mode::both;
  std::string policy;  // empty: any
};
}  // namespace kind
using Kind = std::variant<kind::Interface, kind::Cpu, kind::Memory, kind::Periodic, kind::TimeOfDay, kind::Reboot,
                          kind::SwitchPort, kind::Attack>;
/// "CPU (80% up)", "Interface (ppp1 up ipcp)": as SHOW TRIGGER lists it.
std::string describe(const Kind& kind);
/// "cpu=80 direction=up": as the configuration has it.
std::string parameters(const Kind& kind);

/// Sunday first, as SHOW TRIGGER prints them.
using Days = std::bitset<7>;
std::string days_text(Days days);  // "SMTWTFS", "-MTWTF-"

struct Trigger {
  std::string name;
  Kind kind;
  std::optional<std::chrono::minutes> after, before;  // of the day
  std::optional<std::chrono::sys_days> date;          // instead of days
  Days days = Days().set();
  std::optional<unsigned> repeat;  // activations left; nullopt: for ever
  std::vector<std::string> scripts;
  bool enabled = true;
  bool test = false;  // does everything but run the scripts

  std::uint64_t activations = 0, today = 0;
  std::optional<std::chrono::sys_days> counted_day;
  std::optional<WallTime> last;
  std::optional<bool> above;  // CPU and memory: where the figure was when last looked at
  std::uint64_t minutes = 0;  // PERIODIC: since it was last activated

  /// Whether it may act at that time: enabled, within its window, on its day, with activations left.
  bool allowed(WallTime now) const;
  void count(WallTime now);
};

/// CPU and memory: whether the figure crossed the limit in the direction asked for. The first look crosses nothing but
/// a limit that is already exceeded upwards.
bool crossed(Trigger& trigger, unsigned per_cent, unsigned limit, Direction direction);

}  // namespace arrouter::trigger
