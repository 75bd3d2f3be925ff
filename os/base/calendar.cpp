#include "os/base/calendar.h"

#include <array>
#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};

std::optional<month> parse_month(std::string_view text) {
  for (unsigned i = 0; i < months.size(); ++i) {
    if (equal_ignoring_case(text, months[i])) return month(i + 1);
  }
  return std::nullopt;
}

}  // namespace

std::string date_text(WallTime time) {
  const year_month_day date(floor<days>(time));
  return fmt::format("{:02}-{}-{:04}", static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()));
}

std::string time_of_day_text(WallTime time) {
  const hh_mm_ss clock(floor<seconds>(time - floor<days>(time)));
  return fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string_view weekday_text(WallTime time) { return weekdays[weekday(floor<days>(time)).c_encoding()]; }

std::string elapsed_text(Duration duration) {
  const auto total = whole_seconds(duration);
  return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::optional<sys_days> parse_date(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3) return std::nullopt;
  const auto day_number = parse_number(parts[0], 31);
  const auto month_number = parse_month(parts[1]);
  const auto year_number = parse_number(parts[2], 2099);
  if (!day_number || !month_number || !year_number || *year_number < 1970) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*year_number)), *month_number,
                            day(static_cast<unsigned>(*day_number)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<seconds> parse_time_of_day(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  const auto hour = parse_number(parts[0], 23);
  const auto minute = parse_number(parts[1], 59);
  const auto second = parts.size() == 3 ? parse_number(parts[2], 59) : std::optional<std::uint64_t>(0);
  if (!hour || !minute || !second) return std::nullopt;
  return seconds(*hour * 3600 + *minute * 60 + *second);
}

}  // namespace arrouter
