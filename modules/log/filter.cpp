#include "modules/log/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/text.h"
#include "os/base/calendar.h"
#include "os/module.h"

namespace arrouter::logging {

namespace {

constexpr std::array<FieldTraits, 12> field_traits{{
    {Field::date, "DATE", "Date"},
    {Field::device, "DEVICE", "Device"},
    {Field::file, "FILE", "File"},
    {Field::module, "MODULE", "Module"},
    {Field::msgtext, "MSGTEXT", "Message text"},
    {Field::origin, "ORIGIN", "Origin"},
    {Field::reference, "REFERENCE", "Reference"},
    {Field::severity, "SEVERITY", "Severity"},
    {Field::sourceline, "SOURCELINE", "Source line"},
    {Field::subtype, "SUBTYPE", "Subtype"},
    {Field::time, "TIME", "Time"},
    {Field::type, "TYPE", "Type"},
}};

const FieldTraits& traits(Field field) { return field_traits[static_cast<std::size_t>(field)]; }

constexpr std::string_view operators = "=<>!%";  // in the order of Operator

std::int64_t days_of(std::chrono::sys_days day) { return day.time_since_epoch().count(); }

/// The value as a number; nullopt when it is not one, or when the field is a text.
std::optional<std::int64_t> number_in(Field field, std::string_view text) {
  const auto decimal = [&](std::uint64_t maximum) -> std::optional<std::int64_t> {
    const auto number = parse_number(text, maximum);
    if (!number) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  };
  switch (field) {
    case Field::date:
      if (const auto day = parse_date(text)) return days_of(*day);
      return std::nullopt;
    case Field::time:
      if (const auto time = parse_time_of_day(text)) return time->count();
      return std::nullopt;
    case Field::origin:
      if (equal_ignoring_case(text, "LOCAL")) return 0;
      if (const auto address = parse_ipv4(text)) return address->value;
      return std::nullopt;
    case Field::module:
      if (const std::uint16_t module = find_log_module(text)) return module;
      return std::nullopt;
    case Field::severity:
      for (int level = 0; level <= 7; ++level)
        if (equal_ignoring_case(text, severity_name(static_cast<LogSeverity>(level)))) return level;
      return decimal(7);
    case Field::device:
      return decimal(65535);
    case Field::sourceline:
      return decimal(0xffffffff);
    case Field::file:
    case Field::msgtext:
    case Field::reference:
    case Field::subtype:
    case Field::type:
      break;
  }
  return std::nullopt;
}

bool is_text(Field field) {
  return field == Field::file || field == Field::msgtext || field == Field::reference || field == Field::subtype ||
         field == Field::type;
}

std::int64_t number_of(Field field, const Entry& entry) {
  switch (field) {
    case Field::date:
      return days_of(std::chrono::floor<std::chrono::days>(entry.time));
    case Field::time: {
      const auto day = std::chrono::floor<std::chrono::days>(entry.time);
      return std::chrono::floor<std::chrono::seconds>(entry.time - day).count();
    }
    case Field::origin:
      return entry.origin.value;
    case Field::module:
      return entry.module;
    case Field::severity:
      return static_cast<std::int64_t>(entry.severity);
    case Field::device:
      return entry.device;
    default:
      return entry.line;
  }
}

std::string text_of(Field field, const Entry& entry) {
  switch (field) {
    case Field::date:
      return date_text(entry.time);
    case Field::time:
      return time_of_day_text(entry.time);
    case Field::origin:
      return origin_text(entry.origin);
    case Field::module:
      return std::string(log_module_name(entry.module));
    case Field::severity:
      return std::to_string(static_cast<int>(entry.severity));
    case Field::device:
      return std::to_string(entry.device);
    case Field::sourceline:
      return std::to_string(entry.line);
    case Field::file:
      return entry.file;
    case Field::msgtext:
      return entry.message;
    case Field::reference:
      return entry.reference;
    case Field::subtype:
      return entry.subtype;
    case Field::type:
      break;
  }
  return entry.type;
}

template <class T>
bool compare(Operator op, const T& value, const T& with) {
  switch (op) {
    case Operator::less:
      return value < with;
    case Operator::greater:
      return value > with;
    case Operator::differs:
      return value != with;
    default:
      return value == with;
  }
}

}  // namespace

const std::array<FieldTraits, 12>& fields() { return field_traits; }

std::optional<Condition> parse_condition(Field field, std::string_view text) {
  Condition condition{field, Operator::equal, {}, 0};
  if (const auto op = text.empty() ? std::string_view::npos : operators.find(text[0], 1); op != text.npos) {
    condition.op = static_cast<Operator>(op);
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  condition.text = text;
  if (is_text(field) || condition.op == Operator::contains) return condition;
  const auto number = number_in(field, text);
  if (!number) return std::nullopt;
  condition.number = *number;
  if (field == Field::severity) condition.text = std::to_string(*number);
  if (field == Field::module) condition.text = log_module_name(static_cast<std::uint16_t>(*number));
  return condition;
}

bool matches(const Condition& condition, const Entry& entry) {
  if (condition.op == Operator::contains)
    return to_upper(text_of(condition.field, entry)).find(to_upper(condition.text)) != std::string::npos;
  if (is_text(condition.field))
    return compare(condition.op, to_upper(text_of(condition.field, entry)), to_upper(condition.text));
  return compare(condition.op, number_of(condition.field, entry), condition.number);
}

std::string to_parameter(const Condition& condition) {
  std::string value = condition.text;
  if (condition.op != Operator::equal) value.insert(0, 1, operators[static_cast<std::size_t>(condition.op)]);
  if (is_text(condition.field)) value = arrouter::quoted(value);
  return fmt::format("{}={}", to_lower(traits(condition.field).parameter), value);
}

std::string to_words(const Condition& condition) {
  return fmt::format("{} {} {}", traits(condition.field).label, operators[static_cast<std::size_t>(condition.op)],
                     condition.text);
}

bool Filter::matches(const Entry& entry) const {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return logging::matches(condition, entry); });
}

void Filter::set(Condition condition) {
  const auto same = std::find_if(conditions.begin(), conditions.end(),
                                 [&](const Condition& other) { return other.field == condition.field; });
  if (same == conditions.end()) {
    conditions.push_back(std::move(condition));
  } else {
    *same = std::move(condition);
  }
}

std::expected<std::vector<Condition>, std::string_view> conditions_of(const Args& args) {
  std::vector<Condition> found;
  for (const FieldTraits& field : field_traits) {
    if (!args.has(field.parameter)) continue;
    auto condition = parse_condition(field.field, args.text(field.parameter));
    if (!condition) return std::unexpected(field.parameter);
    found.push_back(std::move(*condition));
  }
  return found;
}

}  // namespace arrouter::logging
