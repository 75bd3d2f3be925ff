// Screens of RADIUS. Their layout is inferred; the parameters, their names and units are those of the manual.
#include "modules/radius/radius.h"

namespace arrouter::radius {

namespace {

constexpr int value_column = 32, counter_column = 32;

std::string port_text(std::uint16_t port) { return port == 0 ? "-" : std::to_string(port); }

}  // namespace

Outcome RadiusModule::show(Screen& screen) const {
  screen.line("RADIUS Server Parameters");
  screen.rule();
  const Settings& settings = client_.settings;
  screen.field(0, value_column, "Server Retransmit Count", settings.retransmissions);
  screen.field(0, value_column, "Server Timeout", fmt::format("{} sec", settings.timeout_s));
  screen.field(0, value_column, "Server Dead Time", fmt::format("{} min", settings.dead_time_min));
  screen.line();
  screen.table("servers", {{"Server", 18}, {"Port", 8}, {"AccPort", 10}, {"Status", 0}});
  screen.rule();
  for (const Server& server : client_.servers()) {
    screen.row({to_string(server.address), port_text(server.port), port_text(server.accounting_port),
                client_.dead(server) ? "Dead" : "Alive"});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome RadiusModule::show_counters(Screen& screen) const {
  screen.line("RADIUS Server Counters");
  screen.rule();
  for (const Server& server : client_.servers()) {
    const auto scope = screen.item("servers");
    screen.field(0, counter_column, "Server", to_string(server.address));
    const ServerCounters& counters = server.counters;
    screen.counters({{"accessRequests", counters.requests},
                     {"accessAccepts", counters.accepts},
                     {"retransmissions", counters.retransmissions},
                     {"accessRejects", counters.rejects},
                     {"timeouts", counters.timeouts},
                     {"accessChallenges", counters.challenges},
                     {"malformedReplies", counters.malformed},
                     {"badAuthenticators", counters.bad_authenticators},
                     {"unknownTypes", counters.unknown_codes},
                     {"unsignedReplies", counters.unsigned_replies}});
    screen.line();
  }
  screen.field(0, counter_column, "Packets without a request", client_.strays());
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::radius
