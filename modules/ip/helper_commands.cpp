// ADD, DELETE, ENABLE, DISABLE, SHOW IP HELPER.
#include <algorithm>
#include <tuple>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

#define HELPER "IP HELper DEStination=<ipv4> INTerface=<interface> POrt={DNS|NT|TACACS|TFTP|TIME|<1-65535>}"

constexpr int rule_width = 38;

/// The ports a command means: NT is NetBIOS' names and datagrams.
std::vector<std::uint16_t> ports_of(const Args& args) {
  if (!args.holds<Choice>("PORT")) return {static_cast<std::uint16_t>(args.number("PORT"))};
  const std::string& service = args.choice("PORT");
  if (service == "NT") return {137, 138};
  if (service == "DNS") return {53};
  if (service == "TACACS") return {49};
  if (service == "TFTP") return {69};
  return {37};
}

std::vector<Helper> helpers_of(const Args& args) {
  std::vector<Helper> wanted;
  for (const std::uint16_t port : ports_of(args))
    wanted.push_back({args.text("INTERFACE"), port, args.address("DESTINATION")});
  return wanted;
}

auto find_same(std::vector<Helper>& all, const Helper& wanted) {
  return std::ranges::find_if(all, [&](const Helper& each) { return each.same_as(wanted); });
}

Outcome add_helper(Engine& engine, const Args& args) {
  std::vector<Helper>& all = engine.state.helpers.all;
  const std::vector<Helper> wanted = helpers_of(args);
  for (const Helper& one : wanted) {
    // BOOTP has a relay of its own, and what came to it is not for anybody else.
    if (one.port == 67 || one.port == 68 || one.destination.unset()) return messages::helper_invalid();
    if (find_same(all, one) != all.end()) return messages::helper_exists();
  }
  if (all.size() + wanted.size() > Helpers::most) return messages::helper_limit();
  all.insert(all.end(), wanted.begin(), wanted.end());
  std::ranges::sort(all, {},
                    [](const Helper& each) { return std::tuple(each.interface, each.port, each.destination); });
  return messages::done();
}

Outcome delete_helper(Engine& engine, const Args& args) {
  std::vector<Helper>& all = engine.state.helpers.all;
  bool found = false;
  for (const Helper& one : helpers_of(args)) {
    const auto same = find_same(all, one);
    if (same == all.end()) continue;
    all.erase(same);
    found = true;
  }
  return found ? messages::done() : messages::helper_unknown();
}

void show_helpers(const Helpers& helpers, Screen& screen, bool counters) {
  screen.line("IP HELPER Configuration");
  screen.field(0, 17, "Status", helpers.enabled ? "Enabled" : "Disabled");
  std::vector<Column> columns{{"Interface", 12}, {"Port", 10}, {"Destination", 17}};
  if (counters) columns.push_back({"Forwarded", -9});
  screen.table("helpers", columns);
  screen.rule(counters ? rule_width + 10 : rule_width);
  for (const Helper& each : helpers.all) {
    if (counters) {
      screen.row({each.interface, each.port, to_string(each.destination), each.forwarded});
    } else {
      screen.row({each.interface, each.port, to_string(each.destination)});
    }
  }
}

}  // namespace

void dump_helpers(const Helpers& helpers, ConfigWriter& config) {
  for (const Helper& each : helpers.all) {
    config.line(fmt::format("add ip hel des={} int={} po={}", to_string(each.destination), each.interface, each.port));
  }
  if (helpers.enabled) config.line("enable ip hel");
}

void add_helper_rows(Engine& engine, Rows& rows) {
  rows.push_back({"ADD " HELPER, Access::manager, "Hands UDP broadcasts on to a host.",
                  [&engine](Invocation& call) { return add_helper(engine, call.args); }});
  rows.push_back({"DELete " HELPER, Access::manager, "Ends the handing on of UDP broadcasts to a host.",
                  [&engine](Invocation& call) { return delete_helper(engine, call.args); }});
  const auto set = [&engine](bool on) {
    return [&engine, on](Invocation&) {
      engine.state.helpers.enabled = on;
      return messages::done();
    };
  };
  rows.push_back({"ENAble IP HELper", Access::manager, "Hands UDP broadcasts on as ADD IP HELPER says.", set(true)});
  rows.push_back({"DISable IP HELper", Access::manager, "Hands no UDP broadcasts on.", set(false)});
  rows.push_back({"SHow IP HELper [COUnter]", Access::manager, "Displays which UDP broadcasts are handed on.",
                  [&engine](Invocation& call) {
                    show_helpers(engine.state.helpers, call.screen, call.args.has("COUNTER"));
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
