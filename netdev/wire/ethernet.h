// Ethernet II with at most one 802.1Q tag.
#pragma once

#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::wire {

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806, vlan = 0x8100, ipv6 = 0x86dd, pppoe_discovery = 0x8863,
                               pppoe_session = 0x8864;
inline constexpr std::uint16_t smallest = 0x0600;  // below: the field is an 802.3 length
}  // namespace ether_type

inline constexpr std::size_t ethernet_header = 14;     // bytes
inline constexpr std::size_t vlan_tag = 4;
inline constexpr std::size_t ethernet_smallest = 60;   // frame without FCS; shorter ones are padded on a real wire

struct EthernetView {
  MacAddress destination, source;
  std::uint16_t type = 0;                 // behind a tag, if there is one
  std::optional<std::uint16_t> vlan;      // VID 0-4095
  std::size_t header_length = ethernet_header;
  ByteView payload;                       // with padding
};
/// nullopt when shorter than its header (and tag).
std::optional<EthernetView> view_ethernet(ByteView frame);
/// Writes the 14 bytes at `at`.
void write_ethernet(std::uint8_t* at, const MacAddress& destination, const MacAddress& source, std::uint16_t type);

}  // namespace arrouter::wire
