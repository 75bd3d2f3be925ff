// The lists: SHOW ISAKMP, POLICY, SA, EXCHANGE, COUNTERS.
#include <fmt/format.h>

#include "modules/isakmp/isakmp.h"
#include "modules/isakmp/show_words.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

std::string limits_triple(std::uint64_t hard, std::uint64_t soft, std::uint64_t used) {
  return hard == 0 ? "-/-/-" : fmt::format("{}/{}/{}", hard, soft, used);
}

std::uint64_t age_s(const Sa& sa, Instant now) { return whole_seconds(now - sa.established); }

}  // namespace

Outcome Isakmp::show(Invocation& call) const {
  constexpr int column = 39;
  Screen& screen = call.screen;
  unsigned flags = 0;
  for (const DebugTerminal& debug : debug_terminals_)
    if (!debug.terminal.expired()) flags |= debug.flags;
  screen.line("ISAKMP Module Configuration");
  screen.line();
  screen.field(2, column, "Module Status", enabled() ? "ENABLED" : "DISABLED");
  screen.field(2, column, "UDP Port", settings_.udp_port);
  screen.field(2, column, "Debug Flags", debug_words(flags));
  screen.field(2, column, "Local RSA Key", settings_.local_rsa_key ? Json(*settings_.local_rsa_key) : Json("-"));
  screen.field(2, column, "VPN Client Policy Server", settings_.policy_server ? "ENABLED" : "DISABLED");
  screen.field(2, column, "VPN Client Policy File Name", or_dash(settings_.policy_file));
  return Outcome::screen();
}

Outcome Isakmp::show_policy(Invocation& call) {
  Screen& screen = call.screen;
  if (call.args.has_value("POLICY")) {
    const std::string& name = call.args.text("POLICY");
    const PolicyPtr policy = policies_.find(name);
    engine_.count(policy ? Counter::spd_getPolicyGood : Counter::spd_getPolicyFailed);
    if (!policy) return say(message::policy_not_found, name);
    show_policy_detail(screen, *policy);
    return Outcome::screen();
  }
  screen.line("ISAKMP Policies");
  screen.line();
  screen.table("policies", {{"Name", 25}, {"PeerAddress", 17}, {"Mode", 8}, {"AuthType", 11},
                            {"EncAlg", 12}, {"HashAlg", 8}});
  screen.rule();
  for (const auto& [name, policy] : policies_.all())
    screen.row({name, to_string(policy->peer), mode_name(policy->mode), isakmp::name(policy->authentication),
                enco::traits(policy->cipher).name, enco::traits(policy->hash).name});
  return Outcome::screen();
}

Outcome Isakmp::show_sa(Invocation& call) const {
  Screen& screen = call.screen;
  if (call.args.holds<std::uint64_t>("SA")) {
    const std::uint64_t id = call.args.number("SA");
    const Sa* const sa = engine_.find_sa(static_cast<std::uint32_t>(id));
    if (sa == nullptr) return say(message::sa_not_found, id);
    show_sa_detail(screen, *sa);
    return Outcome::screen();
  }
  if (call.args.has_value("SA") || call.args.has("DETAIL")) {
    for (const auto& [id, sa] : engine_.sas().all()) {
      if (!screen.empty()) screen.line();
      const auto item = screen.item("sas");
      show_sa_detail(screen, *sa);
    }
    return Outcome::screen();
  }
  screen.line("                                            Expiry Limits - hard/soft/used");
  screen.table("sas", {{"SA Id", 8}, {"PeerAddress", 18}, {"EncA.", 8}, {"HashA.", 10},
                       {"Bytes", 18}, {"Seconds", 8}});
  screen.rule();
  const Instant now = services_.clock.now();
  for (const auto& [id, sa] : engine_.sas().all()) {
    if (sa->active()) {
      screen.row({id, to_string(sa->peer.address), short_cipher(sa->policy->cipher),
                  enco::traits(sa->policy->hash).name, limits_triple(sa->life_bytes, sa->soft_bytes(), sa->bytes),
                  limits_triple(sa->life_s, sa->soft_s(), age_s(*sa, now))});
    } else {
      screen.row({id, to_string(sa->peer.address), "-", "-", "0/0/0", "0/0/0"});
    }
  }
  return Outcome::screen();
}

Outcome Isakmp::show_exchange(Invocation& call) const {
  Screen& screen = call.screen;
  const ExchangeDatabase& exchanges = engine_.exchanges();
  if (call.args.holds<std::uint64_t>("EXCHANGE")) {
    const std::uint64_t id = call.args.number("EXCHANGE");
    const Exchange* const found = exchanges.find(static_cast<std::uint16_t>(id));
    if (found == nullptr || found->finished) return say(message::exchange_not_found, id);
    show_exchange_detail(screen, *found);
    return Outcome::screen();
  }
  const bool detail = call.args.has_value("EXCHANGE") || call.args.has("DETAIL");
  if (!detail) {
    screen.line("ISAKMP Exchanges");
    screen.line();
    screen.table("exchanges", {{"Id", 8}, {"Phase", 8}, {"State", 24}, {"PeerAddress", 18}, {"Type", 8}});
    screen.rule();
  }
  for (const auto& [id, exchange] : exchanges.all()) {
    const Sa* const sa = engine_.find_sa(exchange->sa_id);
    if (exchange->finished || sa == nullptr) continue;
    if (detail) {
      if (!screen.empty()) screen.line();
      const auto item = screen.item("exchanges");
      show_exchange_detail(screen, *exchange);
    } else {
      screen.row({id, phase_word(*exchange), isakmp::name(exchange->state), to_string(sa->peer.address),
                  type_word(exchange->type)});
    }
  }
  return Outcome::screen();
}

Outcome Isakmp::show_counters(Invocation& call) const {
  Screen& screen = call.screen;
  const bool one = call.args.has_value("COUNTERS");
  for (const CounterGroup& group : counter_groups()) {
    if (one && group.word != call.args.choice("COUNTERS")) continue;
    if (!screen.empty()) screen.line();
    screen.line(group.title);
    screen.line();
    const auto scope = screen.object(group.key);
    std::vector<std::pair<std::string_view, std::uint64_t>> pairs;
    for (const auto& member : group.members) pairs.emplace_back(member.name, engine_.counters()[member.counter]);
    screen.counters(pairs);
  }
  return Outcome::screen();
}

}  // namespace arrouter::isakmp
