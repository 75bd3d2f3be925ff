// SHOW FIREWALL, its policies and their parts (reference/firewall.md 4.1-4.3, 4.8).
#include <algorithm>

#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"
#include "modules/firewall/track.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

constexpr int module_column = 30, policy_column = 38;

std::string_view on_off(bool on) { return on ? "enabled" : "disabled"; }

void show_rule(Screen& screen, const Rule& rule) {
  const auto scope = screen.item("rules");
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(6, policy_column, label, std::move(value));
  };
  screen.line();
  screen.field(4, policy_column, "Rule", rule.number);
  field("Action", text_of(rule.action));
  if (rule.action == Action::nat) field("NAT Type", text_of(rule.nat_type));
  if (!rule.nat_mask.unset()) field("NAT Mask", to_string(rule.nat_mask));
  if (rule.ip) field("IP", range_text(*rule.ip));
  if (rule.remote_ip) field("Remote IP", range_text(*rule.remote_ip));
  field("Protocol", rule.protocol ? protocol_text(*rule.protocol) : std::string("all"));
  if (rule.port) field("Port", port_text(rule.port));
  if (rule.source_port) field("Source Port", port_text(rule.source_port));
  if (rule.global_ip) field("Global IP", to_string(*rule.global_ip));
  if (rule.global_port) field("Global Port", port_text(rule.global_port));
  if (rule.global_remote_ip) field("Global Remote IP", range_text(*rule.global_remote_ip));
  if (rule.encapsulation) field("Encapsulation", *rule.encapsulation == Encapsulation::ipsec ? "IPSEC" : "none");
  if (!rule.list.empty()) field("List", rule.list);
  if (rule.after_min) field("After", time_text(*rule.after_min));
  if (rule.before_min) field("Before", time_text(*rule.before_min));
  if (rule.ttl_min) field("TTL", time_text(*rule.ttl_min));
  field("Days", days_text(rule.days));
  field("Number of Hits", rule.hits);
}

void show_relation(Screen& screen, const NatRelation& relation, Ipv4Address interface_address) {
  const auto scope = screen.item("nat");
  const bool own = !relation.global || relation.global->first.unset();
  screen.field(4, policy_column, "NAT", text_of(relation.kind));
  screen.field(6, policy_column, "Private Interface", relation.private_interface);
  if (relation.ip) screen.field(6, policy_column, "IP", to_string(*relation.ip));
  screen.field(6, policy_column, "Global IP", own ? to_string(interface_address) : range_text(*relation.global));
}

void show_interface_heading(Screen& screen, const PolicyInterface& interface) {
  const bool outside = interface.side == Side::public_side;
  screen.line();
  screen.line(fmt::format("  {} Interface : {}", outside ? "Public" : "Private", interface.name));
  screen.set("interface", interface.name);
  screen.set("type", text_of(interface.side));
}

void show_interface(Screen& screen, const State& state, const Policy& policy, const PolicyInterface& interface,
                    bool rules) {
  const auto scope = screen.item("interfaces");
  show_interface_heading(screen, interface);
  if (interface.side == Side::public_side) {
    screen.field(4, policy_column, "Method", text_of(interface.method));
  } else {
    screen.field(4, policy_column, "Trust Private", interface.trust_private ? "yes" : "no");
  }
  const auto info = state.ip.interface(interface.name);
  for (const NatRelation& relation : policy.nat) {
    if (relation.public_interface == interface.name) {
      show_relation(screen, relation, info ? info->address : Ipv4Address());
    }
  }
  if (!rules) return;
  for (const auto& [number, rule] : policy.rules) {
    if (rule.interface == interface.name) show_rule(screen, rule);
  }
}

/// Private interfaces go before public ones.
template <class Visit>
void each_interface(const Policy& policy, Visit visit) {
  for (const Side side : {Side::private_side, Side::public_side}) {
    for (const auto& interface : policy.interfaces) {
      if (interface->side == side) visit(*interface);
    }
  }
}

