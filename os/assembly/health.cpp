#include "os/assembly/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "os/base/text.h"
#include "os/message.h"

namespace arrouter {

namespace {

constexpr std::array<std::string_view, 4> stage_words = {"started", "interfaces", "configured", "tunnels"};

constexpr Message not_reached{MessageClass::error, module_number::lab, 300, "The router has not come as far as {}."};
constexpr Message lines_refused{MessageClass::warning, module_number::lab, 301,
                                "{} of the boot configuration {} refused."};

bool attached_outside(const PortStack& stack) { return !stack.attachment().empty() && stack.attachment() != "memory"; }

std::vector<Health::Link> links_of(const PortStacks& stacks) {
  std::vector<Health::Link> links;
  for (const auto& [name, stack] : stacks) {
    if (attached_outside(*stack)) links.push_back({name, stack->attachment(), stack->link_up()});
  }
  return links;
}

// A peer that calls from anywhere has no tunnel until it calls: nothing to wait for.
std::vector<Health::Tunnel> tunnels_of(Router& router) {
  std::vector<Health::Tunnel> tunnels;
  const auto policies = router.execute("show ipsec policy", Caller{}).screen;
  for (const Json& policy : policies.json().elements("policies")) {
    const std::string peer = policy.text("peerAddress");
    if (policy.text("action") != "IPSEC" || !parse_ipv4(peer)) continue;
    tunnels.push_back({policy.text("name"), peer});
  }
  if (tunnels.empty()) return tunnels;
  const auto bundles = router.execute("show ipsec policy sabundle", Caller{}).screen;
  for (const Json& policy : bundles.json().elements("policies")) {
    const auto tunnel = std::ranges::find(tunnels, policy.text("policy"), &Health::Tunnel::policy);
    if (tunnel == tunnels.end()) continue;
    tunnel->up = std::ranges::any_of(policy.elements("bundles"),
                                     [](const Json& bundle) { return bundle.text("state") == "VALID"; });
  }
  return tunnels;
}

class HealthModule final : public Module {
 public:
  explicit HealthModule(Router& router) : router_(router) {}
  std::string_view name() const override { return "lab"; }
  std::vector<CommandRow> commands() override {
    return {{"LAB SHow HEALth[={STArted|INterfaces|CONfigured|TUNnels}]", Access::manager,
             "Displays how far the router has come.", [this](Invocation& call) { return show(call); }}};
  }

 private:
  Outcome show(Invocation& call) const {
    const Health health = health_of(router_);
    health.show(call.screen);
    const auto asked = call.args.has_value("HEALTH") ? to_lower(call.args.choice("HEALTH"))
                                                     : std::string(stage_words[std::size_t(Stage::configured)]);
    const auto wanted = static_cast<Stage>(std::ranges::find(stage_words, asked) - stage_words.begin());
    if (health.stage() < wanted) return say(not_reached, asked);
    if (!health.refused.empty()) {
      const bool one = health.refused.size() == 1;
      return say(lines_refused, one ? "1 line" : fmt::format("{} lines", health.refused.size()), one ? "was" : "were");
    }
    return Outcome::screen();
  }

  Router& router_;
};

}  // namespace

Stage Health::stage() const {
  if (!std::ranges::all_of(links, &Link::up)) return Stage::started;
  if (!booted) return Stage::interfaces;
  const bool tunnels_up = !tunnels.empty() && std::ranges::all_of(tunnels, &Tunnel::up);
  return tunnels_up ? Stage::tunnels : Stage::configured;
}

void Health::show(Screen& screen) const {
  constexpr int column = 27;
  screen.field(0, column, "Stage", stage_words[static_cast<std::size_t>(stage())]);
  screen.field(0, column, "Configuration", configuration.empty() ? "none" : configuration);
  screen.field(0, column, "Refused lines", refused.size(), "refusedLines");
  screen.set("refused", Json::array());
  for (const RefusedLine& line : refused) {
    const auto scope = screen.item("refused");
    screen.line(fmt::format("  {}:{}: {}", line.script, line.number, line.outcome.line()));
    screen.set("script", line.script);
    screen.set("line", line.number);
    screen.set("error", line.outcome.line());
  }
  screen.line();
  screen.table("interfaces", {{"Interface", 12}, {"Attached to", 42}, {"Link", 0}});
  screen.rule();
  for (const Link& link : links) screen.row({link.interface, link.attachment, link.up ? "Up" : "Down"});
  screen.line();
  screen.table("tunnels", {{"Tunnel", 36}, {"Peer", 18}, {"State", 0}});
  screen.rule();
  for (const Tunnel& tunnel : tunnels) screen.row({tunnel.policy, tunnel.peer, tunnel.up ? "Up" : "Down"});
}

Health health_of(Router& router) {
  return {.links = links_of(router.stacks()),
          .booted = router.booted(),
          .configuration = router.current_config(),
          .refused = router.refused_at_boot(),
          .tunnels = tunnels_of(router)};
}

std::unique_ptr<Module> make_health(Router& router) { return std::make_unique<HealthModule>(router); }

}  // namespace arrouter
