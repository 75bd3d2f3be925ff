#include "modules/ipsec/ah.h"

#include <algorithm>
#include <cstring>

#include "modules/ipsec/encapsulation.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::ipsec {
namespace {

std::size_t icv_bytes(const Sa& sa) { return enco::traits(sa.hash).icv_bytes; }

namespace option {
constexpr std::uint8_t end = 0, no_operation = 1, security = 130, loose_source_route = 131, extended_security = 133,
                       commercial_security = 134, strict_source_route = 137, router_alert = 148,
                       multi_destination = 149;
}

/// Appendix A: these stay as they are from end to end.
bool immutable(std::uint8_t type) {
  return type == option::security || type == option::extended_security || type == option::commercial_security ||
         type == option::router_alert || type == option::multi_destination;
}

/// Zeroes the options that may change; a source route moves its last address into the destination first.
void zero_options(std::uint8_t* header, std::size_t length) {
  for (std::size_t at = wire::ipv4_header; at < length;) {
    const std::uint8_t type = header[at];
    if (type == option::end) return;
    if (type == option::no_operation) {
      ++at;
      continue;
    }
    const std::size_t size = at + 1 < length ? header[at + 1] : 0;
    const bool broken = size < 2 || size > length - at;
    const std::size_t end = broken ? length : at + size;
    if (!immutable(type) || broken) {
      const bool routed = type == option::loose_source_route || type == option::strict_source_route;
      if (routed && !broken && size >= 7 && header[at + 2] <= size - 3) std::memcpy(header + 16, header + end - 4, 4);
      std::fill(header + at, header + end, std::uint8_t{0});
    }
    at = end;
  }
}

}  // namespace

std::size_t ah_bytes(const Sa& sa) { return ah_header + icv_bytes(sa); }

ZeroedHeader::ZeroedHeader(PacketBuffer& packet)
    : packet_(packet), length_(wire::view_ipv4(packet.view(), false)->header_length()) {
  std::uint8_t* const header = packet.data();
  std::copy(header, header + length_, header_.begin());
  header[1] = 0;                // TOS
  header[6] = header[7] = 0;    // flags and fragment offset
  header[8] = 0;                // TTL
  header[10] = header[11] = 0;  // checksum
  zero_options(header, length_);
}

void ZeroedHeader::restore() { std::copy_n(header_.begin(), length_, packet_.data()); }

enco::Job put_ah(PacketBuffer& packet, const Sa& sa, std::uint32_t sequence) {
  const std::size_t length = ah_bytes(sa);
  const std::size_t header = wire::view_ipv4(packet.view(), false)->header_length();
  const std::uint8_t next = packet.data()[9];
  insert_behind_header(packet, header, length, wire::protocol::ah);
  std::uint8_t* const ah = packet.data() + header;
  std::fill(ah, ah + length, std::uint8_t{0});
  ah[0] = next;
  ah[1] = static_cast<std::uint8_t>(length / 4 - 2);
  store_be32(ah + 4, sa.out_spi);
  store_be32(ah + 8, sequence);
  enco::Job job;
  job.packet = &packet;
  job.authentication = sa.authentication;
  job.auth_end = static_cast<std::uint32_t>(packet.size());
  job.icv_at = static_cast<std::uint32_t>(header + ah_header);
  return job;
}

std::optional<AhPacket> find_ah(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!ip || ip->protocol() != wire::protocol::ah) return std::nullopt;
  const ByteView payload = ip->payload();
  if (payload.size() < ah_header) return std::nullopt;
  AhPacket found;
  found.header = ip->header_length();
  found.next = payload[0];
  found.length = (std::size_t{payload[1]} + 2) * 4;
  if (found.length < ah_header || found.length > payload.size()) return std::nullopt;
  found.spi = load_be32(payload.data() + 4);
  found.sequence = load_be32(payload.data() + 8);
  return found;
}

std::optional<enco::Job> check_ah(PacketBuffer& packet, const AhPacket& ah, const Sa& sa) {
  const std::size_t icv = icv_bytes(sa);
  if (ah.length != ah_header + icv || packet.tailroom() < icv) return std::nullopt;
  enco::Job job;
  job.packet = &packet;
  job.authentication = sa.authentication;
  job.auth_end = job.icv_at = static_cast<std::uint32_t>(packet.size());
  std::uint8_t* const at = packet.data() + ah.header + ah_header;
  std::copy(at, at + icv, packet.put(icv));
  std::fill(at, at + icv, std::uint8_t{0});
  return job;
}

void remove_ah(PacketBuffer& packet, const AhPacket& ah, const Sa& sa) {
  packet.trim(packet.size() - icv_bytes(sa));
  remove_behind_header(packet, ah.header, ah.length, ah.next);
}

}  // namespace arrouter::ipsec
