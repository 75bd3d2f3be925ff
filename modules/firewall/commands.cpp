// Rows and handlers of the firewall as a whole.
#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"

namespace arrouter::firewall {

void FirewallModule::add_module_rows(std::vector<CommandRow>& rows) {
  const auto run = [](auto handler) { return [handler](Invocation& invocation) { return handler(invocation.args); }; };
  rows.push_back({"ENAble FIREwall", Access::security, "Enables the firewall.",
                  run([this](const Args&) { return enable(true); })});
  rows.push_back({"DISable FIREwall", Access::security, "Disables the firewall and ends all sessions.",
                  run([this](const Args&) { return enable(false); })});
  rows.push_back({"SET FIREwall MAXFragments=<8-50>", Access::security,
                  "Sets how many fragments a packet may have come in.", run([this](const Args& args) {
                    state_.max_fragments = static_cast<unsigned>(args.number("MAXFRAGMENTS"));
                    return say(texts::done);
                  })});
  rows.push_back({"DELete FIREwall SESSion={ALL|<name:1-8>}", Access::security, "Ends a firewall session, or all.",
                  run([this](const Args& args) { return delete_session(args); })});
  rows.push_back({"ENAble FIREwall SESSIONreport", Access::security, "Reports the sessions of each host to SNMP.",
                  run([this](const Args&) { return set_session_report(true); })});
  rows.push_back({"DISable FIREwall SESSIONreport", Access::security, "Reports no sessions of hosts to SNMP.",
                  run([this](const Args&) { return set_session_report(false); })});
  rows.push_back({"LAB SET FIREwall MAXSessions=<1-1114112>", Access::manager,
                  "Sets how many sessions the firewall may hold; running ones end.",
                  run([this](const Args& args) { return set_session_limit(args); })});
  rows.push_back({"SHow FIREwall", Access::manager, "Displays the firewall and its policies.",
                  shown(&FirewallModule::show_firewall)});
  rows.push_back(
      {"SHow FIREwall POLIcy[=<name:1-15>] [COUnter] [SUmmary] [ATTack] [DYNAmic[=<name:1-15>]] [LIst[=<name:1-15>]] "
       "[UDPPorttimeout] [USEr[=<name:1-64>]]",
       Access::manager, "Displays firewall policies.", shown(&FirewallModule::show_policies)});
  rows.push_back(
      {"SHow FIREwall SESSion[=<name:1-8>] [POLIcy=<name:1-15>] [COUnter] [IP=<ipv4-range>] "
       "[REMoteip=<ipv4-range>] [GBLIp=<ipv4-range>] [POrt=<name:1-24>] "
       "[PROTocol={ALL|EGP|ESP|GRE|ICmp|OSPF|TCP|UDP|<0-255>}] [SUmmary]",
       Access::manager, "Displays firewall sessions.", shown(&FirewallModule::show_sessions)});
  rows.push_back({"SHow FIREwall EVent[={ALLOw|DENY|NOTIfy}] [POLIcy=<name:1-15>] [REVerse=<1-10000>] [TAil=<1-10000>]",
                  Access::manager, "Displays firewall events.", shown(&FirewallModule::show_events)});
  rows.push_back({"SHow FIREwall ACcounting [POLIcy=<name:1-15>] [REVerse=<1-10000>] [TAil=<1-10000>]", Access::manager,
                  "Displays the accounting records of the firewall.", shown(&FirewallModule::show_accounting)});
  rows.push_back({"SHow FIREwall ARp [POLIcy=<name:1-15>]", Access::manager,
                  "Displays the addresses the firewall answers ARP for.", shown(&FirewallModule::show_arp)});
}

Outcome FirewallModule::enable(bool on) {
  if (state_.enabled == on) return say(on ? texts::already_enabled : texts::already_disabled);
  state_.enabled = on;
  if (!on) {
    state_.sessions.remove_if([](const Session&) { return true; });
    for (const auto& [key, policy] : state_.policies.all) events_.forget(*policy);
  }
  follow();
  return say(on ? texts::enabled : texts::disabled);
}

Outcome FirewallModule::set_session_report(bool on) {
  state_.session_report = on;
  return say(texts::done);
}

Outcome FirewallModule::delete_session(const Args& args) {
  const bool all = args.holds<Choice>("SESSION");
  const auto id = all ? std::nullopt : session_id_of(args.text("SESSION"));
  const auto ended = state_.sessions.remove_if([&](const Session& session) { return all || session.id == id; });
  return say(all || ended != 0 ? texts::done : texts::session_not_found);
}

Outcome FirewallModule::set_session_limit(const Args& args) {
  state_.sessions.set_limit(args.number("MAXSESSIONS"));
  return say(texts::done);
}

}  // namespace arrouter::firewall
