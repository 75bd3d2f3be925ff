// Limit rules: how many sessions one device may have (reference/firewall.md 1.8).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/firewall/session.h"
#include "os/base/address.h"

namespace arrouter::firewall {

/// ADD/SET FIREWALL POLICY LIMITRULE. What is not set matches every session.
struct LimitSettings {
  std::string interface;
  std::optional<Ipv4Range> ip, global_remote_ip;
  unsigned source_limit = 0;  // SRCIPLIMIT; 0 lets nobody open a session
};

struct LimitRule : LimitSettings {
  std::vector<InterfaceId> interface_ids;              // that IP has now for `interface`
  std::unordered_map<Ipv4Address, unsigned> sessions;  // live now, by the device that opened them
  bool matches(const Session& session) const;
};

using LimitRules = std::map<std::uint32_t, LimitRule>;

/// The device that began a session.
Ipv4Address opener(const Session& session);
/// No matching rule is at its limit for the device that would open this session.
bool within_limits(const LimitRules& rules, const Session& session);
/// A session has begun (or is over).
void count_session(LimitRules& rules, const Session& session, bool begun);

}  // namespace arrouter::firewall
