// ENABLE, DISABLE, RESET, PURGE, SHOW IP, the switches, counters and UDP ports.
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

Outcome enable(Engine& engine) {
  if (engine.state.switches.enabled) return messages::ip_already_enabled();
  engine.set_enabled(true);
  return messages::ip_enabled();
}

Outcome disable(Engine& engine) {
  if (!engine.state.switches.enabled) return messages::ip_already_disabled();
  engine.set_enabled(false);
  return messages::ip_disabled();
}

/// One ENABLE and one DISABLE row of a switch.
struct SwitchRows {
  std::string_view enable, disable, enabled_summary, disabled_summary;
  bool Switches::*flag;
  std::string_view no_effect = {};
};

constexpr SwitchRows switch_rows[] = {
    {"ENAble IP FORwarding", "DISable IP FORwarding", "Forwards packets between interfaces.",
     "Makes the router a host that forwards nothing.", &Switches::forwarding},
    {"ENAble IP ECHoreply", "DISable IP ECHoreply", "Answers ICMP echo requests.", "Ignores ICMP echo requests.",
     &Switches::echo_reply},
    {"ENAble IP FOFilter", "DISable IP FOFilter", "Drops TCP fragments that begin at offset 8.",
     "Passes TCP fragments that begin at offset 8.", &Switches::fragment_offset_filter},
    {"ENAble IP SRCRoute", "DISable IP SRCRoute", "Passes source-routed packets.", "Drops source-routed packets.",
     &Switches::source_route},
    {"ENAble IP SPOofcheck", "DISable IP SPOofcheck", "Drops packets that arrive with an address of this router.",
     "Lets packets with an address of this router in.", &Switches::spoof_check},
    {"ENAble IP MACdisparity", "DISable IP MACdisparity", "Accepts group MAC addresses for single hosts.",
     "Refuses group MAC addresses for single hosts.", &Switches::mac_disparity},
    {"ENAble IP ARP LOG", "DISable IP ARP LOG", "Logs learnt and lost MAC addresses.", "Stops logging MAC addresses.",
     &Switches::arp_log},
    {"ENAble IP ARP AGEPoll", "DISable IP ARP AGEPoll", "Asks a host once more before its ARP entry ages out.",
     "Lets ARP entries age out without asking.", &Switches::arp_age_poll},
    {"ENAble IP ROUte CACHE", "DISable IP ROUte CACHE", "Keeps routes found in the route cache.",
     "Looks every packet's route up in the table.", &Switches::route_cache},
    {"ENAble IP ROUte COUNT", "DISable IP ROUte COUNT", "Counts the packets of each route.",
     "Stops counting the packets of each route.", &Switches::route_count},
    {"ENAble IP ROUte MULTIpath", "DISable IP ROUte MULTIpath", "Shares flows between routes of equal cost.",
     "Uses the first of several routes of equal cost.", &Switches::multipath},
    {"ENAble IP REMoteassign", "DISable IP REMoteassign", "Allows addresses assigned from outside.",
     "Refuses addresses assigned from outside.", &Switches::remote_assign,
     "Kept and shown; no link of this router assigns addresses."},
    {"ENAble IP DEBug", "DISable IP DEBug", "Keeps the packets dropped last for SHOW IP DEBUG.",
     "Stops keeping dropped packets.", &Switches::debug},
    {"ENAble IP ADVertise", "DISable IP ADVertise", "Sends router advertisements.",
     "Stops sending router advertisements.", &Switches::advertise,
     "Kept; no ICMP router advertisement (RFC 1256) is sent."},
};

Outcome set_switch(Engine& engine, bool Switches::*flag, bool on) {
  engine.state.switches.*flag = on;
  engine.state.routes.invalidate_caches();
  return messages::done();
}

Outcome set_icmp_reply(Engine& engine, const Args& args, bool on) {
  Switches& switches = engine.state.switches;
  const std::string which = args.has_value("ICMPREPLY") ? args.choice("ICMPREPLY") : "ALL";
  if (which == "ALL" || which == "NETUNREACH") switches.net_unreachable = on;
  if (which == "ALL" || which == "HOSTUNREACH") switches.host_unreachable = on;
  if (which == "ALL" || which == "REDIRECT") switches.redirect = on;
  return messages::done();
}

