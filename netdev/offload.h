// The step in front of a port that takes less than what the router forwards: cutting and completing.
#pragma once

#include <cstddef>
#include <functional>

#include "netdev/port.h"

namespace arrouter {

/// True when a port with these offloads takes the frame as it is.
bool allowed(const PacketMeta& meta, const PortOffloads& can);

/// Hands on Ethernet frames so that `can` allows each: super-frames cut, checksums completed. Calls `emit` with bursts
/// in order; it takes everything out of them. Leaves `frames` empty and returns how many could not be handled whole
/// (headers that do not fit their meta, no buffer).
std::size_t prepare_frames(Burst& frames, const PortOffloads& can, PacketPool& pool,
                           const std::function<void(Burst&)>& emit);

}  // namespace arrouter
