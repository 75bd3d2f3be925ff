#include "modules/system/summer_time.h"

#include <algorithm>
#include <array>

#include "modules/system/system.h"
#include "os/base/calendar.h"
#include "os/base/text.h"

namespace arrouter::system {

namespace {

constexpr std::array<std::string_view, 12> months = {"JANuary",   "FEBruary", "MARch",    "APRil",
                                                     "MAY",       "JUNe",     "JULy",     "AUGust",
                                                     "SEPtember", "OCTober",  "NOVember", "DECember"};
constexpr std::array<std::string_view, 7> weekdays = {"SUNday",   "MONday", "TUEsday", "WEDnesday",
                                                      "THUrsday", "FRIday", "SATurday"};
constexpr std::array<std::string_view, 5> weeks = {"FIRst", "SECond", "THIrd", "FOUrth", "LAST"};

template <std::size_t n>
std::string choices(const std::array<std::string_view, n>& words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "{" : "|") + std::string(word);
  return all + "}";
}

template <std::size_t n>
unsigned index_of(const std::array<std::string_view, n>& words, std::string_view word) {
  const auto found =
      std::ranges::find_if(words, [&](std::string_view each) { return equal_ignoring_case(each, word); });
  return static_cast<unsigned>(found - words.begin());
}

/// "[STARTDay={…}] [STARTWeek={…}] …" for a prefix.
std::string change_parameters(std::string_view prefix) {
  return fmt::format(" [{0}Day={1}] [{0}Week={2}] [{0}Month={3}] [{0}Time=<time>]", prefix, choices(weekdays),
                     choices(weeks), choices(months));
}

void read_change(const Args& args, const std::string& prefix, ClockChange& to) {
  if (args.has(prefix + "DAY")) to.weekday = index_of(weekdays, args.choice(prefix + "DAY"));
  if (args.has(prefix + "WEEK")) to.week = index_of(weeks, args.choice(prefix + "WEEK")) + 1;
  if (args.has(prefix + "MONTH")) to.month = index_of(months, args.choice(prefix + "MONTH")) + 1;
  if (args.has(prefix + "TIME")) {
    to.at = std::chrono::floor<std::chrono::minutes>(*parse_time_of_day(args.text(prefix + "TIME")));
  }
}

void read(const Args& args, SummerZone& to) {
  to.offset = std::chrono::minutes(args.number_or("OFFSET", static_cast<std::uint64_t>(to.offset.count())));
  read_change(args, "START", to.start);
  read_change(args, "END", to.end);
}

std::string time_text(std::chrono::minutes at) { return fmt::format("{:02}:{:02}", at.count() / 60, at.count() % 60); }

std::string change_text(const ClockChange& change) {
  const auto plain = [](std::string_view word) {
    std::string text = to_lower(word);
    text[0] = word[0];
    return text;
  };
  return fmt::format("{} {} of {} at {}", to_lower(weeks[change.week - 1]), plain(weekdays[change.weekday]),
                     plain(months[change.month - 1]), time_text(change.at));
}

std::string change_line(std::string_view prefix, const ClockChange& change) {
  const auto brief = [](std::string_view word) { return to_lower(word.substr(0, 3)); };
  return fmt::format(" {0}d={1} {0}w={2} {0}m={3} {0}t={4}", prefix, brief(weekdays[change.weekday]),
                     to_lower(weeks[change.week - 1]), brief(months[change.month - 1]), time_text(change.at));
}

}  // namespace

WallTime ClockChange::in_year(std::chrono::year year) const {
  const auto day = std::chrono::weekday(weekday);
  const auto of = year / std::chrono::month(month);
  const std::chrono::sys_days date =
      week == 5 ? std::chrono::sys_days(of / day[std::chrono::last]) : std::chrono::sys_days(of / day[week]);
  return date + at;
}

SummerTime::SummerTime(Services& services) : services_(services), timer_(services.scheduler, [this] { look(); }) {}

