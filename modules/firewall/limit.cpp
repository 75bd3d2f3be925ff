#include "modules/firewall/limit.h"

#include <algorithm>

namespace arrouter::firewall {

bool LimitRule::matches(const Session& session) const {
  const bool there = std::any_of(interface_ids.begin(), interface_ids.end(), [&session](InterfaceId id) {
    return session.private_interface == id || session.public_interface == id;
  });
  if (!interface.empty() && !there) return false;
  return (!ip || ip->contains(session.private_key.source.address)) &&
         (!global_remote_ip || global_remote_ip->contains(session.public_key.destination.address));
}

Ipv4Address opener(const Session& session) {
  return session.opened == Direction::out ? session.private_key.source.address : session.public_key.destination.address;
}

bool within_limits(const LimitRules& rules, const Session& session) {
  return std::all_of(rules.begin(), rules.end(), [&session](const auto& entry) {
    const LimitRule& rule = entry.second;
    if (!rule.matches(session)) return true;
    const auto held = rule.sessions.find(opener(session));
    return (held == rule.sessions.end() ? 0 : held->second) < rule.source_limit;
  });
}

void count_session(LimitRules& rules, const Session& session, bool begun) {
  for (auto& [number, rule] : rules) {
    if (!rule.matches(session)) continue;
    if (begun) {
      ++rule.sessions[opener(session)];
    } else if (const auto held = rule.sessions.find(opener(session));
               held != rule.sessions.end() && --held->second == 0) {
      rule.sessions.erase(held);
    }
  }
}

}  // namespace arrouter::firewall
