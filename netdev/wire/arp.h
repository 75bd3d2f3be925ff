// ARP for IPv4 over Ethernet (RFC 826).
#pragma once

#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

inline constexpr std::size_t arp_packet = 28;  // bytes, without Ethernet header and padding
namespace arp_operation {
inline constexpr std::uint16_t request = 1, reply = 2;
}

struct ArpFields {
  std::uint16_t operation = arp_operation::request;
  MacAddress sender_mac;
  Ipv4Address sender;
  MacAddress target_mac;
  Ipv4Address target;
};
/// nullopt unless it is a whole ARP packet of hardware type 1, protocol type IPv4 and their address lengths. The
/// operation may be any.
std::optional<ArpFields> parse_arp(ByteView payload);
/// Writes arp_packet bytes.
void write_arp(std::uint8_t* at, const ArpFields& fields);

}  // namespace arrouter::wire
