#include "modules/firewall/match.h"

#include <algorithm>

#include "modules/firewall/track.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

template <class Range, class Value>
bool within(const std::optional<Range>& range, const Value& value) {
  return !range || range->contains(value);
}

/// Rules with port parameters are about TCP and UDP.
bool has_ports(const FlowKey& key) { return key.protocol == protocol::tcp || key.protocol == protocol::udp; }

bool port_matches(const std::optional<PortRange>& range, const FlowKey& key, std::uint16_t port) {
  return !range || (has_ports(key) && range->contains(port));
}

bool time_matches(const Rule& rule, WallTime now) {
  if (rule.days == all_days && !rule.after_min && !rule.before_min) return true;
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
  if ((rule.days >> weekday & 1) == 0) return false;
  const auto minute = static_cast<unsigned>(std::chrono::floor<std::chrono::minutes>(now - day).count());
  return minute >= rule.after_min.value_or(0) && minute <= rule.before_min.value_or(24 * 60);
}

/// A list names the hosts a rule is about: the senders. As long as nobody has said whether LIST=RADIUS names a host,
/// what would let it through does not, and what keeps it out does.
bool list_matches(State& state, const Member& member, const Rule& rule, Ipv4Address source) {
  if (rule.list.empty()) return true;
  const Policy& policy = *member.policy;
  if (rule.list == "radius") {
    const auto remember = timeout_of(policy.mac_cache_timeout_min);
    const auto listed = state.asked_hosts.listed(source, state.ip.station(member.id, source), state.now(), remember);
    return listed.value_or(rule.action == Action::deny && state.asked_hosts.has_authority());
  }
  const auto found = policy.lists.find(rule.list);
  if (found == policy.lists.end()) return false;
  const AccessList& list = found->second;
  if (list.type == AccessList::Type::address) {
    const auto mac = state.ip.station(member.id, source);
    return mac && list.macs.contains(*mac);
  }
  return std::any_of(list.ranges.begin(), list.ranges.end(),
                     [source](const Ipv4Range& range) { return range.contains(source); });
}

bool remote_side_translated(const Rule& rule) {
  return rule.action == Action::nat && rule.nat_type != NatType::standard;
}

/// Inbound: GBLIP and GBLPORT are what the packet carries; IP and PORT are that too unless NAT makes them the target.
bool destination_matches(const State& state, const Member& member, const Rule& rule, const FlowKey& key) {
  const Endpoint& to = key.destination;
  const bool published = publishes(*member.policy, rule);
  const bool by_global = rule.global_ip.has_value() ||
                         (published && rule.ip && !rule.ip->contains(to.address) && state.ip.is_own(to.address));
  const Ipv4Address mask = rule.nat_mask.unset() ? mask_of(32) : rule.nat_mask;
  if (by_global && to.address.masked(mask) != global_address(rule.global_ip, member).masked(mask)) {
    return false;
  }
  if (!(by_global && (published || rule.action == Action::deny)) && !within(rule.ip, to.address)) return false;
  if (!port_matches(rule.global_port, key, to.port)) return false;
  const bool port_is_target = published && rule.global_port;
  return port_is_target || port_matches(rule.port, key, to.port);
}

bool matches(State& state, const Member& member, const Rule& rule, const Candidate& candidate) {
  const FlowKey& key = candidate.flow.key;
  if (rule.protocol && *rule.protocol != key.protocol) return false;
  if (rule.encapsulation && (*rule.encapsulation == Encapsulation::ipsec) != candidate.through_ipsec) return false;
  if (!port_matches(rule.source_port, key, key.source.port)) return false;
  if (member.is_public()) {
    // REMOTEIP is what the host inside sees then.
    const auto& source = remote_side_translated(rule) ? rule.global_remote_ip : rule.remote_ip;
    if (!within(source, key.source.address)) return false;
    if (!destination_matches(state, member, rule, key)) return false;
  } else {
    if (!within(rule.ip, key.source.address) || !within(rule.remote_ip, key.destination.address)) return false;
    if (!port_matches(rule.port, key, key.destination.port)) return false;
  }
  return rule.expires > state.now() && time_matches(rule, state.services.wall.now()) &&
         list_matches(state, member, rule, key.source.address);
}

}  // namespace

Rule* find_rule(State& state, const Member& member, const Candidate& candidate) {
  for (auto& [number, rule] : member.policy->rules) {
    if (rule.interface != member.interface->name || !matches(state, member, rule, candidate)) continue;
    return &rule;
  }
  return nullptr;
}

bool publishes(const Policy& policy, const Rule& rule) {
  if (rule.action == Action::nat) return true;
  return rule.action == Action::allow &&
         std::any_of(policy.nat.begin(), policy.nat.end(),
                     [&rule](const NatRelation& relation) { return relation.public_interface == rule.interface; });
}

bool publishes_portless(const State& state, const Policy& policy, const Rule& rule) {
  const bool fits = !rule.protocol || portless(*rule.protocol);
  return fits && publishes(policy, rule) && rule.ip && !state.ip.is_own(rule.ip->first);
}

Ipv4Address global_address(const std::optional<Ipv4Address>& given, const Member& interface) {
  return given && !given->unset() ? *given : interface.address;
}

}  // namespace arrouter::firewall