Outcome reset_counters(Engine& engine, const Args& args) {
  const std::string which = args.choice("COUNTER");
  const bool all = which == "ALL";
  if (all || which == "IP") engine.state.ip = {};
  if (all || which == "ICMP") engine.state.icmp = {};
  if (all || which == "UDP") engine.state.udp = {};
  if (all || which == "SNMP") engine.state.snmp = {};
  if (all || which == "ARP") engine.path.arp().counters = {};
  if (all || which == "ROUTE") engine.state.cache_hits = engine.state.cache_misses = 0;
  if (all || which == "INTERFACE") {
    for (const auto& interface : engine.state.interfaces.all()) interface->counters = {};
  }
  return messages::done();
}

void add_switch_rows(Engine& engine, Rows& rows) {
  for (const SwitchRows& of : switch_rows) {
    const Coverage coverage = of.no_effect.empty() ? Coverage::full : Coverage::no_effect;
    rows.push_back({of.enable, Access::manager, of.enabled_summary,
                    [&engine, flag = of.flag](Invocation&) { return set_switch(engine, flag, true); }, coverage,
                    of.no_effect});
    rows.push_back({of.disable, Access::manager, of.disabled_summary,
                    [&engine, flag = of.flag](Invocation&) { return set_switch(engine, flag, false); }, coverage,
                    of.no_effect});
  }
}

}  // namespace

void add_module_rows(Engine& engine, Rows& rows) {
  rows.push_back(
      {"ENAble IP", Access::manager, "Starts the IP module.", [&engine](Invocation&) { return enable(engine); }});
  rows.push_back({"DISable IP", Access::manager, "Stops the IP module; its configuration stays.",
                  [&engine](Invocation&) { return disable(engine); }});
  rows.push_back(
      {"RESET IP", Access::manager, "Forgets what was learnt and zeroes the counters.", [&engine](Invocation&) {
         engine.reset();
         return messages::done();
       }});
  rows.push_back(
      {"PURge IP", Access::manager, "Destroys the IP configuration and stops the module.", [&engine](Invocation&) {
         engine.purge();
         return messages::done();
       }});
  rows.push_back({"SHow IP", Access::manager, "Displays the IP module's state.", [&engine](Invocation& call) {
                    show_module(engine, call.screen);
                    return Outcome::screen();
                  }});
  add_switch_rows(engine, rows);
  rows.push_back({"ENAble IP ICmpreply[={ALL|NETunreach|HOSTunreach|REDirect}]", Access::manager,
                  "Sends these ICMP messages.",
                  [&engine](Invocation& call) { return set_icmp_reply(engine, call.args, true); }});
  rows.push_back({"DISable IP ICmpreply[={ALL|NETunreach|HOSTunreach|REDirect}]", Access::manager,
                  "Stops sending these ICMP messages.",
                  [&engine](Invocation& call) { return set_icmp_reply(engine, call.args, false); }});
  rows.push_back({"SHow IP DEBug", Access::manager, "Displays the packets dropped last.", [&engine](Invocation& call) {
                    show_bad_packets(engine, call.screen);
                    return Outcome::screen();
                  }});
  rows.push_back({"SHow IP COUnter[={ALL|ARP|ICmp|INTerface|IP|MULticast|ROUte|SNmp|UDp}]", Access::manager,
                  "Displays the counters of IP.",
                  [&engine](Invocation& call) {
                    const bool one = call.args.has_value("COUNTER");
                    show_counters(engine, call.screen, one ? call.args.choice("COUNTER") : "ALL");
                    return Outcome::screen();
                  },
                  Coverage::partial, "There is no multicast routing; its counters stay zero."});
  rows.push_back({"RESET IP COUnter={ALL|ARP|ICmp|INTerface|IP|MULticast|ROUte|SNmp|UDp}", Access::manager,
                  "Sets counters of IP to zero.",
                  [&engine](Invocation& call) { return reset_counters(engine, call.args); }});
  rows.push_back(
      {"SHow IP UDP", Access::manager, "Displays the UDP ports somebody listens on.", [&engine](Invocation& call) {
         show_udp(engine, call.screen);
         return Outcome::screen();
       }});
}

}  // namespace arrouter::ip
