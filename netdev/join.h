// Frames of one flow made into super-frames: the reverse of Segmenter, for ports that take them whole. A receiver's
// stack then runs once for many packets, which is most of what a packet costs.
#pragma once

#include "netdev/port.h"

namespace arrouter {

/// Joins what stands behind one another in its flow: TCP segments in sequence with equal headers, and UDP datagrams of
/// equal size (the last may be shorter), whose IP ids count up or do not matter (RFC 6864: DF set). Cutting the result
/// gives the same packets again. Nothing is joined whose checksum is wrong, and UDP without a checksum only where the
/// router itself has sealed it (meta.ipsec_done). Order within a flow is kept. Frames start at their Ethernet header,
/// with meta.network_offset right; bursts of a few frames are left alone, as on a quiet wire every packet stands for
/// itself. Gaps are closed.
void join_frames(Burst& frames, const PortOffloads& can, PacketPool& pool);

}  // namespace arrouter
