#include "modules/firewall/nat.h"

#include <algorithm>

#include "modules/firewall/match.h"
#include "modules/firewall/sip.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

// Below are ports on which this and other hosts may listen.
constexpr std::uint16_t first_port = 16384;
constexpr unsigned most_tries = 4096;

bool has_ports(std::uint8_t number) {
  return number == protocol::tcp || number == protocol::udp || number == protocol::icmp;
}

/// Host for host with a mask, at the same place of a range of the same size, else the first of the range.
Ipv4Address map_address(Ipv4Address address, const std::optional<Ipv4Range>& from, const Ipv4Range& to,
                        Ipv4Address mask) {
  if (!mask.unset()) return Ipv4Address((to.first.value & mask.value) | (address.value & ~mask.value));
  if (from && from->contains(address) && from->last.value - from->first.value == to.last.value - to.first.value) {
    return Ipv4Address(to.first.value + (address.value - from->first.value));
  }
  return to.first;
}

std::uint16_t map_port(const Rule& rule, std::uint16_t port) {
  if (!rule.port || !rule.global_port || !rule.global_port->contains(port)) return port;
  const unsigned mapped = rule.port->first + (port - rule.global_port->first);
  return static_cast<std::uint16_t>(std::min<unsigned>(mapped, rule.port->last));
}

/// Gives the end of `key` chosen by `end` a port with which `taken` (how the table finds the session) is free.
template <class Free>
bool choose_port(State& state, FlowKey& key, Endpoint& end, Free free) {
  if (!has_ports(key.protocol)) return free(key);
  for (unsigned tries = 0; tries < most_tries; ++tries) {
    end.port = std::max(state.next_port, first_port);
    state.next_port = static_cast<std::uint16_t>(end.port + 1);
    if (free(key)) return true;
  }
  return false;
}

/// The public end under which a telephone registered, for those it may call from there.
std::optional<Endpoint> registered_end(State& state, const FlowKey& key) {
  if (key.protocol != protocol::udp || !state.sip.automatic || state.sip_clients.empty()) return std::nullopt;
  const SipClient* const client = state.sip_clients.inside(key.source);
  if (client == nullptr) return std::nullopt;
  const bool other = state.sip.servers != SipSettings::Servers::no && key.destination.port == sip::port;
  const bool fits = client->registrar == key.destination.address || other;
  return fits ? std::optional(client->outside) : std::nullopt;
}

/// Enhanced NAT of the private end.
std::optional<Translation> share(State& state, const FlowKey& key, FlowKey public_key, Ipv4Address global) {
  if (global.unset()) return std::nullopt;
  public_key.source.address = global;
  const auto free = [&state](const FlowKey& k) {
    const bool registered = k.protocol == protocol::udp && state.sip_clients.outside(k.source) != nullptr;
    return !registered && state.sessions.free(k.reversed()) && !state.gateways.pinholes.promised(k.protocol, k.source);
  };
  if (const auto end = registered_end(state, key); end && end->address == global) {
    public_key.source = *end;
    if (state.sessions.free(public_key.reversed())) return Translation{key, public_key, end->port};
  }
  const auto announced = state.gateways.pinholes.announced(key.protocol, key.source, state.now());
  if (announced && announced->address == global) {
    public_key.source = *announced;
    if (state.sessions.free(public_key.reversed())) return Translation{key, public_key, announced->port};
  }
  if (!choose_port(state, public_key, public_key.source, free)) return std::nullopt;
  return Translation{key, public_key, public_key.source.port};
}

std::optional<Translation> one_to_one(State& state, const FlowKey& key, const FlowKey& public_key) {
  if (public_key.source.address.unset() || !state.sessions.free(public_key.reversed())) return std::nullopt;
  return Translation{key, public_key, 0};
}

bool enhanced(NatType type) { return type == NatType::enhanced || type == NatType::napt || type == NatType::enapt; }

