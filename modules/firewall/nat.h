// Which addresses and ports a new session has on its other side (reference/firewall.md 1.7).
#pragma once

#include <optional>

#include "modules/firewall/state.h"

namespace arrouter::firewall {

/// A session's two keys (both as the private side's packets go) and the id it would like to have.
struct Translation {
  FlowKey private_key, public_key;
  std::uint32_t id = 0;
};

/// For a packet with `key` that came by the private interface `in` and leaves by `out` under `rule` (nullptr: the
/// default). nullopt: no address or port is left.
std::optional<Translation> translate_outbound(State& state, const Member& in, const Member& out, const Rule* rule,
                                              const FlowKey& key);
/// The private ends of a packet that came by the public interface `in` under `rule`. Without NAT the keys are the same.
std::optional<Translation> translate_inbound(State& state, const Member& in, const Rule& rule, const FlowKey& key);
/// A private host asks for what `rule` publishes on the public interface `outside`: it gets there and back through the
/// router.
std::optional<Translation> translate_hairpin(State& state, const Member& outside, const Rule& rule, const FlowKey& key);

/// For a packet that is to pass through `hole`.
std::optional<Translation> translate_pinhole(State& state, const Pinhole& hole, const FlowKey& key);
/// The first of `count` ports of a shared address that nobody waits at; more than one begin with an even one.
std::optional<std::uint16_t> lend_ports(State& state, std::uint8_t protocol, Ipv4Address global, unsigned count);

/// The rule gives the remote host another address, outbound: reverse and double NAT on a private interface.
bool changes_destination(const Rule& rule);
/// By which the public side knows the remote host of an outbound packet under such a rule.
Ipv4Address remote_address(const Rule& rule, Ipv4Address destination);

/// A session has begun, or is over: dynamic NAT counts who uses its addresses.
void hold_address(Session& session);
void release_address(Session& session);

/// The address is one that NAT uses on this public interface, besides the router's own.
bool is_global(const State& state, InterfaceId interface, Ipv4Address address);

}  // namespace arrouter::firewall
