#include "netdev/wire/tcp.h"

#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::wire {
namespace {

std::uint16_t checksum_of(ByteView segment, Ipv4Address source, Ipv4Address destination) {
  const std::uint32_t start =
      pseudo_header(source, destination, protocol::tcp, static_cast<std::uint32_t>(segment.size()));
  return checksum_finish(checksum_partial(segment, start));
}

}  // namespace

std::optional<TcpView> view_tcp(ByteView ip_payload) {
  if (ip_payload.size() < tcp_header) return std::nullopt;
  const std::uint8_t* at = ip_payload.data();
  const std::size_t header = static_cast<std::size_t>(at[12] >> 4) * 4;
  if (header < tcp_header || header > ip_payload.size()) return std::nullopt;
  TcpView view;
  view.source_port = load_be16(at);
  view.destination_port = load_be16(at + 2);
  view.sequence = load_be32(at + 4);
  view.acknowledgement = load_be32(at + 8);
  view.flags = at[13];
  view.window = load_be16(at + 14);
  view.checksum = load_be16(at + 16);
  view.header_length = header;
  view.options = ip_payload.subspan(tcp_header, header - tcp_header);
  view.payload = ip_payload.subspan(header);
  return view;
}

bool tcp_checksum_good(ByteView ip_payload, Ipv4Address source, Ipv4Address destination) {
  return view_tcp(ip_payload).has_value() && checksum_of(ip_payload, source, destination) == 0;
}

void write_tcp(std::uint8_t* at, const TcpFields& fields, std::size_t payload_length, Ipv4Address source,
               Ipv4Address destination) {
  store_be16(at, fields.source_port);
  store_be16(at + 2, fields.destination_port);
  store_be32(at + 4, fields.sequence);
  store_be32(at + 8, fields.acknowledgement);
  at[12] = 0x50;
  at[13] = fields.flags;
  store_be16(at + 14, fields.window);
  store_be32(at + 16, 0);  // checksum, urgent pointer
  store_be16(at + 16, checksum_of({at, tcp_header + payload_length}, source, destination));
}

}  // namespace arrouter::wire
