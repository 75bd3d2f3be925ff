// The virtio network header that TAP and packet sockets put in front of a frame, and the packet meta it stands for.
#pragma once

#include "os/base/packet.h"

namespace arrouter {

/// struct virtio_net_hdr of <linux/virtio_net.h>, which C++ cannot read (it has a member called "class"). All fields
/// in the machine's byte order, as the legacy header of these sockets has them.
struct VnetHeader {
  static constexpr std::uint8_t needs_checksum = 1, data_valid = 2;                          // flags
  static constexpr std::uint8_t gso_none = 0, gso_tcp4 = 1, gso_udp_l4 = 5, gso_ecn = 0x80;  // gso_type
  std::uint8_t flags = 0;
  std::uint8_t gso_type = gso_none;
  std::uint16_t header_length = 0;   // of a super-frame: up to its payload
  std::uint16_t segment_size = 0;
  std::uint16_t checksum_start = 0;  // from the frame's first byte
  std::uint16_t checksum_offset = 0;
};
static_assert(sizeof(VnetHeader) == 10);

/// Puts what the header says of a received Ethernet frame into its meta. False for what the router did not ask for
/// (IPv6 super-frames) and for offsets outside the frame.
bool read_vnet_header(const VnetHeader& header, PacketBuffer& frame);

/// The header for a frame that goes out with its partial checksum and uncut.
VnetHeader make_vnet_header(const PacketBuffer& frame);

/// Gives out `slot`'s first `length` bytes as a packet that starts there: small frames copied into a small buffer
/// (empty when the pool has none), long ones in the slot's own large buffer, which leaves the slot empty.
Packet take_received(Packet& slot, std::size_t length, PacketPool& pool);

}  // namespace arrouter
