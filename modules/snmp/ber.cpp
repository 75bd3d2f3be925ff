#include "modules/snmp/ber.h"

#include <algorithm>

#include "os/base/limits.h"

namespace arrouter::snmp {

namespace {

constexpr std::uint8_t multi_byte_tag = 0x1f;
constexpr std::size_t longest_length = 4;  // octets of a length

/// Length octets, the shortest form.
Bytes encode_length(std::size_t length) {
  if (length < 0x80) return {static_cast<std::uint8_t>(length)};
  Bytes octets;
  for (; length != 0; length >>= 8) octets.insert(octets.begin(), static_cast<std::uint8_t>(length));
  octets.insert(octets.begin(), static_cast<std::uint8_t>(0x80 | octets.size()));
  return octets;
}

/// Two's complement in as few octets as it takes.
Bytes encode_signed(std::int64_t value) {
  Bytes octets;
  do {
    octets.insert(octets.begin(), static_cast<std::uint8_t>(value));
    value >>= 8;
  } while (!((value == 0 && octets[0] < 0x80) || (value == -1 && octets[0] >= 0x80)));
  return octets;
}

Bytes encode_unsigned(std::uint64_t value) {
  Bytes octets;
  do {
    octets.insert(octets.begin(), static_cast<std::uint8_t>(value));
    value >>= 8;
  } while (value != 0);
  if (octets[0] >= 0x80) octets.insert(octets.begin(), std::uint8_t{0});
  return octets;
}

void encode_sub_identifier(Bytes& out, std::uint64_t value) {
  Bytes octets{static_cast<std::uint8_t>(value & 0x7f)};
  for (value >>= 7; value != 0; value >>= 7) octets.insert(octets.begin(), static_cast<std::uint8_t>(value | 0x80));
  out.insert(out.end(), octets.begin(), octets.end());
}

}  // namespace

ByteView BerReader::element(std::uint8_t tag) {
  if (!ok_ || rest_.size() < 2 || rest_[0] != tag || (tag & multi_byte_tag) == multi_byte_tag) {
    fail();
    return {};
  }
  std::size_t length = rest_[1], header = 2;
  if (length >= 0x80) {
    const std::size_t octets = length & 0x7f;
    if (octets == 0 || octets > longest_length || rest_.size() < 2 + octets) {
      fail();
      return {};
    }
    length = 0;
    for (; header < 2 + octets; ++header) length = length << 8 | rest_[header];
  }
  if (length > rest_.size() - header) {
    fail();
    return {};
  }
  const ByteView content = rest_.subspan(header, length);
  rest_ = rest_.subspan(header + length);
  return content;
}

std::int64_t BerReader::signed_number(ByteView content) {
  if (content.empty() || content.size() > 4) {
    fail();
    return 0;
  }
  std::int64_t value = static_cast<std::int8_t>(content[0]);
  for (const std::uint8_t octet : content.subspan(1)) value = value * 256 + octet;
  return value;
}

/// `octets`: of the largest value; one more is the zero that keeps it positive.
std::uint64_t BerReader::unsigned_number(ByteView content, std::size_t octets) {
  const bool padded = content.size() == octets + 1 && content[0] == 0;
  if (content.empty() || (content.size() > octets && !padded)) {
    fail();
    return 0;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t octet : content) value = value << 8 | octet;
  return value;
}

std::int64_t BerReader::integer() {
  const ByteView content = element(static_cast<std::uint8_t>(Type::integer));
  return ok_ ? signed_number(content) : 0;
}

std::string BerReader::octets() {
  const ByteView content = element(static_cast<std::uint8_t>(Type::octets));
  return {content.begin(), content.end()};
}

Oid BerReader::oid() {
  const ByteView content = element(static_cast<std::uint8_t>(Type::oid));
  return ok_ ? read_oid(content) : Oid();
}

Oid BerReader::read_oid(ByteView content) {
  Oid result;
  std::uint64_t part = 0;
  bool inside = false;
  for (const std::uint8_t octet : content) {
    if (!inside && octet == 0x80) {  // a leading zero
      fail();
      return {};
    }
    part = part << 7 | (octet & 0x7f);
    inside = (octet & 0x80) != 0;
    if (part > 0xffffffff + std::uint64_t{80}) {
      fail();
      return {};
    }
    if (inside) continue;
    if (result.empty()) {  // the first one holds two (X.690 8.19.4)
      result.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(part / 40, 2)));
      part -= result[0] * std::uint64_t{40};
    }
    if (part > 0xffffffff || result.size() >= limits::snmp_oid) {
      fail();
      return {};
    }
    result.push_back(static_cast<std::uint32_t>(part));
    part = 0;
  }
  if (inside || result.empty()) fail();
  return ok_ ? result : Oid();
}

Value BerReader::value() {
  Value value{.type = static_cast<Type>(next_tag())};
  const ByteView content = element(next_tag());
  if (!ok_) return {};
  switch (value.type) {
    case Type::integer:
      value.integer = signed_number(content);
      break;
    case Type::counter:
    case Type::gauge:
    case Type::ticks:
      value.number = unsigned_number(content, 4);
      break;
    case Type::counter64:
      value.number = unsigned_number(content, 8);
      break;
    case Type::oid:
      value.oid = read_oid(content);
      break;
    case Type::address:
      if (content.size() != 4) fail();
      [[fallthrough]];
    case Type::octets:
    case Type::opaque:
      value.octets.assign(content.begin(), content.end());
      break;
    case Type::null:
    case Type::no_such_object:
    case Type::no_such_instance:
    case Type::end_of_view:
      if (!content.empty()) fail();
      break;
    default:
      fail();
  }
  return value;
}

void BerWriter::primitive(std::uint8_t tag, ByteView content) {
  out_.push_back(tag);
  const Bytes length = encode_length(content.size());
  out_.insert(out_.end(), length.begin(), length.end());
  out_.insert(out_.end(), content.begin(), content.end());
}

void BerWriter::integer(std::int64_t value) {
  primitive(static_cast<std::uint8_t>(Type::integer), encode_signed(value));
}

void BerWriter::octets(std::string_view text) { primitive(static_cast<std::uint8_t>(Type::octets), as_bytes(text)); }

void BerWriter::oid(const Oid& value) {
  Bytes content;
  const std::uint32_t first = value.empty() ? 0 : value[0], second = value.size() < 2 ? 0 : value[1];
  encode_sub_identifier(content, first * std::uint64_t{40} + second);
  for (std::size_t i = 2; i < value.size(); ++i) encode_sub_identifier(content, value[i]);
  primitive(static_cast<std::uint8_t>(Type::oid), content);
}

void BerWriter::value(const Value& value) {
  const auto tag = static_cast<std::uint8_t>(value.type);
  switch (value.type) {
    case Type::integer:
      return integer(value.integer);
    case Type::counter:
    case Type::gauge:
    case Type::ticks:
    case Type::counter64:
      return primitive(tag, encode_unsigned(value.number));
    case Type::oid:
      return oid(value.oid);
    case Type::octets:
    case Type::opaque:
    case Type::address:
      return primitive(tag, as_bytes(value.octets));
    default:
      return primitive(tag, {});
  }
}

std::size_t BerWriter::open(std::uint8_t tag) {
  out_.push_back(tag);
  return out_.size();
}

void BerWriter::close(std::size_t opened) {
  const Bytes length = encode_length(out_.size() - opened);
  out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(opened), length.begin(), length.end());
}

}  // namespace arrouter::snmp
