// SHOW PING and SHOW TRACE (reference/ip.md 6, 7).
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr int rule_width = 60;
constexpr int value_column = 35;

std::string defined(Ipv4Address address) { return address.unset() ? "Undefined" : to_string(address); }
std::string_view yes_no(bool yes) { return yes ? "Yes" : "No"; }

void field(Screen& screen, std::string_view label, Json value) {
  screen.field(2, value_column, label, std::move(value));
}

void print(Screen& screen, const PingSettings& of) {
  field(screen, "Type", "IP");
  field(screen, "Source", defined(of.source));
  field(screen, "Destination", defined(of.destination));
  field(screen, "Number of packets", of.continuous ? Json("Continuous") : Json(of.number));
  field(screen, "Size of packets (bytes)", of.length);
  field(screen, "Timeout (seconds)", of.timeout_s);
  field(screen, "Delay (seconds)", of.delay_s);
  field(screen, "Data pattern", of.pattern.empty() ? "Not set" : "0x" + of.pattern);
  field(screen, "Type of service", of.tos);
  field(screen, "Direct output to screen", yes_no(of.screen_output));
}

void print(Screen& screen, const TraceSettings& of) {
  field(screen, "Destination", to_string(of.destination));
  field(screen, "Source", to_string(of.source));
  field(screen, "Number of packets per hop", of.number);
  field(screen, "Timeout (seconds)", of.timeout_s);
  field(screen, "Type of service", of.tos);
  field(screen, "Port", of.port);
  field(screen, "Minimum time to live", of.minimum_ttl);
  field(screen, "Maximum time to live", of.maximum_ttl);
  field(screen, "Addresses only output", yes_no(of.addresses_only));
  field(screen, "Direct output to screen", yes_no(of.screen_output));
}

/// The blocks both screens have: defaults, then what runs or ran last.
template <class Settings>
void print_blocks(Screen& screen, const Settings& defaults, const std::optional<Settings>& current) {
  screen.rule(rule_width);
  screen.line("Defaults:");
  {
    const auto scope = screen.object("defaults");
    print(screen, defaults);
  }
  screen.line();
  screen.line("Current:");
  {
    const auto scope = screen.object("current");
    print(screen, current.value_or(defaults));
  }
  screen.line();
  screen.line("Results:");
}

}  // namespace

void show_ping(const Ping& ping, Screen& screen) {
  const Ping::Results& results = ping.results();
  screen.line("Ping Information");
  print_blocks(screen, ping.defaults, ping.current());
  {
    const auto scope = screen.object("results");
    field(screen, "Ping in progress", yes_no(ping.running()));
    field(screen, "Packets sent", results.sent);
    field(screen, "Packets received", results.received);
    field(screen, "Round trip time minimum (ms)", results.minimum_ms);
    field(screen, "Round trip time average (ms)", results.received == 0 ? 0 : results.total_ms / results.received);
    field(screen, "Round trip time maximum (ms)", results.maximum_ms);
    field(screen, "Last message", results.last_message);
  }
  screen.rule(rule_width);
}

void show_trace(const Trace& trace, Screen& screen) {
  screen.line("Trace information");
  print_blocks(screen, trace.defaults, trace.current());
  {
    const auto scope = screen.object("results");
    field(screen, "Trace route in progress", yes_no(trace.running()));
    field(screen, "Probes sent", trace.probes());
    field(screen, "Last message", trace.last_message());
  }
  for (const std::string& line : trace.lines()) screen.line(line);
  screen.rule(rule_width);
}

}  // namespace arrouter::ip
