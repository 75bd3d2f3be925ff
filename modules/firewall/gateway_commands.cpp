// Rows, handlers and the screen of the SIP gateway (reference/firewall.md 2.1) and of application rules (2.4).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"
#include "netdev/wire/ipv4.h"
#include "os/base/limits.h"

namespace arrouter::firewall {
namespace {

constexpr int value_column = 30;

std::string_view on_off(bool on) { return on ? "on" : "off"; }

/// NO, FALSE and OFF mean the same, and so do YES, TRUE and ON (reference/firewall.md 2.1).
SipSettings::Servers servers_of(std::string_view word) {
  if (word == "OUTONLY") return SipSettings::Servers::out_only;
  return word == "YES" || word == "TRUE" || word == "ON" ? SipSettings::Servers::yes : SipSettings::Servers::no;
}

}  // namespace

std::string_view text_of(SipSettings::Servers servers) {
  constexpr std::string_view words[] = {"no", "outonly", "yes"};
  return words[static_cast<std::size_t>(servers)];
}

void FirewallModule::add_gateway_rows(std::vector<CommandRow>& rows) {
  const auto turn = [this](bool on) {
    return [this, on](Invocation&) {
      state_.sip.enabled = on;
      return say(texts::done);
    };
  };
  rows.push_back({"ENAble FIREwall SIPAlg", Access::security,
                  "Translates SIP messages of new sessions and lets their media in.", turn(true)});
  rows.push_back(
      {"DISable FIREwall SIPAlg", Access::security, "Leaves SIP messages of new sessions alone.", turn(false)});
  rows.push_back(
      {"SET FIREwall SIPAlg [MODe={AUTOmatic|STANdard}] [MAXautoclients=<1-10000>] [CALlidtranslation={OFF|ON}] "
       "[MULTIservers={OUTOnly|NO|YES|FALSE|TRUE|OFF|ON}]",
       Access::security, "Sets how SIP messages are translated.",
       [this](Invocation& invocation) { return set_sip(invocation.args); }});
  rows.push_back({"SHow FIREwall SIPAlg [IP=<ipv4>] [AUTOclients] [COUnter] [SUMmary]", Access::manager,
                  "Displays the SIP gateway.", shown(&FirewallModule::show_sip)});
  rows.push_back({"RESet FIREwall SIPAlg [AUTOclients]", Access::security,
                  "Ends the SIP sessions and clears their counters, or forgets who has registered.",
                  [this](Invocation& invocation) {
                    if (invocation.args.has("AUTOCLIENTS")) {
                      state_.sip_clients.clear();
                      return say(texts::done);
                    }
                    state_.sessions.remove_if([](const Session& session) {
                      return session.gateway != 0 && session.private_key.protocol == wire::protocol::udp;
                    });
                    state_.sip.messages = state_.sip.translated = 0;
                    return say(texts::done);
                  }});
  rows.push_back(
      {"ADD FIREwall POLIcy=<name:1-15> APPRule=<1-299> ACtion={ALLOw|DENY} "
       "INTerface={<interface>|<name:5-19>} APPlication={FTP} [COMMand={GET|PUT}] [POrt=<1-65535>]",
       Access::security, "Adds a rule about what FTP sessions may do.",
       with_policy([this](Policy& policy, const Args& args) { return change_app_rule(policy, args, true); })});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> APPRule=<1-299> [ACtion={ALLOw|DENY}] "
       "[INTerface={<interface>|<name:5-19>}] [APPlication={FTP}] [COMMand={GET|PUT}] [POrt=<1-65535>]",
       Access::security, "Changes an application rule.",
       with_policy([this](Policy& policy, const Args& args) { return change_app_rule(policy, args, false); })});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> APPRule=<1-299>", Access::security,
                  "Deletes an application rule.", with_policy([](Policy& policy, const Args& args) {
                    const auto number = static_cast<std::uint32_t>(args.number("APPRULE"));
                    return say(policy.app_rules.erase(number) == 0 ? texts::rule_not_found : texts::done);
                  })});
}