void show_policy(Screen& screen, const State& state, const Policy& policy) {
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(2, policy_column, label, std::move(value));
  };
  field("TCP Timeout (s)", timeout_of(policy.tcp_timeout_min).count());
  field("UDP Timeout (s)", timeout_of(policy.udp_timeout_min).count());
  field("Other Timeout (s)", timeout_of(policy.other_timeout_min).count());
  if (policy.esp_timeout_min) field("ESP Timeout (s)", timeout_of(*policy.esp_timeout_min).count());
  field("TCP Handshake Timeout Mode", hurried(policy, state.sessions) ? "Fast" : "Normal");
  field("MAC Cache Timeout (m)", policy.mac_cache_timeout_min);
  field("RADIUS Limit", AskedHosts::most_under_way);
  field("Accounting", on_off(policy.accounting));
  field("Enabled Logging Options", log_text(policy.log, " "));
  field("Enabled Debug Options", debug_text(policy.debug, " "));
  field("Enhanced Fragment Handling", fragment_text(policy, " "));
  field("Identification Protocol Proxy", on_off(policy.ident_proxy));
  field("Enabled IP options", options_text(policy.options, " "));
  field("Enabled ICMP forwarding", icmp_text(policy.icmp, " "));
  field("Receive of ICMP PINGS", on_off(policy.ping));
  field("Number of Notifications", policy.events.notified);
  field("Number of Deny Events", policy.events.denied);
  field("Number of Allow Events", policy.events.allowed);
  field("Number of Active TCP Opens", policy.opening);
  field("Number of Active Sessions", policy.sessions);
  field("Cache Hits", policy.cache_hits);
  field("Discarded ICMP Packets", policy.discarded_icmp);
  field("SMTP Domain", policy.smtp_domain.empty() ? std::string("not set") : policy.smtp_domain);
  field("FTP Data Port", policy.ftp_data_any ? "any" : "RFC enforced");
  field("TCP Setup Proxy", on_off(policy.tcp_setup_proxy));
  field("UPnP", on_off(policy.upnp));
  field("Limit Rules", policy.limits.size());
  each_interface(policy,
                 [&](const PolicyInterface& interface) { show_interface(screen, state, policy, interface, true); });
}

void show_summary(Screen& screen, const State& state, const Policy& policy) {
  each_interface(policy,
                 [&](const PolicyInterface& interface) { show_interface(screen, state, policy, interface, false); });
}

void show_counters(Screen& screen, const Policy& policy) {
  each_interface(policy, [&screen](const PolicyInterface& interface) {
    const auto scope = screen.item("interfaces");
    show_interface_heading(screen, interface);
#define INTERFACE_COUNTER(id, label) screen.field(4, policy_column, label, interface.counters.id);
#include "modules/firewall/texts.def"
  });
}

void show_port_timeouts(Screen& screen, const Policy& policy) {
  screen.line();
  screen.table("udpPortTimeouts", {{"  UDP Port", -10}, {"Timeout (m)", -13}});
  for (const auto& [port, minutes] : policy.udp_port_timeout_min) screen.row({port, minutes});
}

void show_lists(Screen& screen, const Policy& policy, const Args& args) {
  const std::string only = to_lower(args.has_value("LIST") ? args.text("LIST") : std::string());
  for (const auto& [name, list] : policy.lists) {
    if (!only.empty() && name != only) continue;
    const auto scope = screen.item("lists");
    screen.line();
    screen.field(2, policy_column, "List", name);
    screen.field(4, policy_column, "File", list.file);
    screen.field(4, policy_column, "Type", list.type == AccessList::Type::ip ? "IP" : "address");
    for (const Ipv4Range& range : list.ranges) screen.field(4, policy_column, "Entry", range_text(range));
    for (const MacAddress& mac : list.macs) screen.field(4, policy_column, "Entry", to_string(mac));
  }
}

void show_templates(Screen& screen, const Policy& policy, const Args& args) {
  const std::string only = to_lower(args.has_value("DYNAMIC") ? args.text("DYNAMIC") : std::string());
  for (const auto& [name, dynamic] : policy.templates) {
    if (!only.empty() && name != only) continue;
    const auto scope = screen.item("dynamic");
    screen.line();
    screen.field(2, policy_column, "Dynamic Template", name);
    for (const std::string& file : dynamic.files) screen.field(4, policy_column, "File", file);
    for (const std::string& user : dynamic.users) screen.field(4, policy_column, "User", user);
  }
}

}  // namespace

