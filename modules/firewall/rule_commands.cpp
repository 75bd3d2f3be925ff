// Rows and handlers of rules (reference/firewall.md 2.4).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

constexpr std::string_view selectors =
    "[AFTer=<time>] [BEFore=<time>] [DAYs={ALL|FRI|MON|SAT|SUN|THU|TUE|WED|WEEKDAY|WEEKEND}[,...]] "
    "[ENCapsulation={NONE|IPSec}] [GBLIP=<ipv4>] [GBLPort=<name:1-24>] [GBLRemoteip=<ipv4-range>] [IP=<ipv4-range>] "
    "[LISt={RADius|<name:1-15>}] [NATMask=<mask>] [POrt=<name:1-24>] [REMoteip=<ipv4-range>] [SOurceport=<name:1-24>]";

bool has_ports(const RuleSettings& rule) { return rule.protocol == 6 || rule.protocol == 17; }

/// hours:minutes
std::optional<unsigned> ttl_of(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 2) return std::nullopt;
  const auto hours = parse_number(parts[0], 9999), minutes = parse_number(parts[1], 59);
  if (!hours || !minutes || *hours + *minutes == 0) return std::nullopt;
  return static_cast<unsigned>(*hours * 60 + *minutes);
}

std::optional<Outcome> read_port(const Args& args, std::string_view name, std::optional<PortRange>& place) {
  if (!args.has(name) || read_ports(args.text(name), place)) return std::nullopt;
  return say(texts::parameter_invalid, name);
}

void read_range(const Args& args, std::string_view name, std::optional<Ipv4Range>& place) {
  if (args.has(name)) place = args.range(name);
}

void read_minute(const Args& args, std::string_view name, std::optional<unsigned>& place) {
  if (!args.has(name)) return;
  const auto time = parse_time_of_day(args.text(name));
  if (time) place = static_cast<unsigned>(std::chrono::floor<std::chrono::minutes>(*time).count());
}

/// What ADD and SET have in common; what a command does not name stays.
std::optional<Outcome> read_selectors(const Policy& policy, const Args& args, RuleSettings& rule) {
  if (args.has("PROTOCOL")) rule.protocol = protocol_of(args.all().find("PROTOCOL")->second);
  if (const auto refusal = read_port(args, "PORT", rule.port)) return refusal;
  if (const auto refusal = read_port(args, "GBLPORT", rule.global_port)) return refusal;
  if (const auto refusal = read_port(args, "SOURCEPORT", rule.source_port)) return refusal;
  read_range(args, "IP", rule.ip);
  read_range(args, "REMOTEIP", rule.remote_ip);
  read_range(args, "GBLREMOTEIP", rule.global_remote_ip);
  if (args.has("GBLIP")) rule.global_ip = args.address("GBLIP");
  if (args.has("NATMASK")) rule.nat_mask = args.address("NATMASK");
  if (args.has("ENCAPSULATION")) {
    rule.encapsulation = args.choice("ENCAPSULATION") == "IPSEC" ? Encapsulation::ipsec : Encapsulation::none;
  }
  if (args.has("DAYS")) rule.days = days_of(args.text("DAYS"));
  read_minute(args, "AFTER", rule.after_min);
  read_minute(args, "BEFORE", rule.before_min);
  if (args.has("LIST")) {
    const std::string list = args.holds<Choice>("LIST") ? "radius" : to_lower(args.text("LIST"));
    if (list != "radius" && !policy.lists.contains(list)) return say(texts::list_not_found);
    rule.list = list;
  }
  if (args.has("TTL")) {
    rule.ttl_min = ttl_of(args.text("TTL"));
    if (!rule.ttl_min) return say(texts::parameter_invalid, "TTL");
  }
  return std::nullopt;
}

std::optional<Outcome> check_rule(const Policy& policy, const RuleSettings& rule) {
  const bool ports = rule.port || rule.global_port || rule.source_port;
  if (ports && !has_ports(rule)) return say(texts::parameter_conflict, "PORT", "this PROTOCOL");
  const PolicyInterface* const interface = policy.find(rule.interface);
  const bool outbound = interface->side == Side::private_side;
  if (outbound && rule.global_port) return say(texts::parameter_conflict, "GBLPORT", "a private interface");
  if (!rule.nat_mask.unset() && rule.action != Action::nat) {
    return say(texts::parameter_conflict, "NATMASK", "this ACTION");
  }
  const bool enhanced =
      rule.nat_type != NatType::standard && rule.nat_type != NatType::reverse && rule.nat_type != NatType::double_nat;
  if (!rule.nat_mask.unset() && enhanced) return say(texts::parameter_conflict, "NATMASK", "this NATTYPE");
  if (rule.action != Action::nat) return std::nullopt;
  const bool remote = rule.nat_type == NatType::reverse || rule.nat_type == NatType::double_nat;
  if (remote && !(outbound ? rule.global_remote_ip : rule.remote_ip)) {
    return say(texts::parameter_missing, outbound ? "GBLREMOTEIP" : "REMOTEIP");
  }
  const bool host = rule.nat_type == NatType::standard || rule.nat_type == NatType::double_nat;
  if (host && !outbound && !rule.ip) return say(texts::parameter_missing, "IP");
  if (enhanced && !outbound && !rule.remote_ip) return say(texts::parameter_missing, "REMOTEIP");
  return std::nullopt;
}

}  // namespace

