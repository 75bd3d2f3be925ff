// SHOW FIREWALL EVENT (reference/firewall.md 4.6).
#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/show.h"
#include "os/base/bytes.h"
#include "os/base/calendar.h"

namespace arrouter::firewall {

std::string event_time_text(WallTime time) { return date_text(time).substr(0, 2) + " " + time_of_day_text(time); }

namespace {

void set_common(Screen& screen, const Event& event) {
  screen.set("time", event_time_text(event.time));
  screen.set("direction", text_of(event.direction));
  screen.set("protocol", protocol_text(event.flow.protocol));
  screen.set("source", endpoint_text(event.flow.source, event.flow.protocol));
}

void show_refusal(Screen& screen, const Event& event, bool notification) {
  const std::uint8_t number = event.flow.protocol;
  const auto scope = screen.item("events");
  set_common(screen, event);
  const std::string reason = notification ? event.text : std::string(text_of(event.reason));
  screen.set("destination", endpoint_text(event.flow.destination, number));
  screen.set("number", event.repeats);
  screen.set("reason", reason);
  screen.line(fmt::format("{} {:<3} {:<4} {:>7} {:<20} {}", event_time_text(event.time), text_of(event.direction),
                          protocol_text(number), event.repeats, endpoint_text(event.flow.source, number),
                          endpoint_text(event.flow.destination, number)));
  screen.line("    " + reason);
  if (event.dumped == 0) return;
  const std::string dump = to_hex(ByteView(event.dump).first(event.dumped));
  screen.set("packet", dump);
  constexpr std::size_t line_digits = 72;
  for (std::size_t at = 0; at < dump.size(); at += line_digits) screen.line("    " + dump.substr(at, line_digits));
}

void show_allowed(Screen& screen, const Event& event) {
  const std::uint8_t number = event.flow.protocol;
  const auto scope = screen.item("events");
  set_common(screen, event);
  screen.set("gblIp", endpoint_text(event.mapped, number));
  screen.set("gblDestination", endpoint_text(event.mapped_remote, number));
  screen.line(fmt::format("{} {:<3} {:<4}  {:<19} {:<19} {}", event_time_text(event.time), text_of(event.direction),
                          protocol_text(number), endpoint_text(event.flow.source, number),
                          endpoint_text(event.mapped, number), endpoint_text(event.mapped_remote, number)));
}

void show_list(Screen& screen, const Policy& policy, std::string_view kind, const std::deque<Event>& list,
               const Args& args) {
  const bool allow = kind == "Allow";
  const auto scope = screen.object(json_key(kind));
  screen.line(fmt::format("Policy : {} - {} Events:", policy.name, kind));
  screen.line(allow ? "Date/Time   Dir Prot  IP:Port  <map> Gbl IP:Port     Gbl Dest IP:Port"
                    : "Date/Time   Dir Prot  Number IP:Port     <Dest> IP:Port /Reason /IP header");
  screen.rule();
  each_shown(list, args, [&](const Event& event) {
    allow ? show_allowed(screen, event) : show_refusal(screen, event, kind == "Notify");
  });
  screen.rule();
}

}  // namespace

Outcome FirewallModule::show_events(Invocation& invocation) {
  const Args& args = invocation.args;
  Screen& screen = invocation.screen;
  const std::string only = args.has_value("EVENT") ? args.choice("EVENT") : std::string();
  return for_policies(state_, invocation, [&](Policy& policy) {
    const auto list = [&](std::string_view word, std::string_view kind, const std::deque<Event>& events, bool gap) {
      if (!only.empty() && only != word) return;
      if (only.empty() && gap) screen.line();
      show_list(screen, policy, kind, events, args);
    };
    list("NOTIFY", "Notify", policy.events.notify, false);
    list("DENY", "Deny", policy.events.deny, true);
    list("ALLOW", "Allow", policy.events.allow, true);
  });
}

}  // namespace arrouter::firewall
