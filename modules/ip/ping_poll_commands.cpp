// ADD, SET, DELETE, ENABLE, DISABLE, RESET, SHOW PING POLL (reference/ip.md 6), and their lines of the script.
#include <fmt/format.h>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr int rule_width = 75, detail_rule_width = 80, value_column = 40;

#define POLL_SETTINGS                                                                             \
  "[CRITicalinterval=<1-65535>] [DESCription=<text:0-32>] [FAILcount=<1-100>] [LENgth=<4-1500>] " \
  "[NORMalinterval=<1-65535>] [SAMPlesize=<1-100>] [SIPAddress=<ipv4>] [TIMEout=<1-30>] [UPCount=<1-100>]"

std::string_view word(PollState state) {
  constexpr std::string_view words[] = {"Up", "Critical Up", "Critical Down", "Down"};
  return words[static_cast<std::size_t>(state)];
}

std::optional<Outcome> read(const Engine& engine, const Args& args, PollSettings& to) {
  const auto number = [&](std::string_view name, unsigned& value) {
    value = static_cast<unsigned>(args.number_or(name, value));
  };
  if (args.has("IPADDRESS")) to.destination = args.address("IPADDRESS");
  if (args.has("SIPADDRESS")) to.source = args.address("SIPADDRESS");
  to.description = args.text_or("DESCRIPTION", to.description);
  number("CRITICALINTERVAL", to.critical_interval_s);
  number("NORMALINTERVAL", to.normal_interval_s);
  number("FAILCOUNT", to.fail_count);
  number("LENGTH", to.length);
  number("TIMEOUT", to.timeout_s);
  number("UPCOUNT", to.up_count);
  if (args.has("SAMPLESIZE")) to.sample_size = static_cast<unsigned>(args.number("SAMPLESIZE"));
  if (to.samples() < to.fail_count) return messages::poll_sample_size();
  if (args.has("SIPADDRESS") && !to.source.unset() && !engine.is_own(to.source)) return messages::source_not_own();
  return std::nullopt;
}

Outcome add(Engine& engine, const Args& args) {
  const auto id = static_cast<unsigned>(args.number("POLL"));
  if (engine.polls.find(id) != nullptr) return messages::poll_exists();
  PollSettings settings;
  if (const auto refused = read(engine, args, settings)) return *refused;
  engine.polls.add(id, std::move(settings));
  return messages::ping_set();
}

Outcome set(Engine& engine, const Args& args) {
  PingPolls::Poll* const poll = engine.polls.find(static_cast<unsigned>(args.number("POLL")));
  if (poll == nullptr) return messages::poll_unknown();
  PollSettings settings = poll->settings;
  if (const auto refused = read(engine, args, settings)) return *refused;
  const bool another = settings.destination != poll->settings.destination;
  poll->settings = std::move(settings);
  if (another) engine.polls.reset(*poll);  // nothing is known of that device
  return messages::ping_set();
}

Outcome remove(Engine& engine, const Args& args) {
  const auto id = static_cast<unsigned>(args.number("POLL"));
  if (engine.polls.find(id) == nullptr) return messages::poll_unknown();
  engine.polls.remove(id);
  return messages::ping_set();
}

/// Does something with the poll a command names, or with all.
Outcome each(Engine& engine, const Args& args, const std::function<void(PingPolls::Poll&)>& act) {
  if (args.holds<Choice>("POLL")) {
    for (const auto& [id, poll] : engine.polls.all()) act(*engine.polls.find(id));
    return messages::ping_set();
  }
  PingPolls::Poll* const poll = engine.polls.find(static_cast<unsigned>(args.number("POLL")));
  if (poll == nullptr) return messages::poll_unknown();
  act(*poll);
  return messages::ping_set();
}

bool wanted(const PingPolls::Poll& poll, const Args& args) {
  if (!args.has("STATE")) return true;
  const PollState state = poll.verdict.state();
  const std::string& which = args.choice("STATE");
  if (which == "UP") return state == PollState::up;
  if (which == "DOWN") return state == PollState::down;
  return state == PollState::critical_up || state == PollState::critical_down;
}

void show_counters(Screen& screen, const PollCounters& of) {
  screen.field(2, value_column, "Packets sent", of.sent);
  screen.field(2, value_column, "Replies received", of.received);
  screen.field(2, value_column, "Replies missed", of.failed);
  screen.field(2, value_column, "Changes to down", of.went_down);
  screen.field(2, value_column, "Changes to up", of.came_up);
}

void show_details(Screen& screen, unsigned id, const PingPolls::Poll& poll) {
  const PollSettings& of = poll.settings;
  const auto field = [&](std::string_view label, const Json& value) { screen.field(2, value_column, label, value); };
  const auto seconds = [](unsigned value) { return fmt::format("{} second{}", value, value == 1 ? "" : "s"); };
  field("Destination IP address", to_string(of.destination));
  field("Description", of.description);
  field("State", word(poll.verdict.state()));
  field("Poll enabled", poll.enabled ? "Yes" : "No");
  field("Normal interval", seconds(of.normal_interval_s));
  field("Critical interval", seconds(of.critical_interval_s));
  field("Up count", of.up_count);
  field("Fail count", of.fail_count);
  field("Sample size", of.samples());
  field("Length", of.length);
  field("Timeout", seconds(of.timeout_s));
  field("Source IP address", of.source.unset() ? "Not set" : to_string(of.source));
  field("Debugging", "Disabled");
  screen.set("poll", id);
}

