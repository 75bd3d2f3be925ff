// Screens of the trigger facility. The summary is recalled (reference/operations.md 8); the other layouts are inferred.
#include <fmt/format.h>

#include "modules/trigger/trigger_facility.h"
#include "os/base/calendar.h"

namespace arrouter::trigger {

namespace {

constexpr int value_column = 32;
constexpr std::string_view kind_words[] = {"Interface", "CPU",    "Memory",   "Periodic",  "Time",
                                           "Reboot",    "Switch", "Firewall", "Ping poll", "Log"};
static_assert(std::size(kind_words) == std::variant_size_v<Kind>);

std::string repeat_text(const Trigger& trigger) {
  return trigger.repeat ? std::to_string(*trigger.repeat) : "Continuous";
}

std::string days_or_date(const Trigger& trigger) {
  return trigger.date ? date_text(WallTime(*trigger.date)) : days_text(trigger.days);
}

std::string window_end(const std::optional<std::chrono::minutes>& of_day) {
  return of_day ? fmt::format("{:02}:{:02}", of_day->count() / 60, of_day->count() % 60) : "-";
}

}  // namespace

void TriggerModule::show_summary(Screen& screen) const {
  screen.line();
  screen.line("TR# Type & Details          Name               En Te Repeat     #Scr Days/Date");
  screen.rule();
  for (const auto& [id, trigger] : triggers_) {
    const auto scope = screen.item("triggers");
    screen.line(fmt::format("{:03} {:<24}{:<19}{:<3}{:<3}{:<11}{:<5}{}", id, describe(trigger.kind), trigger.name,
                            trigger.enabled ? "Y" : "N", trigger.test ? "Y" : "N", repeat_text(trigger),
                            trigger.scripts.size(), days_or_date(trigger)));
    screen.set("trigger", id);
    screen.set("type", describe(trigger.kind));
    screen.set("name", trigger.name);
    screen.set("enabled", trigger.enabled);
    screen.set("test", trigger.test);
    screen.set("repeat", repeat_text(trigger));
    screen.set("scripts", trigger.scripts.size());
    screen.set("days", days_or_date(trigger));
  }
  screen.rule();
  screen.line();
}

void TriggerModule::show_full(Screen& screen, unsigned id, const Trigger& trigger) const {
  const auto scope = screen.item("triggers");
  const auto field = [&screen](std::string_view label, Json value) { screen.field(0, value_column, label, value); };
  screen.line();
  field("Trigger", id);
  field("Name", trigger.name);
  field("Type and details", describe(trigger.kind));
  field("Days/Date", days_or_date(trigger));
  field("After", window_end(trigger.after));
  field("Before", window_end(trigger.before));
  field("Enabled", trigger.enabled ? "Yes" : "No");
  field("Test", trigger.test ? "Yes" : "No");
  field("Repeat", repeat_text(trigger));
  field("Number of activations", trigger.activations);
  field("Activations today", trigger.counted_day == today_ ? trigger.today : 0);
  field("Last activation",
        trigger.last ? fmt::format("{} {}", date_text(*trigger.last), time_of_day_text(*trigger.last)) : "-");
  field("Number of scripts", trigger.scripts.size());
  for (std::size_t i = 0; i < trigger.scripts.size(); ++i)
    field(fmt::format("Script {}", i + 1), trigger.scripts[i]);
}

void TriggerModule::show_status(Screen& screen) const {
  std::size_t on = 0;
  for (const auto& [id, trigger] : triggers_) on += trigger.enabled ? 1 : 0;
  screen.field(0, value_column, "Trigger facility", enabled_ ? "Enabled" : "Disabled");
  screen.field(0, value_column, "Number of triggers", triggers_.size());
  screen.field(0, value_column, "Number of enabled triggers", on);
  screen.field(0, value_column, "Activations", all_.total);
  screen.field(0, value_column, "Activations today", all_.today);
}

void TriggerModule::show_counters(Screen& screen) const {
  screen.line("Trigger activations");
  screen.line();
  screen.line("  Type             Today      Total");
  screen.rule(36);
  const auto row = [&screen](std::string_view type, const Tally& tally) {
    const auto scope = screen.item("counters");
    screen.line(fmt::format("  {:<12}{:>10} {:>10}", type, tally.today, tally.total));
    screen.set("type", type);
    screen.set("today", tally.today);
    screen.set("total", tally.total);
  };
  for (std::size_t i = 0; i < std::size(kind_words); ++i) row(kind_words[i], by_kind_[i]);
  row("All", all_);
}

}  // namespace arrouter::trigger
