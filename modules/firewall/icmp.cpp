// ICMP through the firewall: which messages may cross, and errors about packets of a session, whose quoted headers are
// translated with them (reference/firewall.md 1.6, 2.2; RFC 5508 in spirit).
#include "modules/firewall/datapath.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {

bool icmp_forwarded(const Policy& policy, std::uint8_t type) {
  namespace t = wire::icmp_type;
  const IcmpForwarding& on = policy.icmp;
  switch (type) {
    case t::echo:
    case t::echo_reply:
      return on.ping;
    case t::unreachable:
      return on.unreachable;
    case t::source_quench:
      return on.source_quench;
    case t::time_exceeded:
      return on.time_exceeded;
    case t::parameter_problem:
      return on.parameter;
    case t::timestamp:
    case t::timestamp_reply:
      return on.timestamp;
    default:
      return false;
  }
}

bool Datapath::continue_error(const Members& members, Case& item) {
  const Member& member = members.front();
  const Direction side = member.is_public() ? Direction::in : Direction::out;
  const auto bad = [&] {
    ++member.interface->counters.bad_icmp;
    return deny(member, item, side, Reason::bad_icmp);
  };
  if (!item.flow.quoted) return bad();
  const Ipv4Address destination = item.flow.key.destination.address;
  const bool local = state_.ip.is_own(destination);
  // The quoted packet went the other way: its reverse looks like one of the side the error comes from.
  const auto found = state_.sessions.find(item.flow.quoted->reversed());
  if (!found || !belongs(*found.session, found.direction, item.ingress)) {
    if (side == Direction::out) return true;  // to the router, or a matter of rules when the route is known
    if (spoofed(member, item)) return deny(member, item, side, Reason::spoofed);
    if (local && state_.ip.is_own(item.flow.quoted->source.address)) return true;  // about the router's own, as ESP
    const bool unasked = local || is_global(state_, item.ingress, destination);
    return !unasked || deny(member, item, side, Reason::policy);
  }
  const Session& session = *found.session;
  if (session.private_interface != 0 && !icmp_forwarded(*session.policy, item.flow.icmp_type)) {
    ++session.policy->discarded_icmp;
    ++member.interface->counters.dumped_icmp;
    return deny(member, item, found.direction, Reason::icmp_type);
  }
  item.packet->meta.session = SessionTable::handle(session, found.direction);
  if (!session.translated()) return true;
  // Its checksum is made anew, so that a broken message must not become a sound one.
  if (!wire::view_icmp(item.flow.transport)) return bad();
  if (found.direction == Direction::in) {
    translate_quoted(*item.packet, session.private_key);
    translate_destination(*item.packet, {session.private_key.source.address, 0});
  } else if (destination == session.private_key.destination.address) {
    translate_destination(*item.packet, {session.public_key.destination.address, 0});
  }
  return true;
}

/// The part of an error's translation that must not precede routing.
void Datapath::finish_error(Packet& packet, SessionTable::Found found) {
  const Session& session = *found.session;
  if (!session.translated()) return;
  if (found.direction == Direction::out) {
    translate_quoted(*packet, session.public_key.reversed());
    // Whoever inside reports it, outside only the global address is known.
    translate_source(*packet, {session.public_key.source.address, 0});
    return;
  }
  const Ipv4Address source = wire::view_ipv4(packet->view(), false)->source();
  if (source == session.public_key.destination.address) {
    translate_source(*packet, {session.private_key.destination.address, 0});
  }
}

}  // namespace arrouter::firewall
