// TRACE, SET TRACE, STOP TRACE, SHOW TRACE.
#include "modules/ip/probe_commands.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view parameters =
    "[ADDROnly=<bool>] [MAXTtl=<1-255>] [MINTtl=<1-255>] [NUMber=<1-100>] [POrt=<1-65535>] [SCReenoutput=<bool>] "
    "[SOurce=<ipv4>] [TIMEout=<1-60>] [TOS=<0-255>]";

std::optional<Outcome> read(const Args& args, TraceSettings& to) {
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

}  // namespace

void add_trace_rows(Engine& engine, Rows& rows) {
  static const ProbeCommands<Trace> commands = {
      .run = "TRAce [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters),
      .set = "SET TRAce [[IPADDress=]{<ipv4>|<text:1-60>}] " + std::string(parameters),
      .stop = "STOP TRAce",
      .show = "SHow TRAce",
      .run_summary = "Shows the routers on the way to a host, in the background.",
      .set_summary = "Sets what TRACE uses when a parameter is not given.",
      .stop_summary = "Ends the trace in progress.",
      .show_summary = "Displays the defaults, the present or last trace and its results.",
      .tool = &Engine::trace,
      .read = read,
      .busy = messages::trace_busy,
      .idle = messages::trace_idle,
      .print = show_trace,
  };
  add_probe_rows(engine, rows, commands);
}

}  // namespace arrouter::ip