std::vector<CommandRow> SummerTime::rows() {
  static const std::string parameters = " [OFFset=<1-180>]" + change_parameters("START") + change_parameters("END");
  static const std::string add_syntax = "ADD SUMmertime=<name:1-9>" + parameters;
  static const std::string set_syntax = "SET SUMmertime[=<name:1-9>]" + parameters;
  return {
      {add_syntax, Access::manager, "Says when the clock runs ahead, and how far.",
       [this](Invocation& call) { return add(call.args); }},
      {set_syntax, Access::manager, "Changes when the clock runs ahead, and how far.",
       [this](Invocation& call) { return set(call.args); }},
      {"DELete SUMmertime=<name:1-9>", Access::manager, "Forgets the summer time.",
       [this](Invocation& call) { return remove(call.args); }},
      {"ENAble SUMmertime", Access::manager, "Moves the clock when summer begins and ends.",
       [this](Invocation&) { return enable(true); }},
      {"DISable SUMmertime", Access::manager, "Leaves the clock alone.", [this](Invocation&) { return enable(false); }},
      {"SHow SUMmertime", Access::user, "Displays the summer time.",
       [this](Invocation& call) { return show(call.screen); }},
  };
}

void SummerTime::dump(ConfigWriter& writer) const {
  if (!zone_) return;
  writer.line(fmt::format("add summertime={} off={}{}{}", arrouter::quoted(zone_->name), zone_->offset.count(),
                          change_line("start", zone_->start), change_line("end", zone_->end)));
  if (enabled_) writer.line("enable summertime");
}

Outcome SummerTime::add(const Args& args) {
  if (zone_) return say(texts::summer_exists);
  zone_.emplace();
  zone_->name = args.text("SUMMERTIME");
  read(args, *zone_);
  return Outcome::successful(module_number::system);
}

Outcome SummerTime::set(const Args& args) {
  const bool other =
      args.has_value("SUMMERTIME") && zone_ && !equal_ignoring_case(zone_->name, args.text("SUMMERTIME"));
  if (!zone_ || other) return say(texts::summer_unknown);
  read(args, *zone_);
  follow();
  return Outcome::successful(module_number::system);
}

Outcome SummerTime::remove(const Args& args) {
  if (!zone_ || !equal_ignoring_case(zone_->name, args.text("SUMMERTIME"))) return say(texts::summer_unknown);
  zone_.reset();
  enabled_ = false;
  follow();
  return Outcome::successful(module_number::system);
}

Outcome SummerTime::enable(bool on) {
  if (on && !zone_) return say(texts::summer_unknown);
  enabled_ = on;
  follow();
  return Outcome::successful(module_number::system);
}

bool SummerTime::summer(WallTime now, bool ahead) const {
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year();
  const WallTime start = zone_->start.in_year(year);
  // The end is told by a clock that is ahead.
  const WallTime end = zone_->end.in_year(year) - (ahead ? std::chrono::minutes(0) : zone_->offset);
  return start < end ? start <= now && now < end : start <= now || now < end;
}

void SummerTime::follow() {
  timer_.disarm();
  ahead_ = enabled_ && summer(services_.wall.now(), true);
  if (enabled_) wait();
}

void SummerTime::look() {
  const WallTime now = services_.wall.now();
  const bool due = summer(now, ahead_);
  if (due != ahead_) {
    services_.wall.set(due ? now + zone_->offset : now - zone_->offset);
    ahead_ = due;
    services_.log.record({.severity = LogSeverity::notice,
                          .module = module_number::system,
                          .type = "MSG",
                          .subtype = "INFO",
                          .message = fmt::format("Summer time {} {}", zone_->name, due ? "begins" : "ends")});
  }
  wait();
}

// Changes happen on whole minutes of a clock that somebody may set at any time.
void SummerTime::wait() {
  const WallTime now = services_.wall.now();
  timer_.arm(services_.clock.now() + (std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1) - now));
}

Outcome SummerTime::show(Screen& screen) const {
  constexpr int value_column = 19;
  const auto field = [&](std::string_view label, Json value) {
    screen.field(0, value_column, label, std::move(value));
  };
  screen.line("Summer time");
  screen.rule();
  field("Status", enabled_ ? "Enabled" : "Disabled");
  field("Zone", zone_ ? zone_->name : "Not set");
  if (zone_) {
    field("Offset", fmt::format("{} minutes", zone_->offset.count()));
    field("Start", change_text(zone_->start));
    field("End", change_text(zone_->end));
    field("In force", ahead_ ? "Yes" : "No");
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::system
