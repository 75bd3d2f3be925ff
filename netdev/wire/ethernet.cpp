#include "netdev/wire/ethernet.h"

#include <cstring>

namespace arrouter::wire {

std::optional<EthernetView> view_ethernet(ByteView frame) {
  if (frame.size() < ethernet_header) return std::nullopt;
  EthernetView view;
  std::memcpy(view.destination.octets.data(), frame.data(), 6);
  std::memcpy(view.source.octets.data(), frame.data() + 6, 6);
  view.type = load_be16(frame.data() + 12);
  if (view.type == ether_type::vlan) {
    if (frame.size() < ethernet_header + vlan_tag) return std::nullopt;
    view.vlan = static_cast<std::uint16_t>(load_be16(frame.data() + 14) & 0x0fff);
    view.type = load_be16(frame.data() + 16);
    view.header_length += vlan_tag;
  }
  view.payload = frame.subspan(view.header_length);
  return view;
}

void write_ethernet(std::uint8_t* at, const MacAddress& destination, const MacAddress& source, std::uint16_t type) {
  std::memcpy(at, destination.octets.data(), 6);
  std::memcpy(at + 6, source.octets.data(), 6);
  store_be16(at + 12, type);
}

}  // namespace arrouter::wire
