// What holds for every packet, session or not: no malformed headers, no IP options and fragments that are not wanted,
// none of the attacks that one packet shows (reference/firewall.md 1.3, 1.10).
#include <algorithm>

#include "modules/firewall/datapath.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;
namespace tcp_flag = wire::tcp_flag;

constexpr std::size_t largest_reassembled = 1780;  // bytes behind the IP header, unless FRAGMENT= allows more
constexpr std::size_t largest_packet = 65535;

bool option_allowed(const IpOptionsAllowed& allowed, std::uint8_t type) {
  switch (type) {
    case 7:
      return allowed.record_route;
    case 68:
      return allowed.timestamp;
    case 130:
    case 133:
      return allowed.security;
    case 131:
    case 137:
      return allowed.source_route;
    case 148:
      return allowed.router_alert;
    default:
      return false;
  }
}

bool options_allowed(const IpOptionsAllowed& allowed, ByteView options) {
  while (!options.empty() && options[0] != 0) {
    if (options[0] == 1) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return false;
    if (!option_allowed(allowed, options[0])) return false;
    options = options.subspan(options[1]);
  }
  return true;
}

bool fragments_wanted(const Policy& policy, std::uint8_t number) {
  if (number == protocol::udp) return policy.fragment_udp;
  if (number == protocol::icmp) return policy.fragment_icmp;
  return policy.fragment_other;
}

/// No TCP sends these together (or nothing at all).
bool impossible_flags(std::uint8_t flags) {
  const bool syn = (flags & tcp_flag::syn) != 0;
  return (syn && (flags & (tcp_flag::fin | tcp_flag::rst)) != 0) ||
         (flags & (tcp_flag::syn | tcp_flag::ack | tcp_flag::rst | tcp_flag::fin)) == 0;
}

/// Everybody on a private network: its broadcast address, or the old form with zeros.
bool calls_everybody(const Member& member, Ipv4Address destination) {
  if (member.is_public() || member.address.unset() || member.mask == mask_of(32)) return false;
  const std::uint32_t host = destination.value & ~member.mask.value;
  return destination.masked(member.mask) == member.address.masked(member.mask) &&
         (host == 0 || host == ~member.mask.value);
}

}  // namespace

/// What holds for every packet, session or not.
bool Datapath::sound(const Members& members, const Case& item) {
  const Flow& flow = item.flow;
  const bool flags_bad = flow.key.protocol == protocol::tcp && impossible_flags(flow.tcp_flags);
  for (const Member& member : members) {
    const Policy& policy = *member.policy;
    if (flow.key.source.address == flow.key.destination.address) {
      return deny(member, item, inward(member), Reason::land);
    }
    if (smurfs(member, item)) return deny(member, item, Direction::in, Reason::smurf);
    if (flags_bad) return deny(member, item, inward(member), Reason::bad_packet);
    if (flow.options && !options_allowed(policy.options, wire::view_ipv4(item.packet->view(), false)->options())) {
      return deny(member, item, inward(member), Reason::ip_option);
    }
    if (item.packet->meta.fragments > state_.max_fragments) {
      return deny(member, item, inward(member), Reason::fragments);
    }
    if (item.packet->meta.fragments != 0 && flow.transport.size() > largest_reassembled &&
        !fragments_wanted(policy, flow.key.protocol)) {
      return deny(member, item, inward(member), Reason::fragment_size);
    }
  }
  return true;
}

/// From outside, in clear, with an address of a private network.
bool Datapath::spoofed(const Member& member, const Case& item) const {
  if (item.through_ipsec()) return false;
  const Ipv4Address source = item.flow.key.source.address;
  const Members& all = state_.members_of(*member.policy);
  return std::any_of(all.begin(), all.end(), [source](const Member& other) {
    return !other.is_public() && !other.address.unset() &&
           source.masked(other.mask) == other.address.masked(other.mask);
  });
}

/// From outside, in clear, to all hosts of a private network: they are to answer whoever the source belongs to.
bool Datapath::smurfs(const Member& member, const Case& item) const {
  if (!member.is_public() || !item.flow.icmp() || item.flow.icmp_type != wire::icmp_type::echo) return false;
  if (item.through_ipsec()) return false;
  const Members& all = state_.members_of(*member.policy);
  const Ipv4Address destination = item.flow.key.destination.address;
  return std::any_of(all.begin(), all.end(),
                     [destination](const Member& other) { return calls_everybody(other, destination); });
}

/// A fragment that no honest sender makes: it hides a TCP header, or ends where no packet can.
bool Datapath::fragment(InterfaceId ingress, const PacketBuffer& packet) {
  const Members& members = state_.members(ingress);
  const auto ip = wire::view_ipv4(packet.view(), false);
  const std::size_t begin = ip->fragment_offset(), length = ip->payload().size();
  std::optional<Reason> reason;
  if (ip->protocol() == protocol::tcp && (begin == 0 ? length : begin) < wire::tcp_header) reason = Reason::tcp_tiny;
  if (ip->header_length() + begin + length > largest_packet) {
    reason = ip->protocol() == protocol::icmp ? Reason::ping_of_death : Reason::fragment_range;
  }
  if (!reason) return true;
  const Member& member = members.front();
  return deny(member, packet, rough_key(packet), inward(member), *reason);
}

/// IP has dropped and counted it; it is an event all the same.
void Datapath::flawed(InterfaceId ingress, const PacketBuffer& packet, Flaw flaw) {
  const Member& member = state_.members(ingress).front();
  const FlowKey key = rough_key(packet);
  Reason reason = Reason::fragment_missing;
  if (flaw == Flaw::fragments_overlap) reason = Reason::fragment_overlap;
  if (flaw == Flaw::own_source) {
    reason = key.source.address == key.destination.address ? Reason::land : Reason::spoofed;
  }
  state_.events.denied(*member.policy, key, inward(member), reason, packet.view());
}

/// Without ports, for packets that are not taken apart.
FlowKey Datapath::rough_key(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  FlowKey key;
  key.source.address = ip->source();
  key.destination.address = ip->destination();
  key.protocol = ip->protocol();
  return key;
}

Reason Datapath::unasked(const Flow& flow) {
  const bool answer = flow.icmp() && flow.icmp_type == wire::icmp_type::echo_reply;
  return answer ? Reason::smurf_amplifier : Reason::policy;
}

}  // namespace arrouter::firewall
