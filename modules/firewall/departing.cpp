// Packets whose route is known: sessions give them their new source; what begins is held against the rules and the
// default of its direction (reference/firewall.md 1.2, 1.3).
#include "modules/firewall/datapath.h"
#include "modules/firewall/track.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

/// The router's own packets that ask for an answer.
bool asks(const Flow& flow) {
  switch (flow.key.protocol) {
    case protocol::tcp:
      return flow.first_segment();
    case protocol::udp:
      return true;
    case protocol::icmp:
      return icmp_question(flow.icmp_type);
    default:
      return false;
  }
}

}  // namespace

void Datapath::departing(InterfaceId interface, Burst& burst) {
  for (Packet& packet : burst) {
    if (!packet) continue;
    if (!depart(interface, packet)) {
      packet.reset();
    } else if (state_.monitors.active()) {
      copy_to_monitor(*packet);
    }
  }
}

bool Datapath::depart(InterfaceId egress, Packet& packet) {
  if (packet->meta.interface != 0 && packet->meta.session != 0) return depart_in_session(egress, packet);
  const auto flow = flow_of(packet->view());
  if (!flow) {
    const Member& member = state_.members(egress).front();
    ++member.interface->counters.dropped;
    tell(*member.policy, *packet, "denied: cut short");
    return false;
  }
  Case item{packet, *flow, packet->meta.interface};
  if (item.ingress == 0) {
    leave_router(egress, item);
    return true;
  }
  return cross(egress, item);
}

/// Such a packet was taken apart when it arrived.
bool Datapath::depart_in_session(InterfaceId egress, Packet& packet) {
  const auto found = state_.sessions.find(packet->meta.session);
  if (!found) {  // it ended while the packet was on its way
    const Member& member = state_.members(egress).front();
    ++member.interface->counters.dropped;
    tell(*member.policy, *packet, "denied: its session has ended");
    return false;
  }
  const Session& session = *found.session;
  const auto flow = packet->data()[9] == protocol::icmp ? flow_of(packet->view()) : std::nullopt;
  if (flow && flow->icmp_error()) {
    finish_error(packet, found);
  } else if (session.translated()) {
    translate_source(*packet,
                     found.direction == Direction::out ? session.public_key.source : session.private_key.destination);
  }
  return true;
}

/// Nobody asks what the router itself sends; what it sends to the public side may be answered.
void Datapath::leave_router(InterfaceId egress, Case& item) {
  const Members& members = state_.members(egress);
  const auto outside = std::find_if(members.begin(), members.end(), [](const Member& m) { return m.is_public(); });
  if (outside == members.end()) return;
  const FlowKey& key = item.flow.key;
  if (const auto found = state_.sessions.find(key)) {
    const bool own = found.session->private_interface == 0 && found.direction == Direction::out;
    if (own && !begins_anew(*found.session, item.flow)) {
      track(state_, *found.session, Direction::out, item.flow, item.packet->size());
      return;
    }
    if (!own) return;
    state_.sessions.remove(*found.session);
  }
  if (asks(item.flow)) open(*outside, item, Direction::out, {key, key, 0}, 0, 0, egress);
}

bool Datapath::cross(InterfaceId egress, Case& item) {
  Crossing owner;
  for (const Member& in : state_.members(item.ingress)) {
    for (const Member& out : state_.members(egress)) {
      if (in.policy != out.policy) continue;
      Crossing crossing{&in, &out, nullptr};
      if (!permits(crossing, item, egress)) return false;
      if (crossing.guarded() && owner.in == nullptr) owner = crossing;
    }
  }
  return owner.in == nullptr || begin_crossing(owner, item);
}

/// Hosts of the private side answer somebody who asked them all.
bool Datapath::amplifies(const Crossing& crossing, const Case& item) const {
  return !crossing.in->is_public() && crossing.out->is_public() && crossing.out->interface->method == Method::dynamic &&
         item.flow.icmp() && item.flow.icmp_type == wire::icmp_type::echo_reply;
}

/// The rules of the interface it came by, then the default.
bool Datapath::permits(Crossing& crossing, Case& item, InterfaceId egress) {
  const Member& in = *crossing.in;
  if (!in.is_public() && !crossing.out->is_public()) return true;
  if (crossing.guarded() && item.flow.icmp() && !icmp_forwarded(*in.policy, item.flow.icmp_type)) {
    ++in.policy->discarded_icmp;
    return deny(in, item, crossing.direction(), Reason::icmp_type);
  }
  const bool ipsec = in.is_public() ? item.through_ipsec() : state_.ip.protects(egress, *item.packet);
  if (amplifies(crossing, item)) return deny(in, item, crossing.direction(), Reason::smurf_amplifier);
  crossing.rule = find_rule(state_, in, {item.flow, ipsec});
  if (crossing.rule != nullptr) {
    ++crossing.rule->hits;
    return crossing.rule->action != Action::deny || deny(in, item, crossing.direction(), Reason::policy);
  }
  const bool entering = in.is_public() && !crossing.out->is_public();
  return !entering || in.interface->method == Method::pass_all || deny(in, item, Direction::in, unasked(item.flow));
}

