// Screens of TACACS+. Their layout is inferred; the parameters are those of the commands.
#include "modules/tacplus/tacplus.h"

namespace arrouter::tacplus {

namespace {

constexpr int value_column = 32;

std::string_view on_off(bool on) { return on ? "On" : "Off"; }

void show_server(Screen& screen, const Server& server, std::size_t connections) {
  const auto scope = screen.item("servers");
  screen.field(0, value_column, "Server", to_string(server.address));
  screen.field(2, value_column, "Port", server.port);
  screen.field(2, value_column, "Key", server.key.empty() ? "None" : "Set");
  screen.field(2, value_column, "Retries", server.retries);
  screen.field(2, value_column, "Timeout", fmt::format("{} sec", server.timeout_s));
  screen.field(2, value_column, "Single Connection", on_off(server.single_connection));
  screen.field(2, value_column, "Authentication", on_off(server.authenticates));
  screen.field(2, value_column, "Authorization", on_off(server.authorizes));
  screen.field(2, value_column, "Connections", connections);
  const ServerCounters& counters = server.counters;
  screen.counters({{"loginRequests", counters.logins},
                   {"accepts", counters.accepts},
                   {"timeouts", counters.timeouts},
                   {"rejects", counters.rejects},
                   {"noConnections", counters.no_connections},
                   {"errors", counters.errors},
                   {"badPackets", counters.bad_packets}});
}

}  // namespace

void TacplusModule::show_status(Screen& screen) const {
  screen.field(0, value_column, "Status", enabled_ ? "Enabled" : "Disabled");
  screen.field(0, value_column, "Debugging", debuggers_.flags() != 0 ? "Enabled" : "Disabled");
}

Outcome TacplusModule::show(Screen& screen) const {
  screen.line("TACACS+ Configuration");
  screen.rule();
  show_status(screen);
  screen.line();
  screen.table(
      "servers",
      {{"Server", 18}, {"Port", 7}, {"Retries", 9}, {"Timeout", 9}, {"Single", 8}, {"Authen", 8}, {"Author", 0}});
  screen.rule();
  for (const Server& server : client_.servers()) {
    screen.row({to_string(server.address), server.port, server.retries, server.timeout_s,
                on_off(server.single_connection), on_off(server.authenticates), on_off(server.authorizes)});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome TacplusModule::show_servers(Invocation& call) {
  const bool all = !call.args.has_value("SERVER");
  if (!all && client_.find(call.args.address("SERVER")) == nullptr)
    return say(texts::unknown_server, to_string(call.args.address("SERVER")));
  call.screen.line("TACACS+ Servers");
  call.screen.rule();
  show_status(call.screen);
  call.screen.rule();
  for (const Server& server : client_.servers()) {
    if (!all && server.address != call.args.address("SERVER")) continue;
    show_server(call.screen, server, client_.connections(server.address));
    call.screen.rule();
  }
  return Outcome::screen();
}

}  // namespace arrouter::tacplus
