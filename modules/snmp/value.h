// What an object of the MIB may be: the types of SMIv1 and SMIv2 (RFC 1155, RFC 2578), and the exceptions of SNMPv2
// (RFC 3416).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"

namespace arrouter::snmp {

/// Sub-identifiers; vectors compare in the order of a walk.
using Oid = std::vector<std::uint32_t>;

/// Tags of BER.
enum class Type : std::uint8_t {
  integer = 0x02,
  octets = 0x04,
  null = 0x05,
  oid = 0x06,
  address = 0x40,
  counter = 0x41,
  gauge = 0x42,
  ticks = 0x43,
  opaque = 0x44,
  counter64 = 0x46,
  no_such_object = 0x80,
  no_such_instance = 0x81,
  end_of_view = 0x82,
};

struct Value {
  Type type = Type::null;
  std::int64_t integer = 0;  // integer
  std::uint64_t number = 0;  // counter, gauge, ticks (modulo 2^32), counter64
  std::string octets = {};   // octets, opaque; four of them for an address
  Oid oid = {};

  static Value of_integer(std::int64_t value) { return {.type = Type::integer, .integer = value}; }
  static Value of_text(std::string_view value) { return {.type = Type::octets, .octets = std::string(value)}; }
  static Value of_oid(Oid value) { return {.type = Type::oid, .oid = std::move(value)}; }
  static Value of_counter(std::uint64_t value) { return {.type = Type::counter, .number = value & 0xffffffff}; }
  static Value of_counter64(std::uint64_t value) { return {.type = Type::counter64, .number = value}; }
  static Value of_gauge(std::uint64_t value) { return {.type = Type::gauge, .number = std::min(value, limit32)}; }
  static Value of_ticks(std::uint64_t value) { return {.type = Type::ticks, .number = value & 0xffffffff}; }
  static Value of_address(Ipv4Address value);
  static Value of_mac(const MacAddress& value);
  static Value none(Type exception) { return {.type = exception}; }

  bool exception() const { return type >= Type::no_such_object; }
  bool operator==(const Value&) const = default;

 private:
  static constexpr std::uint64_t limit32 = 0xffffffff;
};

struct Binding {
  Oid name;
  Value value;
};

/// "1.3.6.1.2.1": only for constants of this module, so it knows no errors.
Oid oid(std::string_view dotted);
Oid operator+(Oid left, std::span<const std::uint32_t> right);
bool starts_with(const Oid& whole, const Oid& beginning);

}  // namespace arrouter::snmp
