// SHOW LOG (reference/logging.md 5).
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {

constexpr std::size_t message_column = 31, screen_width = 79;
constexpr std::size_t usual_tail = 20;

/// What SHOW LOG was asked for.
struct Wanted {
  Filter filter;
  std::size_t last = limits::log_messages;  // how many of the newest
  bool reverse = false, full = false;
  std::chrono::seconds shift{0};  // from the router's clock to the zone of the screen
};

std::expected<Wanted, Outcome> wanted_of(const Args& args, std::chrono::seconds utc_offset) {
  Wanted wanted;
  auto conditions = conditions_of(args);
  if (!conditions) return std::unexpected(bad_value(conditions.error()));
  wanted.filter.conditions = std::move(*conditions);
  wanted.reverse = args.has("REVERSE");
  wanted.full = args.has("FULL");
  if (args.has_value("REVERSE")) wanted.last = args.number("REVERSE");
  if (args.has("TAIL")) wanted.last = args.has_value("TAIL") ? args.number("TAIL") : usual_tail;
  if (!args.has("ZONE") || equal_ignoring_case(args.text("ZONE"), "NONE")) return wanted;
  const auto zone = parse_zone(args.text("ZONE"));
  if (!zone) return std::unexpected(bad_value("ZONE"));
  wanted.shift = *zone - utc_offset;
  return wanted;
}

/// The messages to print, in the order in which they are printed.
std::vector<Entry> select(const std::deque<Entry>& messages, const Wanted& wanted) {
  std::vector<Entry> found;
  for (auto message = messages.rbegin(); message != messages.rend() && found.size() < wanted.last; ++message) {
    if (!wanted.filter.matches(*message)) continue;
    found.push_back(*message);
    found.back().time += wanted.shift;
  }
  if (!wanted.reverse) std::reverse(found.begin(), found.end());
  return found;
}

void set_json(Screen& screen, const Entry& entry) {
  screen.set("date", date_text(entry.time));
  screen.set("time", time_of_day_text(entry.time));
  screen.set("severity", static_cast<int>(entry.severity));
  screen.set("module", log_module_name(entry.module));
  screen.set("type", entry.type);
  screen.set("subtype", entry.subtype);
  screen.set("message", entry.message);
}

void print_line(Screen& screen, const Entry& entry) {
  const std::string head =
      fmt::format("{} {} {} {:<4.4} {:<5.5} {:<5.5} ", date_text(entry.time).substr(0, 2), time_of_day_text(entry.time),
                  static_cast<int>(entry.severity), log_module_short_name(entry.module), entry.type, entry.subtype);
  bool first = true;
  for (const std::string& part : wrap(entry.message, screen_width - message_column)) {
    screen.line((first ? head : std::string(message_column, ' ')) + part);
    first = false;
  }
  set_json(screen, entry);
}

void print_block(Screen& screen, const Entry& entry) {
  constexpr int values = 19;
  const auto field = [&](std::string_view label, const std::string& value) { screen.field(0, values, label, value); };
  field("Date/Time", fmt::format("{} {}", date_text(entry.time), time_of_day_text(entry.time)));
  field("Origin", origin_text(entry.origin));
  field("Severity", fmt::format("{} ({})", static_cast<int>(entry.severity), severity_name(entry.severity)));
  field("Module", std::string(log_module_name(entry.module)));
  field("Type / Subtype", fmt::format("{} / {}", entry.type, entry.subtype));
  field("Device", std::to_string(entry.device));
  field("Source", fmt::format("{} : {}", entry.file, entry.line));
  field("Reference", entry.reference);
  field("Message", entry.message);
  screen.line();
}

}  // namespace

Outcome LogModule::show_log(Invocation& call) const {
  const OutputId id = call.args.has_value("LOG") ? output_id(call.args, "LOG") : OutputId::temporary;
  const auto output = outputs_.find(id);
  if (output == outputs_.end()) return reply(message::output_unknown);
  const auto wanted = wanted_of(call.args, utc_offset_.value_or(std::chrono::seconds(0)));
  if (!wanted) return wanted.error();
  Screen& screen = call.screen;
  screen.line();
  if (!wanted->full) {
    screen.line("Date/Time   S Mod  Type  SType Message");
    screen.rule();
  }
  screen.table("messages", {}, true);  // no messages are a list too
  for (const Entry& entry : select(output->second.messages, *wanted)) {
    const auto item = screen.item("messages");
    wanted->full ? print_block(screen, entry) : print_line(screen, entry);
  }
  if (!wanted->full) {
    screen.rule();
    screen.line();
  }
  return Outcome::screen();
}

}  // namespace arrouter::logging
