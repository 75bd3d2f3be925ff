#include "modules/trigger/trigger.h"

#include <fmt/format.h>

#include "os/base/text.h"
#include "os/module.h"

namespace arrouter::trigger {

namespace {

constexpr std::string_view day_letters = "SMTWTFS";

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string clock(std::chrono::minutes of_day) {
  return fmt::format("{:02}:{:02}", of_day.count() / 60, of_day.count() % 60);
}

std::string_view word(kind::Reboot::Cause cause) {
  switch (cause) {
    case kind::Reboot::Cause::all: return "all";
    case kind::Reboot::Cause::crash: return "crash";
    case kind::Reboot::Cause::restart: return "restart";
  }
  return "";
}

std::string_view word(kind::Attack::Mode mode) {
  switch (mode) {
    case kind::Attack::Mode::start: return "start";
    case kind::Attack::Mode::end: return "end";
    case kind::Attack::Mode::both: return "both";
  }
  return "";
}

std::string word(std::optional<firewall::AttackKind> attack) {
  return attack ? to_lower(firewall::keyword_of(*attack)) : "all";
}

std::string direction_parameter(Direction direction) { return fmt::format(" direction={}", word(direction)); }

}  // namespace

std::string_view word(Direction direction) {
  switch (direction) {
    case Direction::up: return "up";
    case Direction::down: return "down";
    case Direction::any: return "any";
  }
  return "";
}

std::string describe(const Kind& kind) {
  return std::visit(
      Overloaded{
          [](const kind::Interface& k) {
            return fmt::format("Interface ({} {}{}{})", k.name, word(k.event), k.control_protocol.empty() ? "" : " ",
                               k.control_protocol);
          },
          [](const kind::Cpu& k) { return fmt::format("CPU ({}% {})", k.per_cent, word(k.direction)); },
          [](const kind::Memory& k) { return fmt::format("Memory ({}% {})", k.per_cent, word(k.direction)); },
          [](const kind::Periodic& k) { return fmt::format("Periodic ({} min)", k.minutes); },
          [](const kind::TimeOfDay& k) { return fmt::format("Time ({})", clock(k.of_day)); },
          [](const kind::Reboot& k) { return fmt::format("Reboot ({})", word(k.cause)); },
          [](const kind::SwitchPort& k) {
            return fmt::format("Module (switch link{}{})", word(k.event), k.port ? fmt::format(" {}", *k.port) : "");
          },
          [](const kind::Attack& k) {
            return fmt::format("Firewall ({} {}{}{})", word(k.attack), word(k.mode), k.policy.empty() ? "" : " ", k.policy);
          },
      },
      kind);
}

std::string parameters(const Kind& kind) {
  return std::visit(
      Overloaded{
          [](const kind::Interface& k) {
            const std::string protocol = k.control_protocol.empty() ? "" : " cp=" + k.control_protocol;
            return fmt::format("interface={} event={}{}", k.name, word(k.event), protocol);
          },
          [](const kind::Cpu& k) { return fmt::format("cpu={}{}", k.per_cent, direction_parameter(k.direction)); },
          [](const kind::Memory& k) {
            return fmt::format("memory={}{}", k.per_cent, direction_parameter(k.direction));
          },
          [](const kind::Periodic& k) { return fmt::format("periodic={}", k.minutes); },
          [](const kind::TimeOfDay& k) { return fmt::format("time={}", clock(k.of_day)); },
          [](const kind::Reboot& k) { return fmt::format("reboot={}", word(k.cause)); },
          [](const kind::SwitchPort& k) {
            return fmt::format("module=switch event=link{}{}", word(k.event),
                               k.port ? fmt::format(" port={}", *k.port) : "");
          },
          [](const kind::Attack& k) {
            return fmt::format("firewall={} mode={}{}", word(k.attack), word(k.mode),
                               k.policy.empty() ? "" : " policy=" + arrouter::quoted(k.policy));
          },
      },
      kind);
}

std::string days_text(Days days) {
  std::string text;
  for (std::size_t i = 0; i < day_letters.size(); ++i) text.push_back(days[i] ? day_letters[i] : '-');
  return text;
}

bool Trigger::allowed(WallTime now) const {
  if (!enabled || (repeat && *repeat == 0)) return false;
  const auto today_date = std::chrono::floor<std::chrono::days>(now);
  const auto of_day = std::chrono::floor<std::chrono::minutes>(now - today_date);
  if (date ? *date != today_date : !days[std::chrono::weekday(today_date).c_encoding()]) return false;
  if (after && before && *after > *before) return of_day >= *after || of_day <= *before;  // over midnight
  return (!after || of_day >= *after) && (!before || of_day <= *before);
}

void Trigger::count(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  if (counted_day != day) today = 0;
  counted_day = day;
  ++activations;
  ++today;
  last = now;
  if (repeat && *repeat > 0) --*repeat;
}

bool crossed(Trigger& trigger, unsigned per_cent, unsigned limit, Direction direction) {
  const bool now_above = per_cent >= limit;
  const bool before = trigger.above.value_or(false);
  trigger.above = now_above;
  if (now_above == before) return false;
  return direction == Direction::any || (direction == Direction::up) == now_above;
}

}  // namespace arrouter::trigger
