// The little of DER (ITU-T X.690) that RSA keys need: reading and writing nested elements.
#pragma once

#include "os/base/bytes.h"

namespace arrouter::enco::der {

inline constexpr std::uint8_t integer = 0x02, bit_string = 0x03, null = 0x05, object_id = 0x06, sequence = 0x30;

/// Appends one element.
template <class Container>
void put(Container& out, std::uint8_t tag, ByteView content) {
  out.push_back(tag);
  const std::size_t length = content.size();
  if (length > 0xff) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(length >> 8));
  } else if (length > 0x7f) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(length));
  out.insert(out.end(), content.begin(), content.end());
}

/// A non-negative number, big-endian without leading zeros.
template <class Container>
void put_number(Container& out, ByteView number) {
  Container content;
  if (number.empty() || number[0] > 0x7f) content.push_back(0);
  content.insert(content.end(), number.begin(), number.end());
  put(out, integer, content);
}

/// Reads elements one after another; past the end or at another tag ok() turns false and contents are empty.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  bool ok() const { return bytes_.ok(); }
  bool at_end() const { return ok() && bytes_.remaining() == 0; }
  /// The content of the next element, which must have that tag.
  ByteView take(std::uint8_t tag) {
    if (bytes_.u8() != tag) fail();
    std::size_t length = bytes_.u8();
    if (length == 0x81) {
      length = bytes_.u8();
    } else if (length == 0x82) {
      length = bytes_.u16();
    } else if (length > 0x7f) {
      fail();
    }
    return bytes_.take(length);
  }
  /// A non-negative number without its leading zeros.
  ByteView take_number() {
    ByteView number = take(integer);
    if (number.empty() || number[0] > 0x7f) fail();
    while (!number.empty() && number[0] == 0) number = number.subspan(1);
    return ok() ? number : ByteView();
  }

 private:
  void fail() { bytes_.take(bytes_.remaining() + 1); }
  ByteReader bytes_;
};

}  // namespace arrouter::enco::der
