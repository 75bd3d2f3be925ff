// PING, SET PING, STOP PING, SHOW PING.
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view parameters =
    "[DELay=<0-900>] [LENgth=<0-9212>] [NUMber={<1-65535>|CONTinuous}] [PATTern=<hex:1-4>] [SIPADDress=<ipv4>] "
    "[SCReenoutput=<bool>] [TIMEout=<1-60>] [TOS=<0-255>]";

/// The destination is an address or a name of the host table.
std::optional<Outcome> read(const Engine& engine, const Args& args, PingSettings& to) {
  if (args.holds<Ipv4Address>("IPADDRESS")) {
    to.destination = args.address("IPADDRESS");
  } else if (args.has("IPADDRESS")) {
    const auto address = engine.resolve_host(args.text("IPADDRESS"));
    if (!address) return messages::host_unresolved();
    to.destination = *address;
  }
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

Outcome ping(Engine& engine, Invocation& call) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  if (engine.ping.running()) return messages::ping_busy();
  PingSettings settings = engine.ping.defaults;
  if (auto refused = read(engine, call.args, settings)) return *refused;
  if (settings.destination.unset()) return messages::ping_no_destination();
  if (!settings.source.unset() && !engine.is_own(settings.source)) return messages::source_not_own();
  engine.ping.start(settings, call.caller.terminal);
  return Outcome::screen();
}

}  // namespace

void add_ping_rows(Engine& engine, Rows& rows) {
  static const std::string syntax = "PING [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters);
  static const std::string set_syntax = "SET PING [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters);
  rows.push_back({syntax, Access::manager, "Asks a host for echo replies, in the background.",
                  [&engine](Invocation& call) { return ping(engine, call); }});
  rows.push_back(
      {set_syntax, Access::manager, "Sets what PING uses when a parameter is not given.", [&engine](Invocation& call) {
         PingSettings settings = engine.ping.defaults;
         if (auto refused = read(engine, call.args, settings)) return *refused;
         engine.ping.defaults = settings;
         return messages::ping_set();
       }});
  rows.push_back({"STOP PING", Access::manager, "Ends the ping in progress.", [&engine](Invocation&) {
                    return engine.ping.stop() ? messages::ping_set() : messages::ping_idle();
                  }});
  rows.push_back({"SHow PING", Access::manager, "Displays the defaults, the present or last ping and its results.",
                  [&engine](Invocation& call) {
                    show_ping(engine.ping, call.screen);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
