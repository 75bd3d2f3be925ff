// The anti-replay window (RFC 4303 3.4.3): which sequence numbers of an SA have been seen.
#pragma once

#include <array>
#include <cstdint>

namespace arrouter::ipsec {

/// The sequence numbers up to the highest, a bit each, the highest one's lowest. A window of 64 packets or less is two
/// machine words with its bookkeeping: of thousands of SAs each line of the processor's cache is a wait for memory.
class ReplayWindow {
 public:
  static constexpr unsigned widest = 256;  // packets

  /// `size`: 32, 64, 128 or 256 packets.
  explicit ReplayWindow(unsigned size = 32) : size_(size) {}

  /// Before authentication: false for 0, for what lies left of the window, and for what was seen.
  bool acceptable(std::uint32_t sequence) const {
    if (sequence == 0) return false;
    if (sequence > highest_) return true;
    const std::uint32_t back = highest_ - sequence;
    return back < size_ && (seen_[back / word_bits] & bit(back)) == 0;
  }

  /// After authentication: remembers the number. False when another packet with it was committed since the check.
  bool commit(std::uint32_t sequence) {
    if (!acceptable(sequence)) return false;
    if (sequence > highest_) {
      advance(sequence - highest_);
      highest_ = sequence;
    }
    const std::uint32_t back = highest_ - sequence;
    seen_[back / word_bits] |= bit(back);
    return true;
  }

  std::uint32_t highest() const { return highest_; }

 private:
  static constexpr std::uint32_t word_bits = 64;
  static std::uint64_t bit(std::uint32_t back) { return std::uint64_t{1} << back % word_bits; }

  void advance(std::uint32_t steps) {
    const std::uint32_t words = steps / word_bits, bits = steps % word_bits;
    for (std::uint32_t i = (size_ + word_bits - 1) / word_bits; i-- > 0;) {
      std::uint64_t moved = i >= words ? seen_[i - words] << bits : 0;
      if (bits != 0 && i > words) moved |= seen_[i - words - 1] >> (word_bits - bits);
      seen_[i] = moved;
    }
  }

  std::uint32_t highest_ = 0;
  std::uint32_t size_;
  std::array<std::uint64_t, widest / word_bits> seen_{};
};

}  // namespace arrouter::ipsec
