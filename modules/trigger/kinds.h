// What a trigger may wait for: one type for each kind, its words on screens and in the script, its parameters.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "modules/firewall/firewall_api.h"
#include "modules/log/log_api.h"
#include "os/command.h"

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
  unsigned per_cent = 0;
  Direction direction = Direction::any;
};
struct Memory {
  unsigned per_cent = 0;
  Direction direction = Direction::any;
};
struct Periodic {
  unsigned minutes = 0;
};
struct TimeOfDay {
  std::chrono::minutes of_day{};
};
struct Reboot {
  enum class Cause : std::uint8_t { all, crash, restart } cause = Cause::all;
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
/// MODULE=PING: a device that PING POLL watches.
struct PolledDevice {
  bool up = false;
  std::optional<unsigned> poll;  // nullopt: any
};
/// MODULE=LOG: a message of the log.
struct Message {
  std::vector<logging::MessageCondition> conditions;  // all of them; `field` is the filters' name
  logging::MessageTest wanted = {};
};
}  // namespace kind
using Kind = std::variant<kind::Interface, kind::Cpu, kind::Memory, kind::Periodic, kind::TimeOfDay, kind::Reboot,
                          kind::SwitchPort, kind::Attack, kind::PolledDevice, kind::Message>;
/// "CPU (80% up)", "Interface (ppp1 up ipcp)": as SHOW TRIGGER lists it.
std::string describe(const Kind& kind);
/// "cpu=80 direction=up": as the configuration has it.
std::string parameters(const Kind& kind);

/// "06:30"
std::string clock_text(std::chrono::minutes of_day);
/// Of a <time> that the row has checked.
std::chrono::minutes minutes_of(const std::string& time);

/// The parameters that say what a trigger waits for, of which CREATE needs one, and what only some kinds have: in the
/// notation of rows.
std::string kind_syntax();
std::string detail_syntax();
/// What a condition of MODULE=LOG is called among a trigger's parameters; the log's own name is MODULE for one of them.
std::string_view message_parameter(std::string_view field);

Kind kind_of(const Args& args);
/// A parameter that the trigger's kind does not have; empty when all fit.
std::string_view misplaced(const Args& args, const Kind& kind);
/// Takes over what the arguments say about a trigger of that kind.
void adjust(Kind& kind, const Args& args);

}  // namespace arrouter::trigger
