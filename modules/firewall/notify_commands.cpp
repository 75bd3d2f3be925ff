// Rows and handlers of notifications and attacks (reference/firewall.md 2.1, 2.2).
#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"

namespace arrouter::firewall {

void FirewallModule::add_notify_rows(std::vector<CommandRow>& rows) {
  rows.push_back({"ENAble FIREwall NOTify={ALL|MAil|MANager|POrt|SNmp}[,...] [POrt=<0-15>] [TO=<name:1-80>]",
                  Access::security, "Turns on who is told of attacks.",
                  [this](Invocation& invocation) { return set_notify(invocation.args, true); }});
  rows.push_back({"DISable FIREwall NOTify={ALL|MAil|MANager|POrt|SNmp}[,...]", Access::security,
                  "Turns off who is told of attacks.",
                  [this](Invocation& invocation) { return set_notify(invocation.args, false); }});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> "
       "ATTack={DOSFLOOD|FRAGMENT|HOSTSCAN|IPSPOOF|LAND|PINGOFDEATH|PORTSCAN|SMTPRELAY|SMURF|SMURFAMP|SPAM|SYNATTACK|"
       "TCPTINY|UDPATTACK} [INtrigger=<0-4294967295>] [OUTtrigger=<0-4294967295>] [DETail=<0-4294967295>] "
       "[TIme=<1-4294967295>]",
       Access::security, "Sets what a policy takes for an attack.",
       with_policy([this](Policy& policy, const Args& args) { return set_attack(policy, args); })});
}

Outcome FirewallModule::set_notify(const Args& args, bool on) {
  NotifySettings settings = events_.notifier.settings;
  switch_notify(settings, args.text("NOTIFY"), on);
  if (on && args.has("PORT")) settings.asyn = static_cast<unsigned>(args.number("PORT"));
  if (on && args.has("TO")) settings.mail_to = args.text("TO");
  if (settings.mail && settings.mail_to.empty()) return say(texts::parameter_missing, "TO");
  events_.notifier.settings = std::move(settings);
  return say(texts::done);
}

Outcome FirewallModule::set_attack(Policy& policy, const Args& args) {
  const auto kind = find_attack(args.choice("ATTACK"));
  if (!kind) return say(texts::parameter_invalid, "ATTACK");
  AttackThresholds& thresholds = policy.attack[static_cast<std::size_t>(*kind)];
  const auto read = [&args](std::string_view name, std::uint32_t& place) {
    place = static_cast<std::uint32_t>(args.number_or(name, place));
  };
  read("INTRIGGER", thresholds.in);
  read("OUTTRIGGER", thresholds.out);
  read("DETAIL", thresholds.detail);
  read("TIME", thresholds.time_min);
  return say(texts::done);
}

void show_attacks(Screen& screen, const Policy& policy) {
  constexpr std::size_t rule = 54;
  screen.line();
  screen.line(
      fmt::format("  {:<14}{:>9}{:>12}{:>8}{:>11}", "Attack", "InTrigger", "OutTrigger", "Detail", "Time(min)"));
  screen.line("  " + std::string(rule, '-'));
  for (std::size_t i = 0; i < attack_kinds; ++i) {
    const AttackThresholds& thresholds = policy.attack[i];
    const std::string_view name = name_of(static_cast<AttackKind>(i));
    const auto scope = screen.item("attacks");
    screen.set("attack", name);
    screen.set("inTrigger", thresholds.in);
    screen.set("outTrigger", thresholds.out);
    screen.set("detail", thresholds.detail);
    screen.set("timeMin", thresholds.time_min);
    screen.line(fmt::format("  {:<14}{:>9}{:>12}{:>8}{:>11}", name, thresholds.in, thresholds.out, thresholds.detail,
                            thresholds.time_min));
  }
}

}  // namespace arrouter::firewall
