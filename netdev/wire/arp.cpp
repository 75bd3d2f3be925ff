#include "netdev/wire/arp.h"

#include <cstring>

#include "netdev/wire/ethernet.h"

namespace arrouter::wire {
namespace {
constexpr std::uint16_t hardware_ethernet = 1;
constexpr std::uint16_t address_lengths = 0x0604;  // hardware 6, protocol 4
}  // namespace

std::optional<ArpFields> parse_arp(ByteView payload) {
  if (payload.size() < arp_packet) return std::nullopt;
  const std::uint8_t* at = payload.data();
  if (load_be16(at) != hardware_ethernet || load_be16(at + 2) != ether_type::ipv4 ||
      load_be16(at + 4) != address_lengths) {
    return std::nullopt;
  }
  ArpFields fields;
  fields.operation = load_be16(at + 6);
  std::memcpy(fields.sender_mac.octets.data(), at + 8, 6);
  fields.sender = Ipv4Address(load_be32(at + 14));
  std::memcpy(fields.target_mac.octets.data(), at + 18, 6);
  fields.target = Ipv4Address(load_be32(at + 24));
  return fields;
}

void write_arp(std::uint8_t* at, const ArpFields& fields) {
  store_be16(at, hardware_ethernet);
  store_be16(at + 2, ether_type::ipv4);
  store_be16(at + 4, address_lengths);
  store_be16(at + 6, fields.operation);
  std::memcpy(at + 8, fields.sender_mac.octets.data(), 6);
  store_be32(at + 14, fields.sender.value);
  std::memcpy(at + 18, fields.target_mac.octets.data(), 6);
  store_be32(at + 24, fields.target.value);
}

}  // namespace arrouter::wire
