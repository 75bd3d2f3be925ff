// Filters: which messages an output takes, and which SHOW LOG prints.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <vector>

#include "modules/log/entry.h"
#include "os/command.h"

namespace arrouter::logging {

enum class Field : std::uint8_t {
  date,
  device,
  file,
  module,
  msgtext,
  origin,
  reference,
  severity,
  sourceline,
  subtype,
  time,
  type
};
enum class Operator : std::uint8_t { equal, less, greater, differs, contains };

/// The field, as a parameter and as a word on a screen.
struct FieldTraits {
  Field field;
  std::string_view parameter;  // "MSGTEXT"
  std::string_view label;      // "Message text"
};
const std::array<FieldTraits, 12>& fields();

/// One comparison. Numbers (severity, device, line, date, time, origin, module) compare as numbers, texts without
/// regard to case; `contains` works on what the screen shows.
struct Condition {
  Field field = Field::severity;
  Operator op = Operator::equal;
  std::string text;         // what it compares with, as the screens and scripts write it
  std::int64_t number = 0;  // the same as a number, where the field is one
  bool operator==(const Condition&) const = default;
};
/// "[<>!%]value"; nullopt when the value does not fit the field.
std::optional<Condition> parse_condition(Field field, std::string_view text);
bool matches(const Condition& condition, const Entry& entry);
/// "severity=>2", for a script.
std::string to_parameter(const Condition& condition);
/// "Severity > 2", for a screen.
std::string to_words(const Condition& condition);

enum class Action : std::uint8_t { process, ignore };

/// All conditions have to hold; none at all holds for every message (ALL).
struct Filter {
  Action action = Action::process;
  std::vector<Condition> conditions;
  bool operator==(const Filter&) const = default;
  bool matches(const Entry& entry) const;
  /// Replaces the condition on the same field, or adds one.
  void set(Condition condition);
};

/// The parameters of a command that are conditions; the failure names the one whose value is wrong.
std::expected<std::vector<Condition>, std::string_view> conditions_of(const Args& args);

}  // namespace arrouter::logging
