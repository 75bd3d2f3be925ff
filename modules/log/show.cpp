// SHOW LOG (reference/logging.md 5).
#include <algorithm>

#include "modules/log/lines.h"
#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {

constexpr std::size_t usual_tail = 20;

/// What SHOW LOG was asked for.
struct Wanted {
  Filter filter;
  std::size_t last = limits::log_messages;  // how many of the newest
  bool reverse = false, full = false;
  std::chrono::seconds shift{0};  // from the router's clock to the zone of the screen
};

std::expected<Wanted, Outcome> wanted_of(const Args& args, const std::string& usual_zone,
                                         std::chrono::seconds utc_offset) {
  Wanted wanted;
  auto conditions = conditions_of(args);
  if (!conditions) return std::unexpected(bad_value(conditions.error()));
  wanted.filter.conditions = std::move(*conditions);
  wanted.reverse = args.has("REVERSE");
  wanted.full = args.has("FULL");
  if (args.has_value("REVERSE")) wanted.last = args.number("REVERSE");
  if (args.has("TAIL")) wanted.last = args.has_value("TAIL") ? args.number("TAIL") : usual_tail;
  const std::string asked = args.text_or("ZONE", usual_zone);
  if (asked.empty() || equal_ignoring_case(asked, "NONE")) return wanted;
  const auto zone = parse_zone(asked);
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

}  // namespace

Outcome LogModule::show_log(Invocation& call) const {
  const OutputId id = call.args.has_value("LOG") ? output_id(call.args, "LOG") : OutputId::temporary;
  const auto output = outputs_.find(id);
  if (output == outputs_.end()) return reply(message::output_unknown);
  const auto wanted = wanted_of(call.args, output->second.settings.zone, utc_offset_.value_or(std::chrono::seconds(0)));
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
