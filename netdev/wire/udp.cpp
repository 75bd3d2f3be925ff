#include "netdev/wire/udp.h"

#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::wire {

std::optional<UdpView> view_udp(ByteView ip_payload) {
  if (ip_payload.size() < udp_header) return std::nullopt;
  const std::size_t length = load_be16(ip_payload.data() + 4);
  if (length < udp_header || length > ip_payload.size()) return std::nullopt;
  return std::optional<UdpView>(std::in_place, load_be16(ip_payload.data()), load_be16(ip_payload.data() + 2),
                                load_be16(ip_payload.data() + 6), ip_payload.subspan(udp_header, length - udp_header));
}

bool udp_checksum_good(ByteView ip_payload, Ipv4Address source, Ipv4Address destination) {
  const auto view = view_udp(ip_payload);
  if (!view) return false;
  if (view->checksum == 0) return true;
  const std::size_t length = udp_header + view->payload.size();
  const std::uint32_t start = pseudo_header(source, destination, protocol::udp, static_cast<std::uint32_t>(length));
  return checksum_finish(checksum_partial(ip_payload.first(length), start)) == 0;
}

void write_udp(std::uint8_t* at, std::uint16_t source_port, std::uint16_t destination_port, std::size_t payload_length,
               Ipv4Address source, Ipv4Address destination, bool checksum) {
  const std::size_t length = udp_header + payload_length;
  store_be16(at, source_port);
  store_be16(at + 2, destination_port);
  store_be16(at + 4, static_cast<std::uint16_t>(length));
  store_be16(at + 6, 0);
  if (!checksum) return;
  const std::uint32_t start = pseudo_header(source, destination, protocol::udp, static_cast<std::uint32_t>(length));
  const std::uint16_t value = checksum_finish(checksum_partial({at, length}, start));
  store_be16(at + 6, value == 0 ? 0xffff : value);  // zero on the wire means "no checksum"
}

}  // namespace arrouter::wire
