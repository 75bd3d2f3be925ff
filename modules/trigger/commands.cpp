// Rows and handlers of triggers, and the configuration they leave.
#include <algorithm>

#include <fmt/format.h>

#include "modules/trigger/trigger_facility.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::trigger {

namespace {

constexpr std::string_view when_and_how =
    "[AFTer=<time>] [BEFore=<time>] [{DATE=<date>|DAYs={MON|TUE|WED|THU|FRI|SAT|SUN|WEEKDay|WEEKEnd|ALL}[,...]}] "
    "[NAMe=<text:0-40>] [REPeat={Yes|No|ONCe|FORever|<1-4294967294>}] [TEST=<bool>]";

constexpr unsigned no_activation_left = 1;

Days days_of(const std::string& list) {
  constexpr std::string_view names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  Days days;
  for (const std::string_view word : split(list, ',')) {
    for (std::size_t day = 0; day < std::size(names); ++day) {
      const bool weekend = day == 0 || day == 6;
      days[day] = days[day] || word == "ALL" || word == names[day] || word == (weekend ? "WEEKEND" : "WEEKDAY");
    }
  }
  return days;
}

std::string days_words(Days days) {
  constexpr std::string_view names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  std::vector<std::string_view> words;
  for (std::size_t day = 0; day < std::size(names); ++day)
    if (days[day]) words.push_back(names[day]);
  return fmt::format("{}", fmt::join(words, ","));
}

void take_settings(Trigger& trigger, const Args& args) {
  if (args.has("NAME")) trigger.name = args.text("NAME");
  if (args.has("AFTER")) trigger.after = minutes_of(args.text("AFTER"));
  if (args.has("BEFORE")) trigger.before = minutes_of(args.text("BEFORE"));
  if (args.has("DATE")) trigger.date = parse_date(args.text("DATE"));
  if (args.has("DAYS")) {
    trigger.days = days_of(args.text("DAYS"));
    trigger.date.reset();
  }
  if (args.holds<std::uint64_t>("REPEAT")) {
    trigger.repeat = static_cast<unsigned>(args.number("REPEAT"));
  } else if (args.has("REPEAT")) {
    const std::string& word = args.choice("REPEAT");
    trigger.repeat.reset();
    if (word == "NO" || word == "ONCE") trigger.repeat = no_activation_left;
  }
  if (args.has("TEST")) trigger.test = args.boolean("TEST");
}

std::string settings_text(const Trigger& trigger) {
  std::string text;
  if (trigger.after) text += " after=" + clock_text(*trigger.after);
  if (trigger.before) text += " before=" + clock_text(*trigger.before);
  if (trigger.date) text += " date=" + to_lower(date_text(WallTime(*trigger.date)));
  if (!trigger.date && !trigger.days.all()) text += " days=" + days_words(trigger.days);
  if (!trigger.name.empty()) text += " name=" + arrouter::quoted(trigger.name);
  if (trigger.repeat) text += fmt::format(" repeat={}", *trigger.repeat);
  if (trigger.test) text += " test=yes";
  return text;
}

}  // namespace

std::vector<CommandRow> TriggerModule::commands() {
  std::vector<CommandRow> rows = object_rows();
  for (CommandRow& row : switch_rows()) rows.push_back(std::move(row));
  return rows;
}

/// A trigger's scripts have a security officer's rights, so giving it scripts is a security command.
std::vector<CommandRow> TriggerModule::object_rows() {
  static const std::string create_syntax =
      fmt::format("CREate TRIgger=<1-100> {} {} {} [SCRipt=<file>] [STate={{ENAbled|DISabled}}]", kind_syntax(),
                  detail_syntax(), when_and_how);
  static const std::string set_syntax =
      fmt::format("SET TRIgger=<1-100> [{}] {} {}", kind_syntax(), detail_syntax(), when_and_how);
  return {
      {create_syntax, Access::security, "Makes a trigger.", [this](Invocation& call) { return create(call.args); },
       Coverage::partial, "Of CP= only LCP and IPCP have events: PPP speaks no others."},
      {set_syntax, Access::manager, "Changes a trigger.", [this](Invocation& call) { return set(call.args); }},
      {"DESTroy TRIgger=<1-100>", Access::manager, "Destroys a trigger.",
       [this](Invocation& call) { return destroy(call.args); }},
      {"ADD TRIgger=<1-100> SCRipt=<file>", Access::security, "Adds a script to a trigger.",
       [this](Invocation& call) { return add_script(call.args); }},
      {"DELete TRIgger=<1-100> SCRipt=<file>", Access::manager, "Takes a script from a trigger.",
       [this](Invocation& call) { return delete_script(call.args); }},
  };
}

std::vector<CommandRow> TriggerModule::switch_rows() {
  return {
      {"ENAble TRIgger[=<1-100>]", Access::manager, "Enables the facility, or one trigger.",
       [this](Invocation& call) { return set_enabled(call.args, true); }},
      {"DISable TRIgger[=<1-100>]", Access::manager, "Disables the facility, or one trigger.",
       [this](Invocation& call) { return set_enabled(call.args, false); }},
      {"ACTivate TRIgger=<1-100>", Access::manager, "Runs a trigger's scripts as if its event had come.",
       [this](Invocation& call) { return activate(call.args); }},
      {"PURge TRIgger", Access::manager, "Destroys all triggers and disables the facility.",
       [this](Invocation&) { return purge(); }},
      {"SHow TRIgger[=<1-100>] [{SUMmary|FULL|STAtus|COUnters}]", Access::manager, "Displays triggers.",
       [this](Invocation& call) { return show(call); }},
  };
}

Trigger* TriggerModule::find(const Args& args) {
  const auto found = triggers_.find(static_cast<unsigned>(args.number("TRIGGER")));
  return found == triggers_.end() ? nullptr : &found->second;
}