void FirewallModule::add_rule_rows(std::vector<CommandRow>& rows) {
  static const std::string add_row =
      "ADD FIREwall POLIcy=<name:1-15> RUle=<1-4294967295> ACtion={ALLOw|DENY|NAT|NONat} "
      "INTerface={<interface>|<name:5-19>} PROTocol={ALL|EGP|ESP|GRE|ICmp|OSPF|SA|TCP|UDP|<0-255>} "
      "[NATType={DOuble|ENAPT|ENHanced|NAPT|REverse|STAndard}] [TTL=<name:3-7>] " +
      std::string(selectors);
  static const std::string set_row =
      "SET FIREwall POLIcy=<name:1-15> RUle=<1-4294967295> "
      "[PROTocol={ALL|EGP|ESP|GRE|ICmp|OSPF|SA|TCP|UDP|<0-255>}] " +
      std::string(selectors);
  rows.push_back({add_row, Access::security, "Adds a rule to a firewall policy.",
                  with_policy([this](Policy& policy, const Args& args) { return add_rule(policy, args); })});
  rows.push_back({set_row, Access::security, "Changes a rule of a firewall policy.",
                  with_policy([this](Policy& policy, const Args& args) { return set_rule(policy, args); })});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> RUle=<1-4294967295>", Access::security,
                  "Deletes a rule of a firewall policy.",
                  with_policy([this](Policy& policy, const Args& args) { return delete_rule(policy, args); })});
}

Outcome FirewallModule::add_rule(Policy& policy, const Args& args) {
  Rule rule;
  rule.number = static_cast<std::uint32_t>(args.number("RULE"));
  rule.action = action_of(args.choice("ACTION"));
  const auto interface = interface_name(args.text("INTERFACE"));
  if (!interface || policy.find(*interface) == nullptr) {
    return say(texts::interface_not_in_policy, args.text("INTERFACE"));
  }
  rule.interface = *interface;
  if (args.has("NATTYPE")) {
    if (rule.action != Action::nat) return say(texts::parameter_conflict, "NATTYPE", "this ACTION");
    rule.nat_type = nat_type_of(args.choice("NATTYPE"));
  }
  if (const auto refusal = read_selectors(policy, args, rule)) return *refusal;
  if (const auto refusal = check_rule(policy, rule)) return *refusal;
  if (policy.rules.size() >= limits::firewall_rules) return say(texts::rules_full);
  rule.serial = ++state_.last_serial;
  if (rule.ttl_min) rule.expires = state_.now() + std::chrono::minutes(*rule.ttl_min);
  if (!insert_rule(policy.rules, std::move(rule))) return say(texts::rules_full);
  expire_rules();
  return say(texts::done);
}

Outcome FirewallModule::set_rule(Policy& policy, const Args& args) {
  const auto found = policy.rules.find(static_cast<std::uint32_t>(args.number("RULE")));
  if (found == policy.rules.end()) return say(texts::rule_not_found);
  RuleSettings changed = found->second;
  if (const auto refusal = read_selectors(policy, args, changed)) return *refusal;
  if (const auto refusal = check_rule(policy, changed)) return *refusal;
  static_cast<RuleSettings&>(found->second) = std::move(changed);
  return say(texts::done);
}

Outcome FirewallModule::delete_rule(Policy& policy, const Args& args) {
  if (policy.rules.erase(static_cast<std::uint32_t>(args.number("RULE"))) == 0) return say(texts::rule_not_found);
  return say(texts::done);
}

/// Rules with a TTL go when their time has come, with the sessions they made.
void FirewallModule::expire_rules() {
  std::optional<Instant> next;
  for (const auto& [key, policy] : state_.policies.all) {
    std::erase_if(policy->rules, [&](const auto& entry) {
      const Rule& rule = entry.second;
      if (rule.expires > state_.now()) {
        if (rule.ttl_min) next = std::min(next.value_or(rule.expires), rule.expires);
        return false;
      }
      state_.sessions.remove_if(
          [&](const Session& session) { return session.policy == policy.get() && session.rule == rule.serial; });
      return true;
    });
  }
  rule_timer_.arm(next);
  follow();
}

}  // namespace arrouter::firewall
