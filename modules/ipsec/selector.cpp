#include "modules/ipsec/selector.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"
#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

namespace protocol = wire::protocol;

struct ProtocolName {
  std::string_view word;
  std::uint8_t number;
};
constexpr std::array protocol_names{ProtocolName{"ICMP", protocol::icmp}, ProtocolName{"TCP", protocol::tcp},
                                    ProtocolName{"EGP", protocol::egp},   ProtocolName{"UDP", protocol::udp},
                                    ProtocolName{"RSVP", protocol::rsvp}, ProtocolName{"GRE", protocol::gre},
                                    ProtocolName{"ESP", protocol::esp},   ProtocolName{"OSPF", protocol::ospf}};

constexpr bool encrypted(std::uint8_t number) {
  return number == protocol::esp || number == protocol::ah || number == protocol::ipcomp;
}
constexpr bool has_ports(std::uint8_t number) { return number == protocol::tcp || number == protocol::udp; }

bool port_matches(const NumberSelector& selector, FlowKey::Ports ports, std::uint16_t port) {
  switch (selector.kind) {
    case NumberSelector::Kind::any:
      return true;
    case NumberSelector::Kind::opaque:
      return ports == FlowKey::Ports::opaque;
    case NumberSelector::Kind::number:
      return ports == FlowKey::Ports::known && port == selector.number;
  }
  return false;
}

bool protocol_matches(const NumberSelector& selector, std::uint8_t number) {
  switch (selector.kind) {
    case NumberSelector::Kind::any:
      return true;
    case NumberSelector::Kind::opaque:
      return encrypted(number);
    case NumberSelector::Kind::number:
      return number == selector.number;
  }
  return false;
}

bool side_contains(const isakmp::TrafficId& id, const FlowKey& flow, Ipv4Address address, std::uint16_t port) {
  if (id.protocol != 0 && id.protocol != flow.protocol) return false;
  if (id.port != 0 && (flow.ports != FlowKey::Ports::known || id.port != port)) return false;
  return traffic_range(id).contains(address);
}

}  // namespace

std::uint64_t FlowKey::hash() const {
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15ULL;
  const std::uint64_t addresses = static_cast<std::uint64_t>(local.value) << 32 | remote.value;
  const std::uint64_t rest = static_cast<std::uint64_t>(local_port) << 48 |
                             static_cast<std::uint64_t>(remote_port) << 32 |
                             static_cast<std::uint64_t>(interface) << 16 | protocol;
  std::uint64_t mixed = (addresses ^ rest * multiplier) * multiplier;
  mixed ^= mixed >> 29;
  return mixed * multiplier;
}

std::optional<FlowKey> flow_of(ByteView packet, Heading heading, InterfaceId interface) {
  std::optional<FlowKey> made;  // where the caller has it: a copy would wait for its parts
  const auto ip = wire::view_ipv4(packet, false);
  if (!ip) return made;
  FlowKey& flow = made.emplace();
  flow.interface = interface;
  flow.protocol = ip->protocol();
  const bool leaving = heading == Heading::leaving;
  flow.local = leaving ? ip->source() : ip->destination();
  flow.remote = leaving ? ip->destination() : ip->source();
  const ByteView payload = packet.subspan(ip->header_length());
  if (encrypted(flow.protocol)) {
    flow.ports = FlowKey::Ports::opaque;
  } else if (has_ports(flow.protocol)) {
    if (ip->fragment_offset() != 0 || payload.size() < 4) {
      flow.ports = FlowKey::Ports::opaque;
    } else {
      flow.ports = FlowKey::Ports::known;
      const std::uint16_t source = load_be16(payload.data());
      const std::uint16_t destination = load_be16(payload.data() + 2);
      flow.local_port = leaving ? source : destination;
      flow.remote_port = leaving ? destination : source;
    }
  } else if (flow.protocol == protocol::icmp) {
    if (ip->fragment_offset() != 0 || payload.empty()) {
      flow.ports = FlowKey::Ports::opaque;
    } else {
      flow.local_port = payload[0];
    }
  }
  return made;
}

void change_port(PacketBuffer& packet, Heading heading, std::uint16_t port) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  std::uint8_t* const transport = packet.data() + ip->header_length();
  std::uint8_t* const field = transport + (heading == Heading::leaving ? 2 : 0);
  const std::size_t checksum_at = ip->protocol() == protocol::tcp ? 16 : 6;
  const std::uint16_t before = load_be16(field);
  store_be16(field, port);
  if (packet.meta.checksum == Checksum::partial) return;  // ports are no part of a pseudo-header
  if (ip->header_length() + checksum_at + 2 > packet.size()) return;
  const std::uint16_t sum = load_be16(transport + checksum_at);
  if (ip->protocol() == protocol::udp && sum == 0) return;  // there is none
  const std::uint16_t adjusted = wire::checksum_adjust(sum, before, port);
  store_be16(transport + checksum_at, adjusted == 0 && ip->protocol() == protocol::udp ? 0xffff : adjusted);
}

