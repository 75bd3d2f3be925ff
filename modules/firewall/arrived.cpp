// Packets that came in, not routed yet: is it sound, does it belong to a session, is it for the router or for a host
// behind a global address.
#include "modules/firewall/datapath.h"

#include <algorithm>

#include "modules/firewall/ident.h"
#include "modules/firewall/track.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

constexpr std::uint16_t ident_port = 113;

}  // namespace

void Datapath::arrived(InterfaceId interface, Burst& burst) {
  Arrivals arrivals;
  look_ahead(burst, arrivals);
  for (std::size_t i = 0; i < burst.size(); ++i) {
    Packet& packet = burst[i];
    if (!packet) continue;
    if (!arrive(interface, packet, arrivals.flows[i], arrivals.hashed[i])) {
      packet.reset();
    } else if (state_.monitors.active() &&
               for_router(state_.members(interface), rough_key(*packet).destination.address)) {
      copy_to_monitor(*packet);
    }
  }
}

/// Of the sessions and rules that are asked, most routers have none, and then their own tunnels pay nothing.
bool Datapath::forwards(InterfaceId interface, const PacketBuffer& packet) {
  const std::uint8_t number = packet.data()[9];
  if (number != protocol::esp && number != protocol::ah) return false;
  const auto& members = state_.members(interface);
  const bool published =
      std::any_of(members.begin(), members.end(), [](const Member& m) { return m.publishes_portless; });
  if (!published && state_.sessions.portless() == 0) return false;
  const auto flow = flow_of(packet.view());
  if (!flow) return false;
  if (const auto found = state_.sessions.find(flow->key)) return found.session->private_interface != 0;
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    const Rule* const rule = member.publishes_portless ? find_rule(state_, member, {*flow, false}) : nullptr;
    return rule != nullptr && publishes_portless(state_, *member.policy, *rule);
  });
}

/// Takes the packets apart and has the memory of their sessions fetched.
void Datapath::look_ahead(Burst& burst, Arrivals& arrivals) const {
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (burst[i]) arrivals.flows[i] = flow_of(burst[i]->view());
    if (!arrivals.flows[i]) continue;
    arrivals.hashed[i] = state_.sessions.hash(arrivals.flows[i]->key);
    state_.sessions.fetch_index(arrivals.hashed[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (arrivals.flows[i]) state_.sessions.fetch_session(arrivals.hashed[i]);
  }
}

bool Datapath::arrive(InterfaceId ingress, Packet& packet, const std::optional<Flow>& flow, std::uint64_t hashed) {
  const Members& members = state_.members(ingress);
  for (const Member& member : members) {
    ++member.interface->counters.received;
    if (member.policy->debug.packet) dump(*member.policy, inward(member), *packet);
  }
  if (!flow) {
    ++members.front().interface->counters.dropped;
    tell(*members.front().policy, *packet, "denied: cut short");
    return false;
  }
  Case item{packet, *flow, ingress};
  if (!sound(members, item)) return false;
  if (flow->icmp_error()) return continue_error(members, item);
  if (const auto found = state_.sessions.find(flow->key, hashed);
      found && belongs(*found.session, found.direction, ingress)) {
    if (!begins_anew(*found.session, *flow)) return continue_session(members, item, found);
    state_.sessions.remove(*found.session);
  }
  return begin_before_routing(members, item);
}

/// A packet of a session comes from the side it says it is from.
bool Datapath::belongs(const Session& session, Direction direction, InterfaceId ingress) const {
  const bool outward = direction == Direction::out;
  if (ingress == (outward ? session.private_interface : session.public_interface)) return true;
  if (outward && session.private_interface == 0) return false;
  const Members& members = state_.members(ingress);
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    return member.policy == session.policy && member.is_public() != outward;
  });
}

