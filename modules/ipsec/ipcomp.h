// IPComp (RFC 3173) on one packet in place: the payload of the IP header gets shorter, or stays as it is.
#pragma once

#include <cstdint>
#include <optional>

#include "modules/ipsec/sa.h"
#include "os/base/packet.h"

namespace arrouter::ipsec {

inline constexpr std::size_t ipcomp_header = 4;  // next header, flags, CPI
/// The most that a packet may hold once expanded.
inline constexpr std::size_t longest_packet = 65535;

/// Compresses what stands behind the IP header. False: left as it was, because it is short, a fragment, does not
/// shrink, or its SA's packets have not shrunk lately (RFC 3173 2.2). `scratch` has at least the packet's size.
bool compress(PacketBuffer& packet, Sa& sa, enco::EncoApi& enco, ByteSpan scratch);

struct IpcompPacket {
  std::size_t header = 0;  // of IP
  std::uint16_t cpi = 0;
  std::uint8_t next = 0;
};
/// nullopt: no IPComp there, or cut short.
std::optional<IpcompPacket> find_ipcomp(const PacketBuffer& packet);
/// Expands in place, or into a packet of the pool when there is no room: `packet` is then another one with the same
/// meta. `scratch` has longest_packet bytes. False: damaged, too long, or no buffer; `packet` is as it was.
bool expand(Packet& packet, const IpcompPacket& found, const Sa& sa, enco::EncoApi& enco, ByteSpan scratch,
            PacketPool& pool);

}  // namespace arrouter::ipsec