Outcome TriggerModule::create(const Args& args) {
  const auto id = static_cast<unsigned>(args.number("TRIGGER"));
  if (triggers_.contains(id)) return say(texts::trigger_exists, id);
  Trigger trigger;
  trigger.kind = kind_of(args);
  if (const auto name = misplaced(args, trigger.kind); !name.empty()) return say(texts::not_of_kind, name);
  if (auto refused = prepare(trigger.kind)) return *refused;
  take_settings(trigger, args);
  trigger.enabled = !args.has("STATE") || args.choice("STATE") == "ENABLED";
  if (args.has("SCRIPT")) {
    const auto file = parse_file_name(args.text("SCRIPT"), "scp");
    if (!file) return say(texts::bad_file_name, args.text("SCRIPT"));
    trigger.scripts.push_back(file->name);
  }
  triggers_.emplace(id, std::move(trigger));
  arm_timers();
  return Outcome::successful(module_number::trigger);
}

/// Makes the test of MODULE=LOG; what it is refused with.
std::optional<Outcome> TriggerModule::prepare(Kind& kind) const {
  auto* const message = std::get_if<kind::Message>(&kind);
  if (message == nullptr) return std::nullopt;
  auto test = log_.test(message->conditions);
  if (!test) return say(texts::bad_condition, message_parameter(test.error()));
  message->wanted = std::move(*test);
  return std::nullopt;
}

Outcome TriggerModule::set(const Args& args) {
  Trigger* const trigger = find(args);
  if (trigger == nullptr) return say(texts::unknown_trigger, args.number("TRIGGER"));
  if (const auto name = misplaced(args, trigger->kind); !name.empty()) return say(texts::not_of_kind, name);
  Kind changed = trigger->kind;
  adjust(changed, args);
  if (auto refused = prepare(changed)) return *refused;
  trigger->kind = std::move(changed);
  take_settings(*trigger, args);
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::destroy(const Args& args) {
  if (triggers_.erase(static_cast<unsigned>(args.number("TRIGGER"))) == 0)
    return say(texts::unknown_trigger, args.number("TRIGGER"));
  arm_timers();
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::set_enabled(const Args& args, bool on) {
  if (args.has_value("TRIGGER")) {
    Trigger* const trigger = find(args);
    if (trigger == nullptr) return say(texts::unknown_trigger, args.number("TRIGGER"));
    trigger->enabled = on;
    return Outcome::successful(module_number::trigger);
  }
  if (enabled_ == on) return say(on ? texts::already_on : texts::already_off);
  enabled_ = on;
  arm_timers();
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::add_script(const Args& args) {
  Trigger* const trigger = find(args);
  if (trigger == nullptr) return say(texts::unknown_trigger, args.number("TRIGGER"));
  const auto file = parse_file_name(args.text("SCRIPT"), "scp");
  if (!file) return say(texts::bad_file_name, args.text("SCRIPT"));
  if (trigger->scripts.size() >= limits::trigger_scripts) return say(texts::too_many_scripts, limits::trigger_scripts);
  trigger->scripts.push_back(file->name);
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::delete_script(const Args& args) {
  Trigger* const trigger = find(args);
  if (trigger == nullptr) return say(texts::unknown_trigger, args.number("TRIGGER"));
  const auto file = parse_file_name(args.text("SCRIPT"), "scp");
  if (!file) return say(texts::bad_file_name, args.text("SCRIPT"));
  if (std::erase(trigger->scripts, file->name) == 0)
    return say(texts::not_its_script, args.number("TRIGGER"), file->name);
  return Outcome::successful(module_number::trigger);
}

/// By hand: whatever its window and days are, and whether it is enabled or not.
Outcome TriggerModule::activate(const Args& args) {
  Trigger* const trigger = find(args);
  if (trigger == nullptr) return say(texts::unknown_trigger, args.number("TRIGGER"));
  run(static_cast<unsigned>(args.number("TRIGGER")), *trigger, {});
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::purge() {
  triggers_.clear();
  enabled_ = false;
  all_ = {};
  std::ranges::fill(by_kind_, Tally{});
  arm_timers();
  return Outcome::successful(module_number::trigger);
}

Outcome TriggerModule::show(Invocation& invocation) const {
  const Args& args = invocation.args;
  if (args.has_value("TRIGGER")) {
    const auto found = triggers_.find(static_cast<unsigned>(args.number("TRIGGER")));
    if (found == triggers_.end()) return say(texts::unknown_trigger, args.number("TRIGGER"));
    show_full(invocation.screen, found->first, found->second);
  } else if (args.has("FULL")) {
    for (const auto& [id, trigger] : triggers_) show_full(invocation.screen, id, trigger);
  } else if (args.has("STATUS")) {
    show_status(invocation.screen);
  } else if (args.has("COUNTERS")) {
    show_counters(invocation.screen);
  } else {
    show_summary(invocation.screen);
  }
  return Outcome::screen();
}

void TriggerModule::dump(ConfigWriter& writer) const {
  writer.section("TRIGGER", {"TRIGGER"});
  if (enabled_) writer.line("enable trigger");
  for (const auto& [id, trigger] : triggers_) {
    writer.line(fmt::format("create trigger={} {}{}{}{}", id, parameters(trigger.kind), settings_text(trigger),
                            trigger.scripts.empty() ? "" : " script=" + trigger.scripts.front(),
                            trigger.enabled ? "" : " state=disabled"));
    for (std::size_t i = 1; i < trigger.scripts.size(); ++i)
      writer.line(fmt::format("add trigger={} script={}", id, trigger.scripts[i]));
  }
}

}  // namespace arrouter::trigger
