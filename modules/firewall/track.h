// What packets do to their session: TCP states, timeouts, counters (reference/firewall.md 1.6).
#pragma once

#include "modules/firewall/flow.h"
#include "modules/firewall/state.h"

namespace arrouter::firewall {

/// What a timeout of so many minutes stands for (reference/firewall.md 1.6).
constexpr std::chrono::seconds timeout_of(unsigned minutes) {
  return minutes == 0 ? std::chrono::seconds(30) : std::chrono::seconds(minutes * 60ULL);
}
inline constexpr std::chrono::seconds start_timeout{300};  // UDP start phase, TCP opens, ICMP
inline constexpr std::uint64_t start_packets = 5;  // in one direction: the next packet ends the start phase

/// Too many TCP opens are pending: those not completed get less time ("TCP Handshake Timeout Mode").
bool hurried(const Policy& policy, const SessionTable& sessions);

/// A session that was just added, before its first packet is tracked.
void begin(State& state, Session& session);
/// Counts a packet of `bytes` and moves the session's state and deadline on.
void track(State& state, Session& session, Direction direction, const Flow& flow, std::size_t bytes);
/// Counts a packet only.
void count(Session& session, Direction direction, std::size_t bytes);
/// The session lives on as long as after any of its packets.
void prolong(State& state, Session& session);
/// The session is over and this SYN begins another one with the same ends.
bool begins_anew(const Session& session, const Flow& flow);

}  // namespace arrouter::firewall