void show_summary(Screen& screen, unsigned id, const PingPolls::Poll& poll) {
  const auto scope = screen.item("polls");
  const PollVerdict& verdict = poll.verdict;
  const std::string limits = fmt::format("{}/{}", poll.settings.fail_count, poll.settings.samples());
  screen.line(fmt::format("{:<5}{:<25}{}", id, word(verdict.state()), to_string(poll.settings.destination)));
  screen.line(fmt::format("      {:<17}{:<10}{:<19}{}", verdict.up_count(), poll.settings.up_count,
                          verdict.fail_count(), limits));
  screen.set("id", id);
  screen.set("state", word(verdict.state()));
  screen.set("destination", to_string(poll.settings.destination));
  screen.set("upCountCurrent", verdict.up_count());
  screen.set("upcount", poll.settings.up_count);
  screen.set("failCountCurrent", verdict.fail_count());
  screen.set("failcountSampleSize", limits);
}

Outcome show(const Engine& engine, Invocation& call) {
  const Args& args = call.args;
  Screen& screen = call.screen;
  const bool one = args.has_value("POLL"), detailed = one || args.has("FULL");
  if (one && !engine.polls.all().contains(static_cast<unsigned>(args.number("POLL")))) return messages::poll_unknown();
  screen.table("polls", {}, true);  // none are a list too
  if (detailed) {
    screen.line("Ping Polling Information");
    screen.rule(detail_rule_width);
  } else {
    screen.line("Ping Status");
    screen.rule(rule_width);
    screen.line("ID   State                    Destination");
    screen.line("      upCountCurrent   Upcount   failCountCurrent   Failcount/Sample Size");
    screen.rule(rule_width);
  }
  for (const auto& [id, poll] : engine.polls.all()) {
    if ((one && id != args.number("POLL")) || !wanted(poll, args)) continue;
    if (!detailed) {
      show_summary(screen, id, poll);
      continue;
    }
    const auto scope = screen.item("polls");
    screen.line(fmt::format("Poll {}:", id));
    if (args.has("COUNTER")) {
      show_counters(screen, poll.counters);
      screen.set("poll", id);
    } else {
      show_details(screen, id, poll);
    }
  }
  screen.rule(detailed ? detail_rule_width : rule_width);
  return Outcome::screen();
}

}  // namespace

void add_ping_poll_rows(Engine& engine, Rows& rows) {
  const auto row = [&](std::string_view syntax, std::string_view summary, auto run) {
    rows.push_back({syntax, Access::manager, summary, [&engine, run](Invocation& call) { return run(engine, call); }});
  };
  row("ADD PING POLL=<1-100> IPaddress=<ipv4> " POLL_SETTINGS, "Adds a device to be polled.",
      [](Engine& of, Invocation& call) { return add(of, call.args); });
  row("SET PING POLL=<1-100> [IPaddress=<ipv4>] " POLL_SETTINGS, "Changes how a device is polled.",
      [](Engine& of, Invocation& call) { return set(of, call.args); });
  row("DELete PING POLL=<1-100>", "Deletes a device that is polled.",
      [](Engine& of, Invocation& call) { return remove(of, call.args); });
  row("ENAble PING POLL={ALL|<1-100>}", "Starts polling a device, or all.", [](Engine& of, Invocation& call) {
    return each(of, call.args, [&of](PingPolls::Poll& poll) { of.polls.set_enabled(poll, true); });
  });
  row("DISable PING POLL={ALL|<1-100>}", "Stops polling a device, or all.", [](Engine& of, Invocation& call) {
    return each(of, call.args, [&of](PingPolls::Poll& poll) { of.polls.set_enabled(poll, false); });
  });
  row("RESET PING POLL={ALL|<1-100>}", "Begins polling anew, with its counters.", [](Engine& of, Invocation& call) {
    return each(of, call.args, [&of](PingPolls::Poll& poll) { of.polls.reset(poll); });
  });
  row("SHow PING POLL[=<1-100>] [COUnter] [FULL] [STATE={UP|DOWN|CRITical}]", "Displays the devices that are polled.",
      [](Engine& of, Invocation& call) { return show(of, call); });
}

void dump_ping_polls(const PingPolls& polls, ConfigWriter& config) {
  const PollSettings standard;
  for (const auto& [id, poll] : polls.all()) {
    const PollSettings& of = poll.settings;
    std::string line = fmt::format("add ping poll={} ip={}", id, to_string(of.destination));
    const auto number = [&](std::string_view name, unsigned value, unsigned usual) {
      if (value != usual) line += fmt::format(" {}={}", name, value);
    };
    number("crit", of.critical_interval_s, standard.critical_interval_s);
    if (!of.description.empty()) line += " desc=" + arrouter::quoted(of.description);
    number("fail", of.fail_count, standard.fail_count);
    number("len", of.length, standard.length);
    number("norm", of.normal_interval_s, standard.normal_interval_s);
    if (of.sample_size) line += fmt::format(" samp={}", *of.sample_size);
    if (!of.source.unset()) line += " sipa=" + to_string(of.source);
    number("time", of.timeout_s, standard.timeout_s);
    number("upc", of.up_count, standard.up_count);
    config.line(line);
    if (poll.enabled) config.line(fmt::format("enable ping poll={}", id));
  }
}

}  // namespace arrouter::ip
