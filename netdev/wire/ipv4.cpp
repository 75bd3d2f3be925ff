#include "netdev/wire/ipv4.h"

namespace arrouter::wire {

std::optional<Ipv4View> view_ipv4(ByteView bytes, bool verify) {
  if (bytes.size() < ipv4_header || bytes[0] >> 4 != 4) return std::nullopt;
  const Ipv4View view(bytes.data());
  const std::size_t header = view.header_length();
  if (header < ipv4_header || view.total_length() < header || view.total_length() > bytes.size()) return std::nullopt;
  if (verify && checksum(bytes.first(header)) != 0) return std::nullopt;
  return view;
}

void write_ipv4(std::uint8_t* at, const Ipv4Fields& fields, std::uint16_t total_length) {
  at[0] = 0x45;
  at[1] = fields.tos;
  store_be16(at + 2, total_length);
  store_be16(at + 4, fields.id);
  store_be16(at + 6, fields.dont_fragment ? 0x4000 : 0);
  at[8] = fields.ttl;
  at[9] = fields.protocol;
  store_be32(at + 12, fields.source.value);
  store_be32(at + 16, fields.destination.value);
  finish_ipv4(at);
}

void finish_ipv4(std::uint8_t* at) {
  store_be16(at + 10, 0);
  store_be16(at + 10, checksum({at, static_cast<std::size_t>(at[0] & 15) * 4}));
}

}  // namespace arrouter::wire
