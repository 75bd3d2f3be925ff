// Rows and handlers of policies: their life, switches and timeouts (reference/firewall.md 2.2).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

constexpr std::string_view switches =
    "[ACCounting] [DEBug={ALL|HTTP|LIMITRULE|PACKET|PKT|PROCESS|PROXY|SMTP}[,...]] [FRAgment={ICMP|OTHER|UDP}[,...]] "
    "[HTTPCookies] [ICMP_Forwarding={ALL|PARAmeter|PING|SOUrcequench|TIMEExceeded|TIMEStamp|UNREachable}[,...]] "
    "[IDENtproxy] "
    "[LOG={ALLOW|DENY|DENYDUMP|INAICMP|INALLOW|INAOTHER|INATCP|INAUDP|INDDICMP|INDDOTHER|INDDTCP|INDDUDP|INDDUMP|"
    "INDENY|INDICMP|INDOTHER|INDTCP|INDUDP|OUTAICMP|OUTALLOW|OUTAOTHER|OUTATCP|OUTAUDP|OUTDDICMP|OUTDDOTHER|"
    "OUTDDTCP|OUTDDUDP|OUTDDUMP|OUTDENY|OUTDICMP|OUTDOTHER|OUTDTCP|OUTDUDP}[,...]] "
    "[OPTions={ALL|ROUTER_ALERT|RECOrd_route|SECUrity|SOURceroute|SOURCEROUTING|TIMEStamp}[,...]] [PING] "
    "[SMTPRelay] [TCPSetupproxy]";

/// ENABLE and DISABLE differ in nothing but `on`.
void turn(PolicySettings& policy, const Args& args, bool on) {
  const auto flag = [&](std::string_view name, bool& place) {
    if (args.has(name)) place = on;
  };
  flag("ACCOUNTING", policy.accounting);
  flag("HTTPCOOKIES", policy.http_cookies);
  flag("IDENTPROXY", policy.ident_proxy);
  flag("PING", policy.ping);
  flag("SMTPRELAY", policy.smtp_relay);
  flag("TCPSETUPPROXY", policy.tcp_setup_proxy);
  if (args.has("DEBUG")) switch_debug(policy.debug, args.text("DEBUG"), on);
  if (args.has("FRAGMENT")) switch_fragment(policy, args.text("FRAGMENT"), on);
  if (args.has("ICMP_FORWARDING")) switch_icmp(policy.icmp, args.text("ICMP_FORWARDING"), on);
  if (args.has("OPTIONS")) switch_options(policy.options, args.text("OPTIONS"), on);
  if (args.has("LOG")) {
    const LogOptions named = log_options_of(args.text("LOG"));
    policy.log = on ? policy.log | named : policy.log & ~named;
  }
}

bool good_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

void FirewallModule::add_policy_rows(std::vector<CommandRow>& rows) {
  static const std::string enable_row = "ENAble FIREwall POLIcy=<name:1-15> " + std::string(switches);
  static const std::string disable_row = "DISable FIREwall POLIcy=<name:1-15> " + std::string(switches);
  const auto turned = [this](bool on) {
    return [this, on](Invocation& invocation) {
      Policy* const policy = state_.policies.find(invocation.args.text("POLICY"));
      if (policy == nullptr) return say(texts::policy_not_found);
      turn(*policy, invocation.args, on);
      if (on && invocation.args.has("DEBUG")) policy->debug_terminal = invocation.caller.terminal;
      return say(texts::done);
    };
  };
  constexpr std::string_view gaps = "HTTP and SMTP proxies are missing: their switches are kept and shown.";
  rows.push_back({"CREate FIREwall POLIcy=<name:1-15>", Access::security, "Creates a firewall policy.",
                  [this](Invocation& invocation) { return create_policy(invocation.args); }});
  rows.push_back({"DEStroy FIREwall POLIcy=<name:1-15>", Access::security, "Destroys a policy with all it holds.",
                  [this](Invocation& invocation) {
                    Policy* const policy = state_.policies.find(invocation.args.text("POLICY"));
                    return policy == nullptr ? say(texts::policy_not_found) : destroy_policy(*policy);
                  }});
  rows.push_back(
      {enable_row, Access::security, "Turns on what a firewall policy may do.", turned(true), Coverage::partial, gaps});
  rows.push_back({disable_row, Access::security, "Turns off what a firewall policy may do.", turned(false),
                  Coverage::partial, gaps});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> [FTPDataport={ANY|RFC}] [MACCachetimeout=<0-43200>] "
       "[OTHertimeout=<0-43200>] [TCPTimeout=<0-43200>] [UDPTimeout=<0-43200>] [ESPTimeout=<0-43200>] "
       "[UPNP={DISABLED|ENABLED}]",
       Access::security, "Sets the timeouts of a firewall policy.",
       with_policy([this](Policy& policy, const Args& args) { return set_policy(policy, args); }), Coverage::partial,
       "No UPnP: UPNP is kept and shown."});
  rows.push_back(
      {"ADD FIREwall POLIcy=<name:1-15> UDPPorttimeout=<name:1-80> TIMEout=<0-43200>", Access::security,
       "Sets the timeout of UDP sessions to some remote ports.",
       with_policy([this](Policy& policy, const Args& args) { return add_udp_port_timeout(policy, args, false); })});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> UDPPorttimeout=<name:1-80> TIMEout=<0-43200>", Access::security,
       "Changes the timeout of UDP sessions to some remote ports.",
       with_policy([this](Policy& policy, const Args& args) { return add_udp_port_timeout(policy, args, true); })});
  rows.push_back(
      {"DELete FIREwall POLIcy=<name:1-15> UDPPorttimeout=<name:1-80>", Access::security,
       "Deletes the timeout of UDP sessions to some remote ports.",
       with_policy([this](Policy& policy, const Args& args) { return delete_udp_port_timeout(policy, args); })});
}

