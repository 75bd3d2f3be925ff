// PING, SET PING, STOP PING, SHOW PING.
#include "modules/ip/probe_commands.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view parameters =
    "[DELay=<0-900>] [LENgth=<0-9212>] [NUMber={<1-65535>|CONTinuous}] [PATTern=<hex:1-4>] [SIPADDress=<ipv4>] "
    "[SCReenoutput=<bool>] [TIMEout=<1-60>] [TOS=<0-255>]";

std::optional<Outcome> read(const Args& args, PingSettings& to) {
  to.delay_s = static_cast<unsigned>(args.number_or("DELAY", to.delay_s));
  to.length = static_cast<unsigned>(args.number_or("LENGTH", to.length));
  to.timeout_s = static_cast<unsigned>(args.number_or("TIMEOUT", to.timeout_s));
  to.tos = static_cast<unsigned>(args.number_or("TOS", to.tos));
  to.pattern = args.text_or("PATTERN", to.pattern);
  if (args.has("SIPADDRESS")) to.source = args.address("SIPADDRESS");
  if (args.has("SCREENOUTPUT")) to.screen_output = args.boolean("SCREENOUTPUT");
  if (args.has("NUMBER")) {
    to.continuous = !args.holds<std::uint64_t>("NUMBER");
    if (!to.continuous) to.number = static_cast<unsigned>(args.number("NUMBER"));
  }
  return std::nullopt;
}

}  // namespace

Outcome with_destination(Engine& engine, Probe& probe, Invocation& call,
                         std::function<Outcome(std::optional<Ipv4Address>)> use) {
  const Args& args = call.args;
  if (!args.has("IPADDRESS")) return use(std::nullopt);
  if (args.holds<Ipv4Address>("IPADDRESS")) return use(args.address("IPADDRESS"));
  const std::string& host = args.text("IPADDRESS");
  if (const auto known = engine.resolve_host(host)) return use(known);
  if (!engine.resolver.has_servers()) return messages::host_unresolved();
  const auto found = [&probe, use = std::move(use)](std::optional<Ipv4Address> address) {
    probe.looked_up(address ? use(address) : messages::host_unresolved());
  };
  // A person gets the prompt back, as the whole command runs in the background; a script waits for how it went.
  if (!call.caller.interactive) {
    probe.look_up(engine.resolver.find_address(host, found), call.finish);
    return Outcome::wait();
  }
  probe.look_up(engine.resolver.find_address(host, found), [terminal = call.caller.terminal](const Outcome& outcome) {
    const auto to = terminal.lock();
    if (to && !outcome.line().empty()) to->print(outcome.line() + "\n");
  });
  return Outcome::screen();
}

void add_ping_rows(Engine& engine, Rows& rows) {
  static const ProbeCommands<Ping> commands = {
      .run = "PING [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters),
      .set = "SET PING [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters),
      .stop = "STOP PING",
      .show = "SHow PING",
      .run_summary = "Asks a host for echo replies, in the background.",
      .set_summary = "Sets what PING uses when a parameter is not given.",
      .stop_summary = "Ends the ping in progress.",
      .show_summary = "Displays the defaults, the present or last ping and its results.",
      .tool = &Engine::ping,
      .read = read,
      .busy = messages::ping_busy,
      .idle = messages::ping_idle,
      .print = show_ping,
  };
  add_probe_rows(engine, rows, commands);
}

}  // namespace arrouter::ip
