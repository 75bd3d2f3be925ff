// The Basic Encoding Rules as SNMP uses them (RFC 3417 8): definite lengths, primitive strings, integers that fit their
// type.
#pragma once

#include <optional>

#include "modules/snmp/value.h"
#include "os/base/bytes.h"

namespace arrouter::snmp {

/// Reads one after the other the elements that stand in `content`. After anything that is not as it should be every
/// read fails.
class BerReader {
 public:
  explicit BerReader(ByteView content) : rest_(content) {}
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }
  /// The tag of the next element; 0 at the end.
  std::uint8_t next_tag() const { return rest_.empty() ? std::uint8_t{0} : rest_[0]; }
  /// The content of the next element, which must have this tag.
  ByteView element(std::uint8_t tag);
  /// An INTEGER of 32 bits.
  std::int64_t integer();
  std::string octets();
  Oid oid();
  /// Any value of a binding.
  Value value();

 private:
  void fail() { ok_ = false; }
  std::int64_t signed_number(ByteView content);
  std::uint64_t unsigned_number(ByteView content, std::size_t octets);
  Oid read_oid(ByteView content);

  ByteView rest_;
  bool ok_ = true;
};

/// Writes elements; a constructed one is opened, filled and closed.
class BerWriter {
 public:
  void integer(std::int64_t value);
  void octets(std::string_view text);
  void oid(const Oid& value);
  void value(const Value& value);
  /// Begins a constructed element; its length is known at close().
  [[nodiscard]] std::size_t open(std::uint8_t tag);
  void close(std::size_t opened);
  /// Elements that another writer made.
  void raw(ByteView elements) { out_.insert(out_.end(), elements.begin(), elements.end()); }
  const Bytes& bytes() const { return out_; }

 private:
  void primitive(std::uint8_t tag, ByteView content);
  Bytes out_;
};

}  // namespace arrouter::snmp
