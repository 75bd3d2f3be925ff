// Cuts a packet that is larger than the MTU (RFC 791 3.2).
#pragma once

#include "modules/ip/counters.h"
#include "netdev/wire/ipv4.h"
#include "os/base/packet.h"

namespace arrouter::ip {

/// Bytes of the longest IP packet that this buffer is on the wire.
std::size_t wire_length(const PacketBuffer& packet);

/// Takes fragments in order.
class FragmentSink {
 public:
  virtual ~FragmentSink() = default;
  virtual void fragment(Packet packet) = 0;
};

/// Cuts `packet` (checksum complete, no super-frame, longer than `mtu`) into fragments of at most `mtu` bytes; options
/// without the copy flag stay with the first. False when the pool ran out or the MTU has no room for 8 bytes of data;
/// nothing was sent then.
bool fragment(Packet packet, std::size_t mtu, PacketPool& pool, IpCounters& counters, FragmentSink& sink);

}  // namespace arrouter::ip
