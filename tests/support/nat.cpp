#include "tests/support/nat.h"

#include <optional>

#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

namespace arrouter::test {
namespace {

constexpr std::size_t source_at = 12, destination_at = 16;  // in the IP header
constexpr std::size_t icmp_identifier_at = 4;

/// Where a packet keeps the number that tells its session from others.
struct Place {
  std::uint8_t protocol = 0;
  std::size_t source = 0, destination = 0;  // from the packet's first byte
};

std::optional<Place> place_of(const wire::Ipv4View& ip) {
  if (ip.fragment()) return std::nullopt;
  const std::size_t header = ip.header_length();
  if (ip.protocol() == wire::protocol::udp && wire::view_udp(ip.payload())) return Place{17, header, header + 2};
  if (ip.protocol() == wire::protocol::icmp && wire::view_icmp(ip.payload())) {
    return Place{1, header + icmp_identifier_at, header + icmp_identifier_at};
  }
  return std::nullopt;
}

/// Header and transport checksums anew; a UDP checksum that was left out stays left out.
void finish(ByteSpan packet, std::size_t header) {
  wire::finish_ipv4(packet.data());
  const auto ip = *wire::view_ipv4(packet);
  std::uint8_t* const at = packet.data() + header;
  if (ip.protocol() == wire::protocol::udp) {
    const auto udp = *wire::view_udp(ip.payload());
    wire::write_udp(at, udp.source_port, udp.destination_port, udp.payload.size(), ip.source(), ip.destination(),
                    udp.checksum != 0);
  } else {
    const auto icmp = *wire::view_icmp(ip.payload(), false);
    wire::write_icmp(at, icmp.type, icmp.code, icmp.rest, icmp.payload.size());
  }
}

}  // namespace

Nat::Nat(VirtualTime& time, std::string_view outside, Duration idle)
    : time_(time), outside_(*parse_ipv4(outside)), idle_(idle) {}

bool Nat::drop() {
  ++dropped_;
  return false;
}

std::uint16_t Nat::map(const Inside& inside) {
  const auto known = ports_.find(inside);
  if (known != ports_.end()) {
    Mapping& mapping = mappings_[known->second];
    if (time_.now() - mapping.last_used <= idle_) {
      mapping.last_used = time_.now();
      return known->second;
    }
    mappings_.erase(known->second);
  }
  const std::uint16_t port = ports_[inside] = next_port_++;
  mappings_[port] = {inside, time_.now()};
  return port;
}

bool Nat::leave(ByteSpan packet) {
  const auto ip = wire::view_ipv4(packet);
  const auto place = ip ? place_of(*ip) : std::nullopt;
  if (!place) return drop();
  const std::size_t header = ip->header_length();
  const std::uint16_t port = map({place->protocol, ip->source(), load_be16(packet.data() + place->source)});
  store_be32(packet.data() + source_at, outside_.value);
  store_be16(packet.data() + place->source, port);
  finish(packet, header);
  return true;
}

bool Nat::enter(ByteSpan packet) {
  const auto ip = wire::view_ipv4(packet);
  const auto place = ip ? place_of(*ip) : std::nullopt;
  if (!place) return drop();
  const auto mapping = mappings_.find(load_be16(packet.data() + place->destination));
  if (mapping == mappings_.end() || time_.now() - mapping->second.last_used > idle_) return drop();
  const auto& [protocol, address, port] = mapping->second.inside;
  if (protocol != place->protocol) return drop();
  const std::size_t header = ip->header_length();
  store_be32(packet.data() + destination_at, address.value);
  store_be16(packet.data() + place->destination, port);
  finish(packet, header);
  return true;
}

void Nat::forget() {
  ports_.clear();
  mappings_.clear();
}

void Nat::renumber(std::string_view outside) {
  outside_ = *parse_ipv4(outside);
  forget();
}

}  // namespace arrouter::test
