// The MSS option of TCP in the hands of a router that knows a narrow link.
#pragma once

#include "os/base/packet.h"

namespace arrouter::ip {

/// Lowers the MSS of a SYN (from the IP header on) to `limit` bytes and mends the checksum; leaves everything else alone.
void lower_mss(PacketBuffer& packet, unsigned limit);

}  // namespace arrouter::ip