Outcome FirewallModule::create_policy(const Args& args) {
  const std::string& name = args.text("POLICY");
  if (!good_name(name)) return say(texts::name_bad, name);
  if (state_.policies.find(name) != nullptr) return say(texts::policy_exists);
  if (state_.policies.all.size() >= limits::firewall_policies) return say(texts::policies_full);
  state_.policies.all.emplace(to_lower(name), std::make_unique<Policy>(name));
  return say(texts::done);
}

Outcome FirewallModule::destroy_policy(Policy& policy) {
  state_.sessions.remove_if([&policy](const Session& session) { return session.policy == &policy; });
  events_.forget(policy);
  state_.policies.all.erase(to_lower(policy.name));
  follow();
  return say(texts::done);
}

Outcome FirewallModule::set_policy(Policy& policy, const Args& args) {
  const auto minutes = [&args](std::string_view name, unsigned& place) {
    place = static_cast<unsigned>(args.number_or(name, place));
  };
  minutes("MACCACHETIMEOUT", policy.mac_cache_timeout_min);
  minutes("OTHERTIMEOUT", policy.other_timeout_min);
  minutes("TCPTIMEOUT", policy.tcp_timeout_min);
  minutes("UDPTIMEOUT", policy.udp_timeout_min);
  if (args.has("ESPTIMEOUT")) policy.esp_timeout_min = static_cast<unsigned>(args.number("ESPTIMEOUT"));
  if (args.has("FTPDATAPORT")) policy.ftp_data_any = args.choice("FTPDATAPORT") == "ANY";
  if (args.has("UPNP")) policy.upnp = args.choice("UPNP") == "ENABLED";
  return say(texts::done);
}

namespace {

/// "53,500-510,SNMP": single ports; nullopt when a part is no port.
std::optional<std::set<std::uint16_t>> ports_of(std::string_view text) {
  std::set<std::uint16_t> ports;
  for (const std::string_view part : split(text, ',')) {
    std::optional<PortRange> range;
    if (!read_ports(part, range) || !range) return std::nullopt;
    for (unsigned port = range->first; port <= range->last; ++port) ports.insert(static_cast<std::uint16_t>(port));
  }
  return ports;
}

}  // namespace

Outcome FirewallModule::add_udp_port_timeout(Policy& policy, const Args& args, bool change) {
  const auto ports = ports_of(args.text("UDPPORTTIMEOUT"));
  if (!ports) return say(texts::parameter_invalid, "UDPPORTTIMEOUT");
  for (const std::uint16_t port : *ports) {
    if (policy.udp_port_timeout_min.contains(port) != change) {
      return say(change ? texts::entry_not_found : texts::entry_exists);
    }
  }
  for (const std::uint16_t port : *ports) {
    policy.udp_port_timeout_min[port] = static_cast<unsigned>(args.number("TIMEOUT"));
  }
  return say(texts::done);
}

Outcome FirewallModule::delete_udp_port_timeout(Policy& policy, const Args& args) {
  const auto ports = ports_of(args.text("UDPPORTTIMEOUT"));
  if (!ports) return say(texts::parameter_invalid, "UDPPORTTIMEOUT");
  const bool all_there = std::all_of(ports->begin(), ports->end(), [&policy](std::uint16_t port) {
    return policy.udp_port_timeout_min.contains(port);
  });
  if (!all_there) return say(texts::entry_not_found);
  for (const std::uint16_t port : *ports) policy.udp_port_timeout_min.erase(port);
  return say(texts::done);
}

}  // namespace arrouter::firewall
