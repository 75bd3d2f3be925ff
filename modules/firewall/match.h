// Which rule a packet meets: first match wins (reference/firewall.md 1.3, 1.5).
#pragma once

#include "modules/firewall/flow.h"
#include "modules/firewall/state.h"
#include "os/base/packet.h"

namespace arrouter::firewall {

/// A packet as the rules of the interface it came in by see it.
struct Candidate {
  const Flow& flow;
  bool through_ipsec = false;  // on a public interface: it came out of an SA; on a private one: it will go into one
};

/// The first rule of the policy for packets that arrive by `member` that this one matches; whoever acts on it counts
/// the hit.
Rule* find_rule(State& state, const Member& member, const Candidate& candidate);

/// The rule's place on a public interface where it publishes IP and PORT under GBLIP and GBLPORT: NAT is at work there.
bool publishes(const Policy& policy, const Rule& rule);

/// It gives packets of protocols without ports to a host, who is not the router itself.
bool publishes_portless(const State& state, const Policy& policy, const Rule& rule);

/// The address of GBLIP: as given, else what the interface has.
Ipv4Address global_address(const std::optional<Ipv4Address>& given, const Member& interface);

}  // namespace arrouter::firewall