Outcome FirewallModule::set_sip(const Args& args) {
  SipSettings& sip = state_.sip;
  if (args.has("MODE")) sip.automatic = args.choice("MODE") == "AUTOMATIC";
  sip.most_clients = static_cast<unsigned>(args.number_or("MAXAUTOCLIENTS", sip.most_clients));
  if (args.has("CALLIDTRANSLATION")) sip.translate_call_id = args.choice("CALLIDTRANSLATION") == "ON";
  if (args.has("MULTISERVERS")) sip.servers = servers_of(args.choice("MULTISERVERS"));
  return say(texts::done);
}

Outcome FirewallModule::show_sip(Invocation& invocation) {
  Screen& screen = invocation.screen;
  const Args& args = invocation.args;
  const SipSettings& sip = state_.sip;
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(2, value_column, label, std::move(value));
  };
  screen.line("SIP ALG");
  screen.line();
  field("Status", sip.enabled ? "enabled" : "disabled");
  if (args.has("AUTOCLIENTS")) {
    show_sip_clients(screen, args);
    return Outcome::screen();
  }
  if (args.has("COUNTER")) {
    field("Messages", sip.messages);
    field("Messages Translated", sip.translated);
    return Outcome::screen();
  }
  field("Mode", sip.automatic ? "automatic" : "standard");
  field("Maximum Auto Clients", sip.most_clients);
  field("Call-ID Translation", on_off(sip.translate_call_id));
  field("Multiple Servers", text_of(sip.servers));
  if (args.has("SUMMARY")) return Outcome::screen();
  screen.line();
  screen.table("sessions", {{"Client", 24}, {"Gbl IP", 24}, {"Server", 24}});
  screen.rule();
  state_.sessions.each([&](const Session& session) {
    const std::uint8_t number = session.private_key.protocol;
    if (session.gateway == 0 || number != wire::protocol::udp) return;
    if (args.has("IP") && session.private_key.source.address != args.address("IP")) return;
    screen.row({endpoint_text(session.private_key.source, number), endpoint_text(session.public_key.source, number),
                endpoint_text(session.public_key.destination, number)});
  });
  screen.rule();
  return Outcome::screen();
}

void FirewallModule::show_sip_clients(Screen& screen, const Args& args) {
  screen.line();
  screen.table("clients", {{"Client", 24}, {"Gbl IP", 24}, {"Registrar", 18}, {"Expires (s)", 0}});
  screen.rule();
  for (const auto& [inside, client] : state_.sip_clients.all()) {
    if (args.has("IP") && inside.address != args.address("IP")) continue;
    const auto left = std::chrono::ceil<std::chrono::seconds>(client.expires - state_.now());
    screen.row({endpoint_text(inside, wire::protocol::udp), endpoint_text(client.outside, wire::protocol::udp),
                to_string(client.registrar), left.count()});
  }
  screen.rule();
}

Outcome FirewallModule::change_app_rule(Policy& policy, const Args& args, bool add) {
  const auto number = static_cast<std::uint32_t>(args.number("APPRULE"));
  const auto held = policy.app_rules.find(number);
  if (add && held != policy.app_rules.end()) return say(texts::entry_exists);
  if (!add && held == policy.app_rules.end()) return say(texts::rule_not_found);
  AppRule rule = add ? AppRule() : held->second;
  if (args.has("ACTION")) rule.action = action_of(args.choice("ACTION"));
  if (args.has("INTERFACE")) {
    const auto name = interface_name(args.text("INTERFACE"));
    if (!name || policy.find(*name) == nullptr) return say(texts::interface_not_in_policy, args.text("INTERFACE"));
    rule.interface = *name;
  }
  if (args.has("COMMAND")) {
    rule.transfer = args.choice("COMMAND") == "GET" ? ftp::Transfer::get : ftp::Transfer::put;
  }
  rule.port = static_cast<std::uint16_t>(args.number_or("PORT", rule.port));
  policy.app_rules.insert_or_assign(number, std::move(rule));
  return say(texts::done);
}

}  // namespace arrouter::firewall
