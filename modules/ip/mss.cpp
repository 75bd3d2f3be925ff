#include "modules/ip/mss.h"

#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::ip {
namespace {

constexpr std::uint8_t option_end = 0, option_nothing = 1, option_mss = 2;
constexpr std::size_t mss_length = 4;
constexpr std::size_t checksum_at = 16;  // in the TCP header

/// Where among the options the two bytes of the MSS stand; 0: nowhere.
std::size_t find_mss(ByteView options) {
  for (std::size_t at = 0; at + mss_length <= options.size();) {
    const std::uint8_t kind = options[at];
    if (kind == option_end) return 0;
    if (kind == option_nothing) {
      ++at;
      continue;
    }
    const std::size_t length = options[at + 1];
    if (length < 2) return 0;
    if (kind == option_mss && length == mss_length) return at + 2;
    at += length;
  }
  return 0;
}

std::uint16_t swapped(std::uint16_t word) { return static_cast<std::uint16_t>(word << 8 | word >> 8); }

}  // namespace

void lower_mss(PacketBuffer& packet, unsigned limit) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!ip || ip->protocol() != wire::protocol::tcp || ip->fragment_offset() != 0) return;
  const auto tcp = wire::view_tcp(ip->payload());
  if (!tcp || (tcp->flags & wire::tcp_flag::syn) == 0) return;
  const std::size_t in_options = find_mss(tcp->options);
  if (in_options == 0) return;
  std::uint8_t* const header = packet.data() + ip->header_length();
  const std::size_t at = wire::tcp_header + in_options;
  const std::uint16_t offered = load_be16(header + at);
  if (offered <= limit) return;
  const auto lowered = static_cast<std::uint16_t>(limit);
  store_be16(header + at, lowered);
  if (packet.meta.checksum == Checksum::partial) return;  // the option is not in the sum yet
  // Between words the sum sees the two bytes exchanged (RFC 1071 2).
  const bool odd = at % 2 != 0;
  store_be16(header + checksum_at,
             wire::checksum_adjust(load_be16(header + checksum_at), odd ? swapped(offered) : offered,
                                   odd ? swapped(lowered) : lowered));
}

}  // namespace arrouter::ip
