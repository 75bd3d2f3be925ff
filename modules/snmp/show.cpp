// SHOW SNMP and SHOW SNMP COMMUNITY; their layout is recalled.
#include <fmt/format.h>

#include "modules/snmp/snmp.h"

namespace arrouter::snmp {

namespace {

constexpr int value_column = 33;

std::string_view enabled_or_disabled(bool on) { return on ? "Enabled" : "Disabled"; }

void show_state(Screen& screen, const Community& community) {
  screen.field(4, value_column, "Access", community.write ? "read-write" : "read-only");
  screen.field(4, value_column, "Status", enabled_or_disabled(community.enabled));
  screen.field(4, value_column, "Traps", enabled_or_disabled(community.traps));
  screen.field(4, value_column, "Open access", community.open ? "Yes" : "No");
}

/// One line for each host, or one without any.
void show_hosts(Screen& screen, std::string_view label, std::string_view key, const std::vector<Ipv4Address>& hosts) {
  Json list = Json::array();
  if (hosts.empty()) screen.line(fmt::format("    {:.<28} None", std::string(label) + " "));
  for (const Ipv4Address host : hosts) {
    screen.line(fmt::format("    {:.<28} {}", std::string(label) + " ", to_string(host)));
    list.append(to_string(host));
  }
  screen.set(key, std::move(list));
}

struct Pair {
  std::string_view left, right;
  std::uint64_t SnmpFigures::*left_value, SnmpFigures::*right_value;
};
constexpr Pair counters[] = {
    {"inPkts", "outPkts", &SnmpFigures::in_packets, &SnmpFigures::out_packets},
    {"inBadVersions", "outTooBigs", &SnmpFigures::in_bad_versions, &SnmpFigures::out_too_bigs},
    {"inBadCommunityNames", "outNoSuchNames", &SnmpFigures::in_bad_community_names, &SnmpFigures::out_no_such_names},
    {"inBadCommunityUses", "outBadValues", &SnmpFigures::in_bad_community_uses, &SnmpFigures::out_bad_values},
    {"inASNParseErrs", "outGenErrs", &SnmpFigures::in_parse_errors, &SnmpFigures::out_general_errors},
    {"inTooBigs", "outGetRequests", &SnmpFigures::in_too_bigs, &SnmpFigures::out_get_requests},
    {"inNoSuchNames", "outGetNexts", &SnmpFigures::in_no_such_names, &SnmpFigures::out_get_nexts},
    {"inBadValues", "outSetRequests", &SnmpFigures::in_bad_values, &SnmpFigures::out_set_requests},
    {"inReadOnlys", "outGetResponses", &SnmpFigures::in_read_onlys, &SnmpFigures::out_get_responses},
    {"inGenErrs", "outTraps", &SnmpFigures::in_general_errors, &SnmpFigures::out_traps},
    {"inTotalReqVars", {}, &SnmpFigures::in_total_requested, nullptr},
    {"inTotalSetVars", {}, &SnmpFigures::in_total_set, nullptr},
    {"inGetRequests", {}, &SnmpFigures::in_get_requests, nullptr},
    {"inGetNexts", {}, &SnmpFigures::in_get_nexts, nullptr},
    {"inSetRequests", {}, &SnmpFigures::in_set_requests, nullptr},
    {"inGetResponses", {}, &SnmpFigures::in_get_responses, nullptr},
    {"inTraps", {}, &SnmpFigures::in_traps, nullptr},
};

void show_counters(Screen& screen, const SnmpFigures& figures) {
  screen.line("SNMP counters:");
  const auto scope = screen.object("counters");
  for (const Pair& pair : counters) {
    std::string line = fmt::format("  {:.<30} {}", std::string(pair.left) + " ", figures.*pair.left_value);
    screen.set(pair.left, figures.*pair.left_value);
    if (!pair.right.empty()) {
      line = fmt::format("{:<43}{:.<26} {}", line, std::string(pair.right) + " ", figures.*pair.right_value);
      screen.set(pair.right, figures.*pair.right_value);
    }
    screen.line(line);
  }
}

}  // namespace

void SnmpModule::show(Screen& screen) const {
  screen.line("SNMP configuration:");
  screen.field(2, value_column, "Status", enabled_or_disabled(enabled_));
  screen.field(2, value_column, "Authentication failure traps", enabled_or_disabled(authentication_traps_));
  screen.table("communities", {}, true);
  for (const auto& [name, community] : communities_) {
    const auto scope = screen.item("communities");
    screen.field(2, value_column, "Community", name);
    show_state(screen, community);
  }
  screen.line();
  show_counters(screen, sources_.figures.snmp_figures());
}

Outcome SnmpModule::show_communities(Invocation& invocation) const {
  const bool one = invocation.args.has_value("COMMUNITY");
  if (one && !communities_.contains(invocation.args.text("COMMUNITY")))
    return say(texts::community_unknown, invocation.args.text("COMMUNITY"));
  Screen& screen = invocation.screen;
  screen.line("SNMP community information:");
  screen.table("communities", {}, true);  // none are a list too
  for (const auto& [name, community] : communities_) {
    if (one && name != invocation.args.text("COMMUNITY")) continue;
    const auto scope = screen.item("communities");
    screen.field(2, value_column, "Name", name);
    show_state(screen, community);
    show_hosts(screen, "Manager", "managers", community.managers);
    show_hosts(screen, "Trap host", "trapHosts", community.trap_hosts);
    show_hosts(screen, "V2c trap host", "v2cTrapHosts", community.v2c_trap_hosts);
  }
  return Outcome::screen();
}

}  // namespace arrouter::snmp