bool Datapath::begin_crossing(const Crossing& crossing, Case& item) {
  const Member& in = *crossing.in;
  const Member& out = *crossing.out;
  const Direction direction = crossing.direction();
  const FlowKey& key = item.flow.key;
  const bool outward = direction == Direction::out;
  const bool pass_all = (outward ? out : in).interface->method == Method::pass_all;
  std::optional<Translation> translation;
  if (outward) {
    translation = translate_outbound(state_, in, out, crossing.rule, key);
  } else if (crossing.rule != nullptr) {
    translation = translate_inbound(state_, in, *crossing.rule, key);
  } else {
    translation = Translation{key.reversed(), key.reversed(), 0};
  }
  if (!translation) {
    const bool addressed = !(outward ? out : in).address.unset();
    return deny(in, item, direction, addressed ? Reason::no_entry : Reason::no_global);
  }
  const bool plain = translation->private_key == translation->public_key;
  // An error that belongs to no session: permitted, but NAT would not know what to make of what it quotes.
  if (item.flow.icmp_error()) return plain || deny(in, item, direction, Reason::bad_icmp);
  // With NAT the answer to what came in would be translated, unless a session knows better.
  const bool answer_translated = !outward && !in.policy->nat.empty() && asks(item.flow);
  if (pass_all && plain && !answer_translated) return true;
  const std::uint32_t rule = crossing.rule == nullptr ? 0 : crossing.rule->serial;
  Session* const session =
      open(in, item, direction, *translation, rule, (outward ? in : out).id, (outward ? out : in).id);
  if (session == nullptr || session->setup.under_way()) return false;
  if (session->translated()) {
    translate_source(*item.packet, outward ? session->public_key.source : session->private_key.destination);
  }
  return true;
}

Session* Datapath::open(const Member& member, Case& item, Direction direction, const Translation& translation,
                        std::uint32_t rule, InterfaceId private_interface, InterfaceId public_interface) {
  const auto refuse = [&](Reason reason) {
    deny(member, item, direction, reason);
    return nullptr;
  };
  Session values;
  values.private_key = translation.private_key;
  values.public_key = translation.public_key;
  values.policy = member.policy;
  values.rule = rule;
  values.private_interface = private_interface;
  values.public_interface = public_interface;
  values.opened = direction;
  values.started = state_.services.wall.now();
  values.expires = state_.now() + start_timeout;
  const bool proxied = member.interface->method == Method::dynamic && SetupProxy::wants(values, item.through_ipsec());
  const auto tcp = item.flow.key.protocol == protocol::tcp ? wire::view_tcp(item.flow.transport) : std::nullopt;
  const bool begins = !tcp || item.flow.first_segment() ||
                      (proxied && state_.setup_proxy.completes(values.public_key.reversed(), *tcp));
  if (!begins) return refuse(Reason::no_session);
  tell_limits(values);
  if (!within_limits(member.policy->limits, values)) return refuse(Reason::session_limit);
  const bool free = state_.sessions.free(values.private_key) && state_.sessions.free(values.public_key.reversed());
  Session* const session = free ? state_.sessions.add(values, translation.id) : nullptr;
  if (session == nullptr) return refuse(Reason::no_entry);
  ++member.policy->sessions;
  hold_address(*session);
  count_session(member.policy->limits, *session, true);
  begin(state_, *session);
  track(state_, *session, direction, item.flow, item.packet->size());
  state_.gateways.begun(*session, *item.packet);
  state_.events.allowed(*member.policy, *session, direction);
  tell_session(*session, *item.packet, "new session");
  if (proxied) state_.setup_proxy.begin(*session, *tcp);
  return session;
}

void Datapath::count_reason(const Member& member, std::uint8_t number, Reason reason) {
  InterfaceCounters& counters = member.interface->counters;
  if (reason == Reason::spoofed) ++counters.spoofing;
  if (reason == Reason::no_global) ++counters.global_zero;
  if (reason == Reason::no_entry) {
    // Where only addresses tell sessions apart there is soon no room for a second one.
    const bool known = number == protocol::tcp || number == protocol::udp || number == protocol::icmp;
    ++(known ? counters.no_spare : counters.unknown_protocol);
  }
}

bool Datapath::deny(const Member& member, const PacketBuffer& packet, const FlowKey& key, Direction direction,
                    Reason reason) {
  ++member.interface->counters.dropped;
  count_reason(member, key.protocol, reason);
  if (watched(*member.policy, packet)) {
    tell(*member.policy, packet, std::string("denied: ") + std::string(text_of(reason)));
  }
  state_.events.denied(*member.policy, key, direction, reason, packet.view());
  return false;
}

}  // namespace arrouter::firewall
