#include "netdev/wire/ethernet.h"

#include <cstring>

namespace arrouter::wire {

std::optional<EthernetView> view_ethernet(ByteView frame) {
  std::optional<EthernetView> view;  // where the caller has it: a copy would wait for its parts
  if (frame.size() < ethernet_header) return view;
  const bool tagged = load_be16(frame.data() + 12) == ether_type::vlan;
  if (tagged && frame.size() < ethernet_header + vlan_tag) return view;
  view.emplace();
  std::memcpy(view->destination.octets.data(), frame.data(), 6);
  std::memcpy(view->source.octets.data(), frame.data() + 6, 6);
  if (tagged) {
    view->vlan = static_cast<std::uint16_t>(load_be16(frame.data() + 14) & 0x0fff);
    view->header_length += vlan_tag;
  }
  view->type = load_be16(frame.data() + view->header_length - 2);
  view->payload = frame.subspan(view->header_length);
  return view;
}

void write_ethernet(std::uint8_t* at, const MacAddress& destination, const MacAddress& source, std::uint16_t type) {
  std::memcpy(at, destination.octets.data(), 6);
  std::memcpy(at + 6, source.octets.data(), 6);
  store_be16(at + 12, type);
}

}  // namespace arrouter::wire
