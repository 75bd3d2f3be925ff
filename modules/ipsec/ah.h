// AH (RFC 2402, 4302) on one packet in place. It covers the IP header but for the fields that routers change; tunnel
// mode is AH behind a new outer header (encapsulation.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "modules/ipsec/sa.h"
#include "os/base/packet.h"

namespace arrouter::ipsec {

inline constexpr std::size_t ah_header = 12;  // bytes without the ICV

/// Bytes AH adds to a packet.
std::size_t ah_bytes(const Sa& sa);

/// Holds the fields of a packet's IP header that change on the way (RFC 2402 3.3.3.1.1 and appendix A) while they are
/// zero for the ICV. A source route counts with its last address as the destination.
class ZeroedHeader {
 public:
  explicit ZeroedHeader(PacketBuffer& packet);
  void restore();

 private:
  PacketBuffer& packet_;
  std::size_t length_;
  std::array<std::uint8_t, 60> header_;
};

/// Puts AH behind the IP header of a packet that has ah_bytes() of headroom; `sequence` goes on the wire, the ICV is
/// still zero. The job fills it in while a ZeroedHeader lives.
enco::Job put_ah(PacketBuffer& packet, const Sa& sa, std::uint32_t sequence);

/// AH of an arriving packet; from packet data().
struct AhPacket {
  std::size_t header = 0;  // of IP
  std::size_t length = 0;  // of AH with its ICV
  std::uint32_t spi = 0, sequence = 0;
  std::uint8_t next = 0;
};
/// nullopt: no AH there, or its length does not fit the packet.
std::optional<AhPacket> find_ah(const PacketBuffer& packet);
/// The job that checks the ICV while a ZeroedHeader lives: moves the ICV behind the packet and leaves zeros. nullopt
/// when its length is not the SA's, or the packet has no tailroom.
std::optional<enco::Job> check_ah(PacketBuffer& packet, const AhPacket& ah, const Sa& sa);
/// After the job: takes the ICV off the end and AH out of the packet.
void remove_ah(PacketBuffer& packet, const AhPacket& ah, const Sa& sa);

}  // namespace arrouter::ipsec
