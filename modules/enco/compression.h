// Compression of single datagrams, as IPComp wants it (RFC 3173): no history outlives a datagram.
#pragma once

#include <memory>
#include <optional>

#include "modules/enco/algorithms.h"

namespace arrouter::enco {

inline constexpr std::size_t compression_count = 3;
inline constexpr std::size_t software_channels = 4;  // PREDCHANNELS and STACCHANNELS at most, and by default

/// One algorithm with its work areas. Nothing is allocated for a datagram.
class Compressor {
 public:
  virtual ~Compressor() = default;
  /// The length written to `out`; nullopt when it does not fit there.
  virtual std::optional<std::size_t> compress(ByteView in, ByteSpan out) = 0;
  /// The length written to `out`; nullopt when `in` is not what compress() makes, or does not fit.
  virtual std::optional<std::size_t> expand(ByteView in, ByteSpan out) = 0;
};

/// LZS, the manual's STAC process (ANSI X3.241; RFC 1974 2.3 and RFC 2395 describe the format).
/// `speed` is STACSPEED: 0 looks longest for what stood before, fastest_lzs shortest.
inline constexpr unsigned fastest_lzs = 3;
std::unique_ptr<Compressor> make_lzs(unsigned speed = fastest_lzs);
/// Raw DEFLATE (RFC 1951, 2394) with the 2048-byte window that Linux expects. nullptr when zlib has no memory.
std::unique_ptr<Compressor> make_deflate();
/// nullptr for none.
std::unique_ptr<Compressor> make_compressor(Compression algorithm, unsigned lzs_speed);

}  // namespace arrouter::enco