bool Datapath::continue_session(const Members& members, Case& item, SessionTable::Found found) {
  Session& session = *found.session;
  Policy& policy = *session.policy;
  ++policy.cache_hits;
  const bool through = session.private_interface != 0;
  if (item.flow.icmp() && through && !icmp_forwarded(policy, item.flow.icmp_type)) {
    ++policy.discarded_icmp;
    return deny(members.front(), item, found.direction, Reason::icmp_type);
  }
  tell_session(session, *item.packet, "session");
  if (session.setup.under_way()) {
    count(session, found.direction, item.packet->size());
    state_.setup_proxy.take(session, found.direction, *wire::view_tcp(item.flow.transport));
    return false;
  }
  if (item.flow.key.protocol == protocol::tcp && found.direction == Direction::in) {
    number_for_server(session, *item.packet);
  }
  track(state_, session, found.direction, item.flow, item.packet->size());
  if (session.gateway != 0) {
    const auto reason = state_.gateways.pass(session, found.direction, *item.packet);
    if (reason) return deny(members.front(), item, found.direction, *reason);
  }
  if (item.flow.key.protocol == protocol::tcp && found.direction == Direction::out) {
    number_for_client(session, *item.packet);
  }
  item.packet->meta.session = SessionTable::handle(session, found.direction);
  if (session.translated()) {
    translate_destination(
        *item.packet, found.direction == Direction::out ? session.public_key.destination : session.private_key.source);
  }
  return true;
}

bool Datapath::for_router(const Members& members, Ipv4Address destination) const {
  if (state_.ip.is_own(destination) || destination.limited_broadcast() || destination.multicast()) return true;
  const Member& member = members.front();
  return !member.mask.unset() && destination == Ipv4Address(member.address.value | ~member.mask.value);
}

bool Datapath::begin_before_routing(const Members& members, Case& item) {
  const Ipv4Address destination = item.flow.key.destination.address;
  const bool local = for_router(members, destination);
  const auto inside = std::find_if(members.begin(), members.end(), [](const Member& m) { return !m.is_public(); });
  if (inside == members.end()) {
    for (const Member& member : members) {
      if (spoofed(member, item)) return deny(member, item, Direction::in, Reason::spoofed);
    }
  }
  if (const auto decided = announced(members, item)) return *decided;
  if (const auto decided = called(members, item)) return *decided;
  if (inside != members.end()) return from_private(*inside, item, local);
  if (local || is_global(state_, item.ingress, destination)) return from_public(members, item, local);
  return true;
}

/// Whether a connection that a session has announced goes on; nullopt: it is none.
std::optional<bool> Datapath::announced(const Members& members, Case& item) {
  Pinholes& pinholes = state_.gateways.pinholes;
  const bool late = item.flow.key.protocol == protocol::tcp && !item.flow.first_segment();
  if (pinholes.empty() || late) return std::nullopt;
  for (const Member& member : members) {
    const Direction direction = inward(member);
    const auto hole = pinholes.take(item.flow.key, direction, member.policy, state_.now());
    if (!hole) continue;
    const auto translation = translate_pinhole(state_, *hole, item.flow.key);
    if (!translation) return deny(member, item, direction, Reason::no_entry);
    return redirect(member, item, direction, hole->rule, *translation);
  }
  return std::nullopt;
}

/// Whether a call to a registered telephone goes on; nullopt: it is none.
std::optional<bool> Datapath::called(const Members& members, Case& item) {
  const FlowKey& key = item.flow.key;
  const bool automatic = state_.sip.enabled && state_.sip.automatic;
  if (!automatic || key.protocol != protocol::udp || state_.sip_clients.empty()) return std::nullopt;
  const SipClient* const client = state_.sip_clients.outside(key.destination);
  if (client == nullptr) return std::nullopt;
  const bool anybody = state_.sip.servers == SipSettings::Servers::yes;
  if (!anybody && client->registrar != key.source.address) return std::nullopt;
  for (const Member& member : members) {
    if (!member.is_public() || member.policy->name != client->policy) continue;
    const Translation translation{
        {client->inside, key.source, key.protocol}, {client->outside, key.source, key.protocol}, 0};
    return redirect(member, item, Direction::in, 0, translation);
  }
  return std::nullopt;
}

