// The anti-replay window (RFC 4303 3.4.3): which sequence numbers of an SA have been seen.
#pragma once

#include <array>
#include <cstdint>

namespace arrouter::ipsec {

/// A ring of bits twice as long as the widest window, so that moving the window on clears whole words instead of
/// shifting (the idea of RFC 6479).
class ReplayWindow {
 public:
  static constexpr unsigned widest = 256;  // packets

  /// `size`: 32, 64, 128 or 256 packets.
  explicit ReplayWindow(unsigned size = 32) : size_(size) {}

  /// Before authentication: false for 0, for what lies left of the window, and for what was seen.
  bool acceptable(std::uint32_t sequence) const {
    if (sequence == 0) return false;
    if (sequence > highest_) return true;
    if (highest_ - sequence >= size_) return false;
    return (word(sequence) & bit(sequence)) == 0;
  }

  /// After authentication: remembers the number. False when another packet with it was committed since the check.
  bool commit(std::uint32_t sequence) {
    if (!acceptable(sequence)) return false;
    if (sequence > highest_) {
      const std::uint32_t steps = sequence / word_bits - highest_ / word_bits;
      for (std::uint32_t i = 1; i <= steps && i <= words; ++i) {
        bits_[(highest_ / word_bits + i) % words] = 0;
      }
      highest_ = sequence;
    }
    bits_[sequence / word_bits % words] |= bit(sequence);
    return true;
  }

  std::uint32_t highest() const { return highest_; }

 private:
  static constexpr std::uint32_t word_bits = 64;
  static constexpr std::uint32_t words = 2 * widest / word_bits;
  static std::uint64_t bit(std::uint32_t sequence) { return std::uint64_t{1} << sequence % word_bits; }
  std::uint64_t word(std::uint32_t sequence) const { return bits_[sequence / word_bits % words]; }

  std::uint32_t highest_ = 0;
  unsigned size_;
  std::array<std::uint64_t, words> bits_{};
};

}  // namespace arrouter::ipsec
