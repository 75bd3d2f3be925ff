#include "modules/script/interpreter.h"

#include <optional>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::script {

namespace {

constexpr std::size_t deepest_if = 32;
constexpr unsigned longest_wait_s = 65535;

/// Words parted by blanks; double quotes keep blanks together and are taken off.
std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> found;
  bool quoted = false, open = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      if (!open) found.emplace_back();
      open = true;
    } else if ((c == ' ' || c == '\t') && !quoted) {
      open = false;
    } else {
      if (!open) found.emplace_back();
      open = true;
      found.back().push_back(c);
    }
  }
  return found;
}

/// Negative, zero, positive: numbers as numbers, everything else as text without regard to case.
int compare(const std::string& left, const std::string& right) {
  const auto a = parse_number(left), b = parse_number(right);
  if (a && b) return *a < *b ? -1 : *a > *b ? 1 : 0;
  return to_upper(left).compare(to_upper(right));
}

/// IF "a" {EQ|NE|LT|GT} "b" THEN; nullopt when it is malformed.
std::optional<bool> condition(const std::vector<std::string>& parts) {
  if (parts.size() != 5 || !equal_ignoring_case(parts[4], "THEN")) return std::nullopt;
  const int order = compare(parts[1], parts[3]);
  if (equal_ignoring_case(parts[2], "EQ")) return order == 0;
  if (equal_ignoring_case(parts[2], "NE")) return order != 0;
  if (equal_ignoring_case(parts[2], "LT")) return order < 0;
  if (equal_ignoring_case(parts[2], "GT")) return order > 0;
  return std::nullopt;
}

/// Seconds of "WAIT=n"; nullopt for every other line.
std::optional<std::string_view> wait_value(std::string_view line) {
  constexpr std::string_view word = "WAIT=";
  if (!starts_with_ignoring_case(line, word)) return std::nullopt;
  return line.substr(word.size());
}

}  // namespace

std::string substitute(std::string_view line, const std::vector<std::string>& arguments, const SystemValues& values) {
  std::string result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '%' || i + 1 == line.size()) {
      result.push_back(line[i]);
      continue;
    }
    const char what = line[++i];
    if (what >= '1' && what <= '9') {
      const auto place = static_cast<std::size_t>(what - '1');
      if (place < arguments.size()) result += arguments[place];
      continue;
    }
    switch (what) {
      case '%': result += '%'; break;
      case 'D': case 'd': result += values.date; break;
      case 'T': case 't': result += values.time; break;
      case 'N': case 'n': result += values.name; break;
      case 'S': case 's': result += values.serial; break;
      default: result += {'%', what};
    }
  }
  return result;
}

Interpreter::Interpreter(std::string_view script, std::vector<std::string> arguments)
    : arguments_(std::move(arguments)) {
  for (const std::string_view line : split(script, '\n')) {
    if (lines_.size() == limits::script_lines) break;
    lines_.emplace_back(trim(line));
  }
}

bool Interpreter::control(const std::string& line, std::string& why) {
  const auto parts = words(line);
  if (parts.empty()) return false;
  if (equal_ignoring_case(parts[0], "IF")) {
    const auto holds = condition(parts);
    if (!holds) {
      why = "IF needs two values, EQ, NE, LT or GT between them, and THEN";
    } else if (conditions_.size() == deepest_if) {
      why = "IF is nested too deeply";
    } else {
      conditions_.push_back({*holds, active()});
    }
    return true;
  }
  const bool is_else = equal_ignoring_case(parts[0], "ELSE") && parts.size() == 1;
  const bool is_end = equal_ignoring_case(parts[0], "ENDIF") && parts.size() == 1;
  if (!is_else && !is_end) return false;
  if (conditions_.empty() || (is_else && conditions_.back().in_else)) {
    why = to_upper(parts[0]) + " without IF";
  } else if (is_end) {
    conditions_.pop_back();
  } else {
    conditions_.back().holds = !conditions_.back().holds;
    conditions_.back().in_else = true;
  }
  return true;
}

Step Interpreter::next(const SystemValues& values) {
  while (at_ < lines_.size()) {
    const std::string& raw = lines_[at_++];
    if (raw.empty() || raw.front() == '#') continue;
    const std::string line = substitute(raw, arguments_, values);
    std::string why;
    if (control(line, why)) {
      if (why.empty()) continue;
      const std::size_t number = at_;
      at_ = lines_.size();
      conditions_.clear();
      return step::Mistake{number, line, why};
    }
    if (!active()) continue;
    if (const auto wait = wait_value(line)) {
      const auto seconds = parse_number(trim(*wait), longest_wait_s);
      if (seconds && *seconds > 0) return step::Wait{static_cast<unsigned>(*seconds)};
      return step::Mistake{at_, line, "WAIT needs a number of seconds from 1 to 65535"};
    }
    return step::Command{at_, line};
  }
  if (!conditions_.empty()) {
    conditions_.clear();
    return step::Mistake{lines_.size(), "", "IF without ENDIF"};
  }
  return step::End{};
}

}  // namespace arrouter::script