bool Datapath::from_private(const Member& member, Case& item, bool local) {
  const FlowKey& key = item.flow.key;
  // What a rule publishes outside is there under the same address for the hosts inside.
  for (const Member& outside : state_.members_of(*member.policy)) {
    const Ipv4Address destination = key.destination.address;
    const bool known_outside = destination == outside.address || is_global(state_, outside.id, destination);
    if (!outside.is_public() || !known_outside) continue;
    Rule* const rule = find_rule(state_, outside, {item.flow, false});
    if (rule == nullptr || !publishes(*member.policy, *rule)) continue;
    const auto translation = translate_hairpin(state_, outside, *rule, key);
    if (!translation || translation->public_key.destination == key.destination) continue;
    ++rule->hits;
    return redirect(member, item, Direction::out, rule->serial, *translation);
  }
  if (!local && !member.changes_destination) return true;
  if (local && member.interface->trust_private) return true;
  Rule* const rule = find_rule(state_, member, {item.flow, false});
  if (local) {
    if (rule != nullptr) ++rule->hits;
    const bool allowed = rule != nullptr && rule->action != Action::deny;
    return allowed || deny(member, item, Direction::out, Reason::policy);
  }
  if (rule == nullptr || !changes_destination(*rule)) return true;
  ++rule->hits;
  FlowKey moved = key;
  moved.destination.address = remote_address(*rule, key.destination.address);
  const auto route = state_.ip.route(moved.destination.address);
  const Member* const out = route ? member_of(*member.policy, route->interface) : nullptr;
  if (out == nullptr || !out->is_public()) return deny(member, item, Direction::out, Reason::policy);
  const auto translation = translate_outbound(state_, member, *out, rule, key);
  if (!translation) return deny(member, item, Direction::out, Reason::no_entry);
  return redirect(member, item, Direction::out, rule->serial, *translation);
}

const Member* Datapath::member_of(const Policy& policy, InterfaceId interface) const {
  for (const Member& member : state_.members(interface)) {
    if (member.policy == &policy) return &member;
  }
  return nullptr;
}

/// Addressed to the router or to a global address: a rule must say who gets it.
bool Datapath::from_public(const Members& members, Case& item, bool local) {
  for (const Member& member : members) {
    Rule* const rule = find_rule(state_, member, {item.flow, item.through_ipsec()});
    if (rule == nullptr) continue;
    ++rule->hits;
    if (rule->action == Action::deny) return deny(member, item, Direction::in, Reason::policy);
    return enter(member, item, *rule);
  }
  const auto every = [&members](auto holds) { return std::all_of(members.begin(), members.end(), holds); };
  if (local) {
    const bool echo = item.flow.icmp() && item.flow.icmp_type == wire::icmp_type::echo;
    if (echo && every([](const Member& m) { return m.policy->ping; })) return true;
    if (every([](const Member& m) { return m.interface->method == Method::pass_all; })) return true;
    const bool ident = item.flow.key.protocol == protocol::tcp && item.flow.key.destination.port == ident_port;
    if (ident && state_.ip.is_own(item.flow.key.destination.address)) {
      const bool proxy = every([](const Member& m) { return m.policy->ident_proxy; });
      answer_ident(state_, *item.packet, proxy);
      return false;
    }
  }
  return deny(members.front(), item, Direction::in, unasked(item.flow));
}

/// A packet that `rule` lets in from the public side: for the router, or for the host it is published for.
bool Datapath::enter(const Member& member, Case& item, const Rule& rule) {
  const Ipv4Address destination = item.flow.key.destination.address;
  const auto translation = translate_inbound(state_, member, rule, item.flow.key);
  if (!translation) return deny(member, item, Direction::in, Reason::no_entry);
  if (translation->private_key.source.address != destination) {
    return redirect(member, item, Direction::in, rule.serial, *translation);
  }
  if (!state_.ip.is_own(destination)) {
    // A broadcast is for the router; a global address without a host behind it is for nobody.
    const bool group = !is_global(state_, item.ingress, destination);
    return group || deny(member, item, Direction::in, Reason::policy);
  }
  if (item.flow.icmp()) return true;
  Session* const session = open(member, item, Direction::in, *translation, rule.serial, 0, item.ingress);
  if (session != nullptr) item.packet->meta.session = SessionTable::handle(*session, Direction::in);
  return session != nullptr;
}

/// A new session whose destination is another one than the packet says.
bool Datapath::redirect(const Member& member, Case& item, Direction direction, std::uint32_t rule,
                        const Translation& translation) {
  const bool out = direction == Direction::out;
  const Endpoint to = out ? translation.public_key.destination : translation.private_key.source;
  if (item.flow.icmp() && !icmp_forwarded(*member.policy, item.flow.icmp_type)) {
    ++member.policy->discarded_icmp;
    return deny(member, item, direction, Reason::icmp_type);
  }
  const auto route = state_.ip.route(to.address);
  if (!route) return deny(member, item, direction, Reason::policy);
  Session* const session = open(member, item, direction, translation, rule, out ? item.ingress : route->interface,
                                out ? route->interface : item.ingress);
  if (session == nullptr || session->setup.under_way()) return false;
  item.packet->meta.session = SessionTable::handle(*session, direction);
  translate_destination(*item.packet, to);
  return true;
}

}  // namespace arrouter::firewall
