#include "modules/trigger/kinds.h"

#include <fmt/format.h>

#include "os/base/text.h"
#include "os/module.h"

namespace arrouter::trigger {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string_view word(kind::Reboot::Cause cause) {
  switch (cause) {
    case kind::Reboot::Cause::all:
      return "all";
    case kind::Reboot::Cause::crash:
      return "crash";
    case kind::Reboot::Cause::restart:
      return "restart";
  }
  return "";
}

std::string_view word(kind::Attack::Mode mode) {
  switch (mode) {
    case kind::Attack::Mode::start:
      return "start";
    case kind::Attack::Mode::end:
      return "end";
    case kind::Attack::Mode::both:
      return "both";
  }
  return "";
}

std::string word(std::optional<firewall::AttackKind> attack) {
  return attack ? to_lower(firewall::keyword_of(*attack)) : "all";
}

std::string_view device_event(const kind::PolledDevice& device) { return device.up ? "deviceup" : "devicedown"; }

std::string direction_parameter(Direction direction) { return fmt::format(" direction={}", word(direction)); }

}  // namespace

std::string clock_text(std::chrono::minutes of_day) {
  return fmt::format("{:02}:{:02}", of_day.count() / 60, of_day.count() % 60);
}

std::string_view word(Direction direction) {
  switch (direction) {
    case Direction::up:
      return "up";
    case Direction::down:
      return "down";
    case Direction::any:
      return "any";
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
          [](const kind::TimeOfDay& k) { return fmt::format("Time ({})", clock_text(k.of_day)); },
          [](const kind::Reboot& k) { return fmt::format("Reboot ({})", word(k.cause)); },
          [](const kind::SwitchPort& k) {
            return fmt::format("Module (switch link{}{})", word(k.event), k.port ? fmt::format(" {}", *k.port) : "");
          },
          [](const kind::Attack& k) {
            return fmt::format("Firewall ({} {}{}{})", word(k.attack), word(k.mode), k.policy.empty() ? "" : " ",
                               k.policy);
          },
          [](const kind::PolledDevice& k) {
            return fmt::format("Module (ping {}{})", device_event(k), k.poll ? fmt::format(" {}", *k.poll) : "");
          },
          [](const kind::Message&) { return std::string("Module (log message)"); },
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
          [](const kind::TimeOfDay& k) { return fmt::format("time={}", clock_text(k.of_day)); },
          [](const kind::Reboot& k) { return fmt::format("reboot={}", word(k.cause)); },
          [](const kind::SwitchPort& k) {
            return fmt::format("module=switch event=link{}{}", word(k.event),
                               k.port ? fmt::format(" port={}", *k.port) : "");
          },
          [](const kind::Attack& k) {
            return fmt::format("firewall={} mode={}{}", word(k.attack), word(k.mode),
                               k.policy.empty() ? "" : " policy=" + arrouter::quoted(k.policy));
          },
          [](const kind::PolledDevice& k) {
            return fmt::format("module=ping event={}{}", device_event(k),
                               k.poll ? fmt::format(" poll={}", *k.poll) : "");
          },
          [](const kind::Message& k) {
            std::string text = "module=log event=message";
            for (const logging::MessageCondition& condition : k.conditions)
              text += fmt::format(" {}={}", to_lower(message_parameter(condition.field)),
                                  arrouter::quoted(condition.value));
            return text;
          },
      },
      kind);
}

}  // namespace arrouter::trigger
