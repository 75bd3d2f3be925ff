// Rows, handlers and the screen of limit rules (reference/firewall.md 2.4, 4.8).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"

namespace arrouter::firewall {
namespace {

constexpr std::size_t most_rules = 100;  // of one policy (reference/firewall.md 1.8)

}  // namespace

void FirewallModule::add_limit_rows(std::vector<CommandRow>& rows) {
  rows.push_back(
      {"ADD FIREwall POLIcy=<name:1-15> LIMitrule=<1-4294967295> SRCIplimit=<0-10000> "
       "[INTerface={<interface>|<name:5-19>}] [GBLRemoteip=<ipv4-range>] [IP=<ipv4-range>]",
       Access::security, "Limits how many sessions a device may have.",
       with_policy([this](Policy& policy, const Args& args) { return change_limit(policy, args, true); })});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> LIMitrule=<1-4294967295> [SRCIplimit=<0-10000>] "
       "[INTerface={<interface>|<name:5-19>}] [GBLRemoteip=<ipv4-range>] [IP=<ipv4-range>]",
       Access::security, "Changes a limit rule.",
       with_policy([this](Policy& policy, const Args& args) { return change_limit(policy, args, false); })});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> LIMitrule=<1-4294967295>", Access::security,
                  "Deletes a limit rule.", with_policy([](Policy& policy, const Args& args) {
                    const auto number = static_cast<std::uint32_t>(args.number("LIMITRULE"));
                    return say(policy.limits.erase(number) == 0 ? texts::rule_not_found : texts::done);
                  })});
  rows.push_back({"SHow FIREwall POLIcy[=<name:1-15>] LIMitrule[=<list:1-4294967295>] [DETail]", Access::manager,
                  "Displays limit rules.", shown(&FirewallModule::show_limits)});
}

/// Running sessions stay, whatever the new limit is, and count.
Outcome FirewallModule::change_limit(Policy& policy, const Args& args, bool add) {
  const auto number = static_cast<std::uint32_t>(args.number("LIMITRULE"));
  const auto held = policy.limits.find(number);
  if (add && held != policy.limits.end()) return say(texts::entry_exists);
  if (!add && held == policy.limits.end()) return say(texts::rule_not_found);
  if (add && policy.limits.size() >= most_rules) return say(texts::rules_full);
  LimitRule rule;
  if (!add) static_cast<LimitSettings&>(rule) = held->second;
  rule.source_limit = static_cast<unsigned>(args.number_or("SRCIPLIMIT", rule.source_limit));
  if (args.has("IP")) rule.ip = args.range("IP");
  if (args.has("GBLREMOTEIP")) rule.global_remote_ip = args.range("GBLREMOTEIP");
  if (args.has("INTERFACE")) {
    const auto name = interface_name(args.text("INTERFACE"));
    if (!name || policy.find(*name) == nullptr) return say(texts::interface_not_in_policy, args.text("INTERFACE"));
    rule.interface = *name;
  }
  policy.limits.insert_or_assign(number, std::move(rule));
  return say(texts::done);
}

Outcome FirewallModule::show_limits(Invocation& invocation) {
  constexpr int column = 38;
  const Args& args = invocation.args;
  Screen& screen = invocation.screen;
  const auto chosen = [&args](std::uint32_t number) {
    if (!args.has_value("LIMITRULE")) return true;
    const NumberList& wanted = args.numbers("LIMITRULE");
    return std::any_of(wanted.begin(), wanted.end(),
                       [number](const auto& range) { return range.first <= number && number <= range.second; });
  };
  return for_policies(state_, invocation, [&](Policy& policy) {
    screen.line("Policy : " + policy.name);
    for (const auto& [number, rule] : policy.limits) {
      if (!chosen(number)) continue;
      const auto scope = screen.item("limitRules");
      screen.line();
      screen.field(2, column, "Limit Rule", number);
      screen.field(4, column, "Interface", rule.interface.empty() ? std::string("all") : rule.interface);
      screen.field(4, column, "IP", rule.ip ? range_text(*rule.ip) : std::string("all"));
      screen.field(4, column, "Gbl Remote IP",
                   rule.global_remote_ip ? range_text(*rule.global_remote_ip) : std::string("all"));
      screen.field(4, column, "Source IP Limit", rule.source_limit);
      if (!args.has("DETAIL")) continue;
      std::map<Ipv4Address, unsigned> sorted(rule.sessions.begin(), rule.sessions.end());
      for (const auto& [device, count] : sorted) {
        const auto entry = screen.item("devices");
        screen.set("ip", to_string(device));
        screen.field(6, column, to_string(device), count, "sessions");
      }
    }
  });
}

}  // namespace arrouter::firewall
