// Rows and handlers of SNMP, and its part of the configuration script.
#include <fmt/format.h>

#include "modules/snmp/snmp.h"
#include "os/base/limits.h"

namespace arrouter::snmp {

namespace {

#define COMMUNITY "COMmunity=<name:1-15>"
#define HOSTS "[MANager=<ipv4>] [TRAPHost=<ipv4>] [V1Traphost=<ipv4>] [V2Ctraphost=<ipv4>]"

/// TRAPHOST is the older name of V1TRAPHOST.
struct HostParameter {
  std::string_view name, short_name;
  std::vector<Ipv4Address> Community::*list;
};
constexpr HostParameter host_parameters[] = {
    {"MANAGER", "man", &Community::managers},
    {"TRAPHOST", "traph", &Community::trap_hosts},
    {"V1TRAPHOST", {}, &Community::trap_hosts},
    {"V2CTRAPHOST", "v2c", &Community::v2c_trap_hosts},
};

/// Adds the hosts a command names, all or none of them.
std::optional<Outcome> add(Community& to, const Args& args) {
  Community changed = to;
  for (const HostParameter& parameter : host_parameters) {
    if (!args.has(parameter.name)) continue;
    std::vector<Ipv4Address>& list = changed.*parameter.list;
    const Ipv4Address host = args.address(parameter.name);
    if (std::ranges::find(list, host) != list.end()) return say(texts::host_exists, to_string(host));
    if (list.size() >= limits::snmp_hosts) return say(texts::hosts_full);
    list.push_back(host);
  }
  to = std::move(changed);
  return std::nullopt;
}

void apply(Community& to, const Args& args) {
  if (args.has("ACCESS")) to.write = args.choice("ACCESS") == "WRITE";
  if (args.has("OPEN")) to.open = args.boolean("OPEN");
}

}  // namespace

std::vector<CommandRow> SnmpModule::commands() {
  std::vector<CommandRow> rows = {
      {"ENAble SNMP", Access::security, "Answers SNMP requests and sends traps.",
       [this](Invocation&) { return set_enabled(true); }},
      {"DISable SNMP", Access::security, "Answers no SNMP requests and sends no traps.",
       [this](Invocation&) { return set_enabled(false); }},
      {"ENAble SNMP AUTHenticate_trap", Access::security, "Sends a trap about each request that is not authentic.",
       [this](Invocation&) {
         authentication_traps_ = true;
         return say(texts::done);
       }},
      {"DISable SNMP AUTHenticate_trap", Access::security, "Sends no traps about requests that are not authentic.",
       [this](Invocation&) {
         authentication_traps_ = false;
         return say(texts::done);
       }},
      {"SHow SNMP", Access::security, "Displays the agent's configuration and counters.",
       [this](Invocation& call) {
         show(call.screen);
         return Outcome::screen();
       },
       Coverage::partial, "There is no SNMPv3."},
  };
  for (CommandRow& row : community_rows()) rows.push_back(std::move(row));
  return rows;
}

std::vector<CommandRow> SnmpModule::community_rows() {
  return {
      {"CREate SNMP " COMMUNITY " [ACcess={Read|Write}] [OPen=<bool>] " HOSTS, Access::security, "Creates a community.",
       [this](Invocation& call) { return create(call.args); }},
      {"SET SNMP " COMMUNITY " [ACcess={Read|Write}] [OPen=<bool>]", Access::security, "Changes a community.",
       [this](Invocation& call) { return set(call.args); }},
      {"DESTroy SNMP " COMMUNITY, Access::security, "Destroys a community.",
       [this](Invocation& call) { return destroy(call.args); }},
      {"ADD SNMP " COMMUNITY " " HOSTS, Access::security, "Adds a manager or a trap host to a community.",
       [this](Invocation& call) { return add_hosts(call.args); }},
      {"DELete SNMP " COMMUNITY " " HOSTS, Access::security, "Takes a manager or a trap host from a community.",
       [this](Invocation& call) { return delete_hosts(call.args); }},
      {"ENAble SNMP " COMMUNITY " [TRap]", Access::security, "Enables a community, or its traps.",
       [this](Invocation& call) { return set_community_enabled(call.args, true); }},
      {"DISable SNMP " COMMUNITY " [TRap]", Access::security, "Disables a community, or its traps.",
       [this](Invocation& call) { return set_community_enabled(call.args, false); }},
      {"SHow SNMP COMmunity[=<name:1-15>]", Access::security, "Displays the communities, or one.",
       [this](Invocation& call) { return show_communities(call); }},
  };
}

Outcome SnmpModule::create(const Args& args) {
  const std::string& name = args.text("COMMUNITY");
  if (communities_.contains(name)) return say(texts::community_exists, name);
  if (communities_.size() >= limits::snmp_communities) return say(texts::communities_full);
  Community community;
  apply(community, args);
  if (auto refused = add(community, args)) return *refused;
  communities_.emplace(name, std::move(community));
  return say(texts::done);
}

Outcome SnmpModule::set(const Args& args) {
  const auto community = communities_.find(args.text("COMMUNITY"));
  if (community == communities_.end()) return say(texts::community_unknown, args.text("COMMUNITY"));
  apply(community->second, args);
  return say(texts::done);
}

Outcome SnmpModule::destroy(const Args& args) {
  if (communities_.erase(args.text("COMMUNITY")) == 0) return say(texts::community_unknown, args.text("COMMUNITY"));
  return say(texts::done);
}

Outcome SnmpModule::add_hosts(const Args& args) {
  const auto community = communities_.find(args.text("COMMUNITY"));
  if (community == communities_.end()) return say(texts::community_unknown, args.text("COMMUNITY"));
  if (auto refused = add(community->second, args)) return *refused;
  return say(texts::done);
}

Outcome SnmpModule::delete_hosts(const Args& args) {
  const auto community = communities_.find(args.text("COMMUNITY"));
  if (community == communities_.end()) return say(texts::community_unknown, args.text("COMMUNITY"));
  Community changed = community->second;
  for (const HostParameter& parameter : host_parameters) {
    if (!args.has(parameter.name)) continue;
    const Ipv4Address host = args.address(parameter.name);
    if (std::erase(changed.*parameter.list, host) == 0) return say(texts::host_unknown, to_string(host));
  }
  community->second = std::move(changed);
  return say(texts::done);
}

Outcome SnmpModule::set_community_enabled(const Args& args, bool on) {
  const auto community = communities_.find(args.text("COMMUNITY"));
  if (community == communities_.end()) return say(texts::community_unknown, args.text("COMMUNITY"));
  (args.has("TRAP") ? community->second.traps : community->second.enabled) = on;
  return say(texts::done);
}

void SnmpModule::dump(ConfigWriter& writer) const {
  writer.section("SNMP", {"SNMP"});
  if (enabled_) writer.line("enable snmp");
  if (authentication_traps_) writer.line("enable snmp authenticate_trap");
  for (const auto& [name, community] : communities_) {
    const std::string named = "snmp com=" + arrouter::quoted(name);
    writer.line(
        fmt::format("create {}{}{}", named, community.write ? " access=write" : "", community.open ? " open=on" : ""));
    for (const HostParameter& parameter : host_parameters) {
      if (parameter.short_name.empty()) continue;
      for (const Ipv4Address host : community.*parameter.list)
        writer.line(fmt::format("add {} {}={}", named, parameter.short_name, to_string(host)));
    }
    if (community.traps) writer.line(fmt::format("enable {} trap", named));
    if (!community.enabled) writer.line(fmt::format("disable {}", named));
  }
}

}  // namespace arrouter::snmp
