// TRACE, SET TRACE, STOP TRACE, SHOW TRACE.
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view parameters =
    "[ADDROnly=<bool>] [MAXTtl=<1-255>] [MINTtl=<1-255>] [NUMber=<1-100>] [POrt=<1-65535>] [SCReenoutput=<bool>] "
    "[SOurce=<ipv4>] [TIMEout=<1-60>] [TOS=<0-255>]";

std::optional<Outcome> read(const Engine& engine, const Args& args, TraceSettings& to) {
  if (args.holds<Ipv4Address>("IPADDRESS")) {
    to.destination = args.address("IPADDRESS");
  } else if (args.has("IPADDRESS")) {
    const auto address = engine.resolve_host(args.text("IPADDRESS"));
    if (!address) return messages::host_unresolved();
    to.destination = *address;
  }
  to.maximum_ttl = static_cast<unsigned>(args.number_or("MAXTTL", to.maximum_ttl));
  to.minimum_ttl = static_cast<unsigned>(args.number_or("MINTTL", to.minimum_ttl));
  to.number = static_cast<unsigned>(args.number_or("NUMBER", to.number));
  to.port = static_cast<unsigned>(args.number_or("PORT", to.port));
  to.timeout_s = static_cast<unsigned>(args.number_or("TIMEOUT", to.timeout_s));
  to.tos = static_cast<unsigned>(args.number_or("TOS", to.tos));
  if (args.has("ADDRONLY")) to.addresses_only = args.boolean("ADDRONLY");
  if (args.has("SCREENOUTPUT")) to.screen_output = args.boolean("SCREENOUTPUT");
  if (args.has("SOURCE")) to.source = args.address("SOURCE");
  if (to.minimum_ttl > to.maximum_ttl) return messages::trace_hops();
  return std::nullopt;
}

Outcome trace(Engine& engine, Invocation& call) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  if (engine.trace.running()) return messages::trace_busy();
  TraceSettings settings = engine.trace.defaults;
  if (auto refused = read(engine, call.args, settings)) return *refused;
  if (settings.destination.unset()) return messages::ping_no_destination();
  if (!settings.source.unset() && !engine.is_own(settings.source)) return messages::source_not_own();
  engine.trace.start(settings, call.caller.terminal);
  return Outcome::screen();
}

}  // namespace

void add_trace_rows(Engine& engine, Rows& rows) {
  static const std::string syntax = "TRAce [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters);
  static const std::string set_syntax = "SET TRAce [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters);
  rows.push_back({syntax, Access::manager, "Shows the routers on the way to a host, in the background.",
                  [&engine](Invocation& call) { return trace(engine, call); }});
  rows.push_back(
      {set_syntax, Access::manager, "Sets what TRACE uses when a parameter is not given.", [&engine](Invocation& call) {
         TraceSettings settings = engine.trace.defaults;
         if (auto refused = read(engine, call.args, settings)) return *refused;
         engine.trace.defaults = settings;
         return messages::ping_set();
       }});
  rows.push_back({"STOP TRAce", Access::manager, "Ends the trace in progress.", [&engine](Invocation&) {
                    return engine.trace.stop() ? messages::ping_set() : messages::trace_idle();
                  }});
  rows.push_back({"SHow TRAce", Access::manager, "Displays the defaults, the present or last trace and its results.",
                  [&engine](Invocation& call) {
                    show_trace(engine.trace, call.screen);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