Ipv4Range AddressSelector::range() const {
  switch (kind) {
    case Kind::any:
      return {Ipv4Address(0), Ipv4Address(0xffffffff)};
    case Kind::address:
      return {first, first};
    case Kind::subnet:
      return {first.masked(second), Ipv4Address(first.value | ~second.value)};
    case Kind::range:
      return {first, second};
  }
  return {};
}

std::string address_text(const AddressSelector& selector) {
  switch (selector.kind) {
    case AddressSelector::Kind::any:
      return "ANY";
    case AddressSelector::Kind::range:
      return to_string(Ipv4Range{selector.first, selector.second});
    default:
      return to_string(selector.first);
  }
}

std::string mask_text(const AddressSelector& selector) {
  switch (selector.kind) {
    case AddressSelector::Kind::any:
      return "ANY";
    case AddressSelector::Kind::address:
      return "255.255.255.255";
    case AddressSelector::Kind::subnet:
      return to_string(selector.second);
    case AddressSelector::Kind::range:
      return "-";
  }
  return {};
}

std::string port_text(const NumberSelector& selector) {
  switch (selector.kind) {
    case NumberSelector::Kind::any:
      return "ANY";
    case NumberSelector::Kind::opaque:
      return "OPAQUE";
    case NumberSelector::Kind::number:
      return std::to_string(selector.number);
  }
  return {};
}

std::string protocol_text(const NumberSelector& selector) {
  if (selector.kind == NumberSelector::Kind::number) {
    for (const ProtocolName& name : protocol_names) {
      if (name.number == selector.number) return std::string(name.word);
    }
  }
  return port_text(selector);
}

std::optional<std::uint8_t> protocol_number(std::string_view word) {
  for (const ProtocolName& name : protocol_names) {
    if (equal_ignoring_case(name.word, word)) return name.number;
  }
  return std::nullopt;
}

bool Selectors::matches(const FlowKey& flow) const {
  if (!protocol_matches(protocol, flow.protocol) || !local.contains(flow.local) || !remote.contains(flow.remote) ||
      !port_matches(local_port, flow.ports, flow.local_port) ||
      !port_matches(remote_port, flow.ports, flow.remote_port)) {
    return false;
  }
  if (icmp_types.empty() || flow.protocol != protocol::icmp) return true;
  return flow.ports == FlowKey::Ports::none &&
         std::any_of(icmp_types.begin(), icmp_types.end(), [&](const auto& range) {
           return range.first <= flow.local_port && flow.local_port <= range.second;
         });
}

isakmp::TrafficId traffic_id(const AddressSelector& address, const NumberSelector& port,
                             const NumberSelector& protocol) {
  isakmp::TrafficId id;
  switch (address.kind) {
    case AddressSelector::Kind::any:
      id.kind = isakmp::TrafficId::Kind::subnet;
      break;  // 0.0.0.0/0
    case AddressSelector::Kind::address:
      id.kind = isakmp::TrafficId::Kind::address;
      break;
    case AddressSelector::Kind::subnet:
      id.kind = isakmp::TrafficId::Kind::subnet;
      break;
    case AddressSelector::Kind::range:
      id.kind = isakmp::TrafficId::Kind::range;
      break;
  }
  id.first = address.kind == AddressSelector::Kind::subnet ? address.first.masked(address.second) : address.first;
  id.second = address.second;
  if (protocol.kind == NumberSelector::Kind::number) id.protocol = static_cast<std::uint8_t>(protocol.number);
  if (port.kind == NumberSelector::Kind::number) id.port = port.number;
  return id;
}

Ipv4Range traffic_range(const isakmp::TrafficId& id) {
  switch (id.kind) {
    case isakmp::TrafficId::Kind::address:
      return {id.first, id.first};
    case isakmp::TrafficId::Kind::subnet:
      return {id.first.masked(id.second), Ipv4Address(id.first.value | ~id.second.value)};
    case isakmp::TrafficId::Kind::range:
      return {id.first, id.second};
  }
  return {};
}

AddressSelector address_of(const isakmp::TrafficId& id) {
  AddressSelector selector{AddressSelector::Kind::address, id.first, id.second};
  if (id.kind == isakmp::TrafficId::Kind::range) selector.kind = AddressSelector::Kind::range;
  if (id.kind == isakmp::TrafficId::Kind::subnet) {
    selector.kind = id.second.unset() ? AddressSelector::Kind::any : AddressSelector::Kind::subnet;
  }
  return selector;
}

Traffic traffic_of(const Selectors& selectors) {
  return {traffic_id(selectors.local, selectors.local_port, selectors.protocol),
          traffic_id(selectors.remote, selectors.remote_port, selectors.protocol)};
}

bool Traffic::contains(const FlowKey& flow) const {
  return side_contains(local, flow, flow.local, flow.local_port) &&
         side_contains(remote, flow, flow.remote, flow.remote_port);
}

}  // namespace arrouter::ipsec
