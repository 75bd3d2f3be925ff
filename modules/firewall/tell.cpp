// What the firewall tells people who look on: DEBUG=PKT and PROCESS on a terminal, LAB TRACE of single packets.
#include <algorithm>

#include <fmt/format.h>

#include "modules/firewall/datapath.h"
#include "modules/firewall/keywords.h"
#include "os/base/bytes.h"
#include "os/packet_trace.h"

namespace arrouter::firewall {
namespace {

constexpr std::size_t dumped_bytes = 56;  // reference/firewall.md 2.2

void print(const Policy& policy, std::string_view text) {
  if (const auto terminal = policy.debug_terminal.lock()) terminal->print(text);
}

}  // namespace

void Datapath::dump(const Policy& policy, Direction direction, const PacketBuffer& packet) const {
  const ByteView head = packet.view().first(std::min(packet.size(), dumped_bytes));
  print(policy, fmt::format("FIRE {} {} {}\n", policy.name, direction == Direction::in ? "IN" : "OUT", to_hex(head)));
}

bool Datapath::watched(const Policy& policy, const PacketBuffer& packet) const {
  return packet.meta.trace != 0 || policy.debug.process;
}

void Datapath::tell(const Policy& policy, const PacketBuffer& packet, std::string_view decision) const {
  if (packet.meta.trace != 0) {
    if (PacketTrace* const trace = state_.ip.packet_trace()) trace->note(packet, "firewall", decision);
  }
  if (policy.debug.process) print(policy, fmt::format("FIRE {} {}\n", policy.name, decision));
}

void Datapath::tell_limits(const Session& session) const {
  const Policy& policy = *session.policy;
  if (!policy.debug.limit_rule) return;
  for (const auto& [number, rule] : policy.limits) {
    if (!rule.matches(session)) continue;
    const auto held = rule.sessions.find(opener(session));
    print(policy,
          fmt::format("FIRE {} limit rule {}: {} has {} of {} sessions\n", policy.name, number,
                      to_string(opener(session)), held == rule.sessions.end() ? 0 : held->second, rule.source_limit));
  }
}

void Datapath::tell_session(const Session& session, const PacketBuffer& packet, std::string_view what) const {
  if (!watched(*session.policy, packet)) return;
  const std::uint8_t number = session.private_key.protocol;
  tell(*session.policy, packet,
       fmt::format(
           "{} {} {} {} <-> {}, gbl {} <-> {}", what, session_id_text(session.id), protocol_text(number),
           endpoint_text(session.private_key.source, number), endpoint_text(session.private_key.destination, number),
           endpoint_text(session.public_key.source, number), endpoint_text(session.public_key.destination, number)));
}

}  // namespace arrouter::firewall
