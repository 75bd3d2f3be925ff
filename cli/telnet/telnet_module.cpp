// TELNET: the server people reach the command line with from afar, and the command that leads from it to hosts
// (Software Reference, chapter "Terminal Server"; RFC 854, 855, 857, 858, 1091; reference/cli.md 1, operations.md 7).
//
// Invariants
// - The server is enabled on a factory-fresh router and listens on port 23.
// - DISABLE TELNET SERVER and another port leave those who are logged in where they are; RESTART ends every session.
// - A session from afar asks for a login whatever SET ASYN says, and ends after a minute without one.
// - A connection to a host belongs to the session that made it, which has the keyboard back when it ends.
//
// Not modelled: the options a terminal server had for hosts (services, line mode, terminal types other than that of
// SET TELNET, which is kept and told to hosts that ask).
#include "cli/telnet/telnet_module.h"

#include "cli/session/host_names.h"
#include "cli/telnet/outgoing.h"
#include "cli/telnet/telnet_server.h"
#include "cli/telnet/texts.h"
#include "os/base/text.h"

namespace arrouter {
namespace telnet {
namespace {

constexpr std::uint16_t telnet_port = 23;

class TelnetModule final : public Module {
 public:
  TelnetModule(Services& services, SessionHost host, Tcp& tcp, HostNames names)
      : services_(services), tcp_(tcp), names_(std::move(names)), server_(tcp, host, services.reactor) {}
  std::string_view name() const override { return "telnet"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void booted() override;

 private:
  std::vector<CommandRow> server_rows();
  std::vector<CommandRow> client_rows();

  Outcome enable(bool on);
  Outcome set(const Args& args);
  Outcome show(Screen& screen) const;
  Outcome listen();
  static std::shared_ptr<Relay> connection_of(const Session& session, const Args& args);
  Outcome connect(Invocation& invocation);
  Outcome reconnect(Invocation& invocation);
  Outcome disconnect(Invocation& invocation);
  Outcome show_sessions(Invocation& invocation) const;

  Services& services_;
  Tcp& tcp_;
  HostNames names_;
  bool enabled_ = true, insert_null_ = false;
  std::uint16_t port_ = telnet_port;
  std::string terminal_type_;
  bool booted_ = false;
  TelnetServer server_;
};

std::vector<CommandRow> TelnetModule::commands() {
  std::vector<CommandRow> rows = server_rows();
  for (CommandRow& row : client_rows()) rows.push_back(std::move(row));
  return rows;
}

std::vector<CommandRow> TelnetModule::client_rows() {
  return {
      {"TELnet [HOst=]<name:1-60> [POrt=<1-65535>] [TTYpe=<text:1-40>]", Access::user,
       "Connects to a host; the attention key (Break or Ctrl/P) comes back.",
       [this](Invocation& call) { return connect(call); }},
      {"SHow SESsions", Access::user, "Displays your connections to hosts.",
       [this](Invocation& call) { return show_sessions(call); }},
      {"REConnect [[SEssion=]<1-99>]", Access::user, "Goes back to a connection to a host.",
       [this](Invocation& call) { return reconnect(call); }},
      {"DISConnect [[SEssion=]<1-99>]", Access::user, "Ends a connection to a host.",
       [this](Invocation& call) { return disconnect(call); }},
  };
}

std::vector<CommandRow> TelnetModule::server_rows() {
  return {
      {"ENAble TELnet SErver", Access::manager, "Lets people log in by Telnet.",
       [this](Invocation&) { return enable(true); }},
      {"DISable TELnet SErver", Access::manager, "Takes no further Telnet connections.",
       [this](Invocation&) { return enable(false); }},
      {"SET TELnet [LIStenport=<1-65535>] [TERMtype=<text:0-40>] [INSertnull=<bool>]", Access::manager,
       "Sets the Telnet server's port and what the Telnet client sends.",
       [this](Invocation& call) { return set(call.args); }},
      {"SHow TELnet", Access::manager, "Displays how Telnet is set.",
       [this](Invocation& call) { return show(call.screen); }},
  };
}

void TelnetModule::dump(ConfigWriter& writer) const {
  writer.section("TELNET", {"TELNET"});
  if (port_ != telnet_port) writer.line(fmt::format("set telnet listenport={}", port_));
  if (!terminal_type_.empty()) writer.line("set telnet termtype=" + arrouter::quoted(terminal_type_));
  if (insert_null_) writer.line("set telnet insertnull=on");
  if (!enabled_) writer.line("disable telnet server");
}

// Not before: a boot configuration that closes the server must not leave it open for a moment.
void TelnetModule::booted() {
  booted_ = true;
  if (!enabled_) return;
  const Outcome outcome = listen();
  if (outcome.failed()) {
    services_.log.record({.severity = LogSeverity::important,
                          .module = module_number::telnet,
                          .type = "MSG",
                          .subtype = "ERROR",
                          .message = outcome.text});
  }
}

Outcome TelnetModule::listen() {
  if (!booted_) return Outcome::successful(module_number::telnet);
  const auto listening = server_.listen(port_);
  if (!listening) return say(texts::not_listening, port_, listening.error().text);
  return Outcome::successful(module_number::telnet);
}

Outcome TelnetModule::enable(bool on) {
  if (on == enabled_) return say(on ? texts::server_on : texts::server_off);
  enabled_ = on;
  if (on) return listen();
  server_.stop_listening();
  return Outcome::successful(module_number::telnet);
}

Outcome TelnetModule::set(const Args& args) {
  if (args.has("TERMTYPE")) terminal_type_ = args.text("TERMTYPE");
  if (args.has("INSERTNULL")) insert_null_ = args.boolean("INSERTNULL");
  const auto port = static_cast<std::uint16_t>(args.number_or("LISTENPORT", port_));
  if (std::exchange(port_, port) != port && enabled_) return listen();
  return Outcome::successful(module_number::telnet);
}

Outcome TelnetModule::show(Screen& screen) const {
  constexpr int rule_width = 48, value_column = 32;
  screen.line("TELNET Module Configuration");
  screen.rule(rule_width);
  screen.field(0, value_column, "Telnet Server", enabled_ ? "Enabled" : "Disabled");
  screen.field(0, value_column, "Telnet Server Listen Port", port_);
  screen.field(0, value_column, "Telnet Terminal Type", terminal_type_.empty() ? "UNKNOWN" : terminal_type_);
  screen.field(0, value_column, "Telnet Insert Null's", insert_null_ ? "On" : "Off");
  screen.rule(rule_width);
  return Outcome::screen();
}

Outcome TelnetModule::connect(Invocation& invocation) {
  const Args& args = invocation.args;
  const Caller& caller = invocation.caller;
  const auto session = session_of(caller);
  if (!session) return say(texts::no_session);
  const std::string& host = args.text("HOST");
  const auto target = names_.known(host);
  if (const auto refusal =
          connect_refusal(texts::connect, caller, services_.users, *session, names_, tcp_, host, target)) {
    return *refusal;
  }
  const auto port = static_cast<std::uint16_t>(args.number_or("PORT", telnet_port));
  HostProtocol protocol(args.text_or("TTYPE", terminal_type_), insert_null_);
  std::make_shared<Outgoing>(tcp_, *session, host, port, std::move(protocol))->call(names_, target);
  return say(texts::attempting, host);
}

/// The connection a command names; without a number, the latest.
std::shared_ptr<Relay> TelnetModule::connection_of(const Session& session, const Args& args) {
  const auto& relays = session.relays();
  const std::uint64_t number = args.number_or("SESSION", relays.size());
  return number == 0 || number > relays.size() ? nullptr : relays[number - 1];
}

Outcome TelnetModule::reconnect(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(texts::no_session);
  auto relay = connection_of(*session, invocation.args);
  if (!relay) return say(texts::unknown_session, invocation.args.number_or("SESSION", 1));
  session->connect(std::move(relay));
  return Outcome::screen();
}

Outcome TelnetModule::disconnect(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(texts::no_session);
  const auto relay = connection_of(*session, invocation.args);
  if (!relay) return say(texts::unknown_session, invocation.args.number_or("SESSION", 1));
  session->disconnect(*relay);
  return Outcome::successful(module_number::telnet);
}

Outcome TelnetModule::show_sessions(Invocation& invocation) const {
  const auto session = session_of(invocation.caller);
  if (!session) return say(texts::no_session);
  Screen& screen = invocation.screen;
  screen.table("sessions", {{"Session", 10}, {"Host", 33}, {"Address", 22}, {"State", 0}});
  screen.rule();
  unsigned number = 0;
  for (const auto& relay : session->relays()) {
    ++number;
    const auto endpoint = relay->endpoint();
    if (!endpoint) continue;
    screen.row({number, relay->remote(), fmt::format("{}:{}", to_string(endpoint->address), endpoint->port),
                relay->established() ? "Established" : "Connecting"});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace
}  // namespace telnet

std::unique_ptr<Module> make_telnet(Services& services, SessionHost host, Tcp& tcp, HostNames names) {
  return std::make_unique<telnet::TelnetModule>(services, host, tcp, std::move(names));
}

}  // namespace arrouter