std::optional<Translation> by_rule(State& state, const Member& out, const Rule& rule, const FlowKey& key) {
  FlowKey public_key = key;
  if (changes_destination(rule)) public_key.destination.address = remote_address(rule, key.destination.address);
  if (rule.nat_type == NatType::reverse) return one_to_one(state, key, public_key);
  const Ipv4Address global = global_address(rule.global_ip, out);
  if (enhanced(rule.nat_type)) return share(state, key, public_key, global);
  public_key.source.address = map_address(key.source.address, rule.ip, {global, global}, rule.nat_mask);
  return one_to_one(state, key, public_key);
}

/// The address of the range that the private host has, or a free one for it.
std::optional<Ipv4Address> dynamic_address(NatRelation& relation, Ipv4Address host) {
  if (const auto held = relation.bindings.find(host); held != relation.bindings.end()) return held->second.global;
  for (std::uint32_t value = relation.global->first.value;; ++value) {
    const Ipv4Address candidate(value);
    const bool taken = std::any_of(relation.bindings.begin(), relation.bindings.end(),
                                   [candidate](const auto& entry) { return entry.second.global == candidate; });
    if (!taken) return candidate;
    if (value == relation.global->last.value) return std::nullopt;
  }
}

bool is_dynamic(const NatRelation& relation) {
  return relation.kind == NatKind::standard && !relation.ip && relation.global && !relation.global->first.unset();
}

/// The relation for a private host: its own static one goes before the shared ones.
NatRelation* relation_for(const Member& in, const Member& out, Ipv4Address host) {
  NatRelation* shared = nullptr;
  for (NatRelation& relation : in.policy->nat) {
    if (relation.private_interface != in.interface->name || relation.public_interface != out.interface->name) continue;
    if (relation.ip && *relation.ip == host) return &relation;
    if (!relation.ip && shared == nullptr) shared = &relation;
  }
  return shared;
}

}  // namespace

std::optional<Translation> translate_outbound(State& state, const Member& in, const Member& out, const Rule* rule,
                                              const FlowKey& key) {
  if (rule != nullptr && rule->action == Action::nat) return by_rule(state, out, *rule, key);
  NatRelation* const relation = relation_for(in, out, key.source.address);
  if (relation == nullptr || (rule != nullptr && rule->action == Action::nonat)) return one_to_one(state, key, key);
  const std::optional<Ipv4Address> first = relation->global ? std::optional(relation->global->first) : std::nullopt;
  if (relation->kind != NatKind::standard) return share(state, key, key, global_address(first, out));
  FlowKey public_key = key;
  if (is_dynamic(*relation)) {
    const auto address = dynamic_address(*relation, key.source.address);
    if (!address) return std::nullopt;
    public_key.source.address = *address;
  } else {
    public_key.source.address = global_address(first, out);
  }
  return one_to_one(state, key, public_key);
}

std::optional<Translation> translate_inbound(State& state, const Member& in, const Rule& rule, const FlowKey& key) {
  Translation result{key.reversed(), key.reversed(), 0};
  Endpoint& host = result.private_key.source;
  Endpoint& remote = result.private_key.destination;
  const bool by_rule = rule.action == Action::nat;
  if (by_rule && rule.nat_type != NatType::standard && rule.remote_ip) {
    remote.address = map_address(key.source.address, rule.global_remote_ip, *rule.remote_ip, rule.nat_mask);
  }
  const bool host_side = !by_rule || rule.nat_type == NatType::standard || rule.nat_type == NatType::double_nat;
  if (host_side && publishes(*in.policy, rule)) {
    const Ipv4Address global = key.destination.address;
    if (rule.ip && !rule.ip->contains(global)) {
      host.address = map_address(global, Ipv4Range{global, global}, *rule.ip, by_rule ? rule.nat_mask : Ipv4Address());
    } else if (!rule.ip) {
      for (const NatRelation& relation : in.policy->nat) {
        const bool fits = relation.ip && relation.global && relation.public_interface == in.interface->name &&
                          relation.global->first == global;
        if (fits) host.address = *relation.ip;
      }
    }
    if (state.ip.is_own(host.address)) host.address = global;  // the router itself, by whatever name
    if (host.address != global) host.port = map_port(rule, host.port);
  }
  if (by_rule && enhanced(rule.nat_type)) {
    const auto free = [&state](const FlowKey& k) { return state.sessions.free(k); };
    if (!choose_port(state, result.private_key, remote, free)) return std::nullopt;
    return result;
  }
  if (!state.sessions.free(result.private_key)) return std::nullopt;
  return result;
}

