// LZS. A stream of bits, most significant first:
//   0 byte                        a literal
//   1 1 offset(7) length          a copy of what stands `offset` bytes back (1-127)
//   1 0 offset(11) length         the same, up to 2047 back
//   1 1 0000000                   the end, padded to a byte
// Lengths: 2-4 in two bits, 5-7 in four, from 8 on 1111 and then as many 1111 as there are fifteens in the rest.
#include <algorithm>
#include <array>

#include "modules/enco/compression.h"

namespace arrouter::enco {
namespace {

constexpr std::size_t window = 2048, shortest_match = 2;
constexpr std::uint32_t near_offsets = 128;
/// Looked at for each position, by STACSPEED: the ratio against the time.
constexpr std::array<int, fastest_lzs + 1> candidates_by_speed{512, 128, 64, 32};

class BitWriter {
 public:
  explicit BitWriter(ByteSpan out) : out_(out) {}
  void put(std::uint32_t value, unsigned bits) {
    held_ = held_ << bits | value;
    count_ += bits;
    while (count_ >= 8) {
      count_ -= 8;
      if (used_ < out_.size()) out_[used_] = static_cast<std::uint8_t>(held_ >> count_);
      ++used_;
    }
  }
  bool full() const { return used_ > out_.size(); }
  std::size_t finish() {
    if (count_ > 0) put(0, 8 - count_);
    return used_;
  }

 private:
  ByteSpan out_;
  std::size_t used_ = 0;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
};

class BitReader {
 public:
  explicit BitReader(ByteView in) : in_(in) {}
  /// Zeros behind the end, and then ok() is false.
  std::uint32_t take(unsigned bits) {
    while (count_ < bits) {
      held_ = held_ << 8 | (at_ < in_.size() ? in_[at_] : 0U);
      ok_ = ok_ && at_ < in_.size();
      ++at_;
      count_ += 8;
    }
    count_ -= bits;
    return static_cast<std::uint32_t>(held_ >> count_) & ((1U << bits) - 1);
  }
  bool ok() const { return ok_; }

 private:
  ByteView in_;
  std::size_t at_ = 0;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
  bool ok_ = true;
};

void put_length(BitWriter& out, std::size_t length) {
  if (length < 5) return out.put(static_cast<std::uint32_t>(length - 2), 2);
  if (length < 8) return out.put(static_cast<std::uint32_t>(0xc + length - 5), 4);
  out.put(0xf, 4);
  for (length -= 8; length >= 15; length -= 15) out.put(0xf, 4);
  out.put(static_cast<std::uint32_t>(length), 4);
}

std::size_t take_length(BitReader& in) {
  const std::uint32_t first = in.take(2);
  if (first < 3) return 2 + first;
  const std::uint32_t second = in.take(2);
  if (second < 3) return 5 + second;
  std::size_t length = 8;
  for (std::uint32_t part = 15; part == 15 && in.ok();) {
    part = in.take(4);
    length += part;
  }
  return length;
}

class Lzs final : public Compressor {
 public:
  explicit Lzs(int most_candidates) : most_candidates_(most_candidates) {}

  std::optional<std::size_t> compress(ByteView in, ByteSpan out) override {
    newest_.fill(none);
    BitWriter bits(out);
    for (std::size_t at = 0; at < in.size() && !bits.full();) {
      const Match match = longest(in, at);
      if (match.length < shortest_match) {
        bits.put(in[at], 9);
      } else {
        const bool near = match.offset < near_offsets;
        bits.put(near ? 3 : 2, 2);
        bits.put(match.offset, near ? 7 : 11);
        put_length(bits, match.length);
      }
      for (std::size_t step = std::max<std::size_t>(match.length, 1); step > 0; --step) remember(in, at++);
    }
    bits.put(0x180, 9);
    const std::size_t length = bits.finish();
    if (length > out.size()) return std::nullopt;
    return length;
  }

  std::optional<std::size_t> expand(ByteView in, ByteSpan out) override {
    BitReader bits(in);
    std::size_t made = 0;
    while (bits.ok()) {
      if (bits.take(1) == 0) {
        const std::uint32_t literal = bits.take(8);
        if (made == out.size() || !bits.ok()) return std::nullopt;
        out[made++] = static_cast<std::uint8_t>(literal);
        continue;
      }
      const bool near = bits.take(1) == 1;
      const std::size_t offset = bits.take(near ? 7 : 11);
      if (near && offset == 0) return bits.ok() ? std::optional(made) : std::nullopt;
      const std::size_t length = take_length(bits);
      if (!bits.ok() || offset == 0 || offset > made || length > out.size() - made) return std::nullopt;
      for (std::size_t i = 0; i < length; ++i, ++made) out[made] = out[made - offset];
    }
    return std::nullopt;
  }

 private:
  struct Match {
    std::uint32_t offset = 0;
    std::size_t length = 0;
  };
  static constexpr std::uint32_t none = 0xffffffff;

  static std::size_t place(ByteView in, std::size_t at) { return (in[at] << 4 ^ in[at + 1]) & 0xfffU; }

  void remember(ByteView in, std::size_t at) {
    if (at + 1 >= in.size()) return;
    std::uint32_t& newest = newest_[place(in, at)];
    older_[at % window] = newest;
    newest = static_cast<std::uint32_t>(at);
  }

  Match longest(ByteView in, std::size_t at) const {
    Match best;
    if (at + 1 >= in.size()) return best;
    std::uint32_t candidate = newest_[place(in, at)];
    for (int i = 0; i < most_candidates_ && candidate != none && at - candidate < window; ++i) {
      std::size_t length = 0;
      while (at + length < in.size() && in[candidate + length] == in[at + length]) ++length;
      if (length > best.length) best = {static_cast<std::uint32_t>(at - candidate), length};
      const std::uint32_t older = older_[candidate % window];
      if (older >= candidate) break;
      candidate = older;
    }
    return best;
  }

  int most_candidates_;
  // By the hash of two bytes the newest position, and from each position the one before with the same hash.
  std::array<std::uint32_t, 4096> newest_{};
  std::array<std::uint32_t, window> older_{};
};

}  // namespace

std::unique_ptr<Compressor> make_lzs(unsigned speed) { return std::make_unique<Lzs>(candidates_by_speed.at(speed)); }

std::unique_ptr<Compressor> make_compressor(Compression algorithm, unsigned lzs_speed) {
  switch (algorithm) {
    case Compression::none:
      return nullptr;
    case Compression::lzs:
      return make_lzs(lzs_speed);
    case Compression::deflate:
      return make_deflate();
  }
  return nullptr;
}

}  // namespace arrouter::enco