Outcome for_policies(const State& state, Invocation& invocation, const std::function<void(Policy&)>& show) {
  Policy* only = nullptr;
  if (invocation.args.has_value("POLICY")) {
    only = state.policies.find(invocation.args.text("POLICY"));
    if (only == nullptr) return say(texts::policy_not_found);
  }
  bool first = true;
  for (const auto& [key, policy] : state.policies.all) {
    if (only != nullptr && policy.get() != only) continue;
    if (!first) invocation.screen.line();
    first = false;
    const auto scope = invocation.screen.item("policies");
    invocation.screen.set("policy", policy->name);
    show(*policy);
  }
  return Outcome::screen();
}

Outcome FirewallModule::show_firewall(Invocation& invocation) {
  Screen& screen = invocation.screen;
  screen.line("Firewall Configuration");
  screen.line();
  screen.field(2, module_column, "Status", on_off(state_.enabled));
  const NotifySettings& notify = events_.notifier.settings;
  screen.field(2, module_column, "Enabled Notify Options", notify_text(notify, " "));
  screen.field(2, module_column, "Notify Port", notify.asyn);
  screen.field(2, module_column, "Notify Mail To", notify.mail_to);
  screen.field(2, module_column, "Maximum Packet Fragments", state_.max_fragments);
  screen.line("  Sessions:");
  {
    const auto scope = screen.object("sessions");
    screen.field(4, module_column, "Maximum", state_.sessions.limit());
    screen.field(4, module_column, "Peak", state_.sessions.peak());
    screen.field(4, module_column, "Active", state_.sessions.size());
  }
  screen.line();
  screen.field(2, module_column, "SIP ALG", on_off(state_.sip.enabled));
  if (!state_.policies.all.empty()) screen.line();
  return for_policies(state_, invocation, [&](Policy& policy) {
    screen.line("Policy : " + policy.name);
    show_summary(screen, state_, policy);
  });
}

Outcome FirewallModule::show_policies(Invocation& invocation) {
  Screen& screen = invocation.screen;
  const Args& args = invocation.args;
  return for_policies(state_, invocation, [&](Policy& policy) {
    screen.line("Policy : " + policy.name);
    if (args.has("COUNTER")) return show_counters(screen, policy);
    if (args.has("ATTACK")) return show_attacks(screen, policy);
    if (args.has("SUMMARY")) return show_summary(screen, state_, policy);
    if (args.has("DYNAMIC")) return show_templates(screen, policy, args);
    if (args.has("LIST")) return show_lists(screen, policy, args);
    if (args.has("UDPPORTTIMEOUT")) return show_port_timeouts(screen, policy);
    if (args.has("USER")) return show_users(screen, policy, args);
    show_policy(screen, state_, policy);
  });
}

/// Who is there by a dynamic interface of the policy.
void FirewallModule::show_users(Screen& screen, const Policy& policy, const Args& args) const {
  for (const auto& interface : policy.interfaces) {
    if (!interface->name.starts_with("dyn-")) continue;
    for (const IpInterfaceInfo& info : state_.ip_interfaces(policy, interface->name)) {
      const auto held = state_.dynamic_users.find(info.name);
      const std::string user = held == state_.dynamic_users.end() ? std::string() : held->second;
      if (args.has_value("USER") && user != args.text("USER")) continue;
      const auto scope = screen.item("users");
      screen.line();
      screen.field(2, policy_column, "User", user.empty() ? std::string("none") : user);
      screen.field(4, policy_column, "Interface", info.name);
      screen.field(4, policy_column, "Dynamic Template", interface->name.substr(4));
    }
  }
}

Outcome FirewallModule::show_arp(Invocation& invocation) {
  Screen& screen = invocation.screen;
  const Policy* only = nullptr;
  if (invocation.args.has("POLICY")) {
    only = state_.policies.find(invocation.args.text("POLICY"));
    if (only == nullptr) return say(texts::policy_not_found);
  }
  screen.table("arp", {{"Interface", 12}, {"IP Range", 34}, {"Policy", 15}});
  screen.rule();
  for (const State::GlobalRange& range : state_.global_ranges()) {
    const auto info = state_.ip.interface(range.interface);
    const bool own = range.range.first == range.range.last && state_.ip.is_own(range.range.first);
    if (own || !info || (only != nullptr && range.policy != only)) continue;
    screen.row({info->name, range_text(range.range), range.policy->name});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::firewall
