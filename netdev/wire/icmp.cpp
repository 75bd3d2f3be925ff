#include "netdev/wire/icmp.h"

#include "netdev/wire/checksum.h"

namespace arrouter::wire {

std::optional<IcmpView> view_icmp(ByteView ip_payload, bool verify) {
  if (ip_payload.size() < icmp_header) return std::nullopt;
  if (verify && checksum(ip_payload) != 0) return std::nullopt;
  return IcmpView{ip_payload[0], ip_payload[1], load_be32(ip_payload.data() + 4), ip_payload.subspan(icmp_header)};
}

void write_icmp(std::uint8_t* at, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                std::size_t payload_length) {
  at[0] = type;
  at[1] = code;
  store_be16(at + 2, 0);
  store_be32(at + 4, rest);
  store_be16(at + 2, checksum({at, icmp_header + payload_length}));
}

}  // namespace arrouter::wire
