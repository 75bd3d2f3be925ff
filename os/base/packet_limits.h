// The sizes of bursts and packet buffers. Apart from limits.h, because nearly every file sees packet.h.
#pragma once

#include <cstddef>

namespace arrouter::limits {

inline constexpr std::size_t burst = 64;                   // frames handled together
inline constexpr std::size_t packet_headroom = 192;        // Ethernet + IP + UDP + ESP + IV of a tunnel in a tunnel
inline constexpr std::size_t packet_tailroom = 96;         // ESP padding and ICV
inline constexpr std::size_t small_packet = 2048;          // payload room of an ordinary buffer
inline constexpr std::size_t large_packet = 65536;         // payload room of a super-frame buffer
inline constexpr std::size_t small_buffers = 2013;         // what SHOW BUFFER calls total buffers
inline constexpr std::size_t large_buffers = 256;

}  // namespace arrouter::limits
