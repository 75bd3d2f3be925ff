#include "modules/ipsec/ipcomp.h"

#include <algorithm>
#include <cstring>

#include "modules/ipsec/encapsulation.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::ipsec {
namespace {

constexpr std::size_t shortest_payload = 90;  // below it compression does not pay (RFC 2394 2.2, RFC 2395 2.2)

}  // namespace

bool compress(PacketBuffer& packet, Sa& sa, enco::EncoApi& enco, ByteSpan scratch) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  const ByteView payload = ip->payload();
  if (payload.size() < shortest_payload || ip->fragment() || !sa.compression_worth_it.ask()) return false;
  const auto length = enco.compress(sa.compressor, payload, scratch.first(payload.size() - ipcomp_header - 1));
  sa.compression_worth_it.learn(length.has_value());
  if (!length) return false;
  const std::size_t header = ip->header_length();
  const std::uint8_t next = ip->protocol();
  std::uint8_t* const at = packet.data() + header;
  at[0] = next;
  at[1] = 0;
  store_be16(at + 2, static_cast<std::uint16_t>(sa.out_spi));
  std::memcpy(at + ipcomp_header, scratch.data(), *length);
  packet.trim(header + ipcomp_header + *length);
  relabel(packet, wire::protocol::ipcomp);
  return true;
}

std::optional<IpcompPacket> find_ipcomp(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!ip || ip->protocol() != wire::protocol::ipcomp || ip->payload().size() < ipcomp_header) return std::nullopt;
  const ByteView payload = ip->payload();
  return IpcompPacket{ip->header_length(), load_be16(payload.data() + 2), payload[0]};
}

bool expand(Packet& packet, const IpcompPacket& found, const Sa& sa, enco::EncoApi& enco, ByteSpan scratch,
            PacketPool& pool) {
  const ByteView payload = wire::view_ipv4(packet->view(), false)->payload().subspan(ipcomp_header);
  const auto length = enco.expand(sa.compressor, payload, scratch.first(longest_packet - found.header));
  if (!length) return false;
  const std::size_t total = found.header + *length;
  if (total > packet->size() && total - packet->size() > packet->tailroom()) {
    Packet roomy = pool.allocate(total);
    if (!roomy) return false;
    std::memcpy(roomy->put(found.header), packet->data(), found.header);
    roomy->meta = packet->meta;
    packet = std::move(roomy);
  }
  packet->trim(total);
  std::memcpy(packet->data() + found.header, scratch.data(), *length);
  relabel(*packet, found.next);
  return true;
}

}  // namespace arrouter::ipsec