std::optional<Translation> translate_pinhole(State& state, const Pinhole& hole, const FlowKey& key) {
  if (hole.opener == Direction::in) {
    Translation result{
        {hole.private_target, key.source, key.protocol}, {hole.public_target, key.source, key.protocol}, 0};
    if (!hole.private_opener.address.unset()) result.private_key.destination.address = hole.private_opener.address;
    return state.sessions.free(result.private_key) ? std::optional(result) : std::nullopt;
  }
  FlowKey public_key{{hole.public_opener.address, key.source.port}, hole.public_target, key.protocol};
  if (state.sessions.free(public_key.reversed())) return Translation{key, public_key, 0};
  return share(state, key, public_key, hole.public_opener.address);
}

std::optional<std::uint16_t> lend_ports(State& state, std::uint8_t number, Ipv4Address global, unsigned count) {
  for (unsigned tries = 0; tries < most_tries; ++tries) {
    unsigned first = std::max(state.next_port, first_port);
    if (count > 1) first += first % 2;
    if (first + count > 0x10000) first = first_port;
    state.next_port = static_cast<std::uint16_t>(first + count);
    bool free = true;
    for (unsigned port = first; port < first + count; ++port) {
      free = free && !state.gateways.pinholes.promised(number, {global, static_cast<std::uint16_t>(port)});
    }
    if (free) return static_cast<std::uint16_t>(first);
  }
  return std::nullopt;
}

std::optional<Translation> translate_hairpin(State& state, const Member& outside, const Rule& rule,
                                             const FlowKey& key) {
  const auto inbound = translate_inbound(state, outside, rule, key);
  if (!inbound || !inbound->private_key.source.address.value) return std::nullopt;
  FlowKey public_key = key;
  public_key.destination = inbound->private_key.source;
  return share(state, key, public_key, key.destination.address);
}

bool changes_destination(const Rule& rule) {
  const bool remote = rule.nat_type == NatType::reverse || rule.nat_type == NatType::double_nat;
  return rule.action == Action::nat && remote && rule.global_remote_ip.has_value();
}

Ipv4Address remote_address(const Rule& rule, Ipv4Address destination) {
  return map_address(destination, rule.remote_ip, *rule.global_remote_ip, rule.nat_mask);
}

namespace {

NatRelation* dynamic_relation(const Session& session) {
  for (NatRelation& relation : session.policy->nat) {
    if (is_dynamic(relation) && relation.global->contains(session.public_key.source.address)) return &relation;
  }
  return nullptr;
}

}  // namespace

void hold_address(Session& session) {
  if (session.private_key.source.address == session.public_key.source.address) return;
  NatRelation* const relation = dynamic_relation(session);
  if (relation == nullptr) return;
  auto& binding = relation->bindings[session.private_key.source.address];
  binding.global = session.public_key.source.address;
  ++binding.sessions;
}

void release_address(Session& session) {
  if (session.private_key.source.address == session.public_key.source.address) return;
  NatRelation* const relation = dynamic_relation(session);
  if (relation == nullptr) return;
  const auto held = relation->bindings.find(session.private_key.source.address);
  if (held != relation->bindings.end() && --held->second.sessions == 0) relation->bindings.erase(held);
}

bool is_global(const State& state, InterfaceId interface, Ipv4Address address) {
  return std::any_of(state.global_ranges().begin(), state.global_ranges().end(),
                     [&](const auto& range) { return range.interface == interface && range.range.contains(address); });
}

}  // namespace arrouter::firewall
