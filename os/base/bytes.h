// Byte strings, big-endian access, hex, and secrets that wipe themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arrouter {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

/// Overwrites memory in a way the compiler may not leave out.
void wipe(void* memory, std::size_t length) noexcept;

/// Allocator that wipes what it gives back; see SecretBytes.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>{}.deallocate(memory, count);
  }
  template <class U>
  bool operator==(const WipingAllocator<U>&) const noexcept {
    return true;
  }
};

/// Key material: a byte vector that leaves no trace in freed memory. Never logged, never shown.
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// Network (big-endian) byte order access; `at` needs no alignment.
inline std::uint16_t load_be16(const std::uint8_t* at) noexcept {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
inline std::uint32_t load_be32(const std::uint8_t* at) noexcept {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}
inline std::uint64_t load_be64(const std::uint8_t* at) noexcept {
  return static_cast<std::uint64_t>(load_be32(at)) << 32 | load_be32(at + 4);
}
inline void store_be16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void store_be32(std::uint8_t* at, std::uint32_t value) noexcept {
  store_be16(at, static_cast<std::uint16_t>(value >> 16));
  store_be16(at + 2, static_cast<std::uint16_t>(value));
}
inline void store_be64(std::uint8_t* at, std::uint64_t value) noexcept {
  store_be32(at, static_cast<std::uint32_t>(value >> 32));
  store_be32(at + 4, static_cast<std::uint32_t>(value));
}

/// Reads fields off untrusted bytes. Past the end every read gives zero (or an empty view) and ok() turns false,
/// so a parser may read a whole structure and ask once.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : bytes_(bytes) {}
  bool ok() const noexcept { return ok_; }
  std::size_t remaining() const noexcept { return bytes_.size(); }
  std::uint8_t u8() noexcept {
    const ByteView field = take(1);
    return ok_ ? field[0] : std::uint8_t{0};
  }
  std::uint16_t u16() noexcept {
    const ByteView field = take(2);
    return ok_ ? load_be16(field.data()) : std::uint16_t{0};
  }
  std::uint32_t u32() noexcept {
    const ByteView field = take(4);
    return ok_ ? load_be32(field.data()) : 0;
  }
  std::uint64_t u64() noexcept {
    const ByteView field = take(8);
    return ok_ ? load_be64(field.data()) : 0;
  }
  /// The next `length` bytes; empty (and not ok) when fewer are left.
  ByteView take(std::size_t length) noexcept {
    if (!ok_ || length > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const ByteView field = bytes_.first(length);
    bytes_ = bytes_.subspan(length);
    return field;
  }
  /// Everything that is left.
  ByteView rest() noexcept { return take(bytes_.size()); }

 private:
  ByteView bytes_;
  bool ok_ = true;
};

/// Appends big-endian fields to a byte vector.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) noexcept : out_(out) {}
  std::size_t position() const noexcept { return out_.size(); }
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32));
    u32(static_cast<std::uint32_t>(value));
  }
  void bytes(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }
  void zeros(std::size_t count) { out_.insert(out_.end(), count, std::uint8_t{0}); }
  /// Overwrites two bytes written earlier, for lengths known only afterwards.
  void patch_u16(std::size_t position, std::uint16_t value) { store_be16(out_.data() + position, value); }

 private:
  Bytes& out_;
};

/// Lower-case hex without separators.
std::string to_hex(ByteView bytes);
/// Hex digits, an even number of them, nothing else; nullopt otherwise.
std::optional<Bytes> from_hex(std::string_view text);
/// Compares without telling by its duration where the first difference is. Lengths are not secret.
bool equal_constant_time(ByteView left, ByteView right) noexcept;

inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace arrouter
