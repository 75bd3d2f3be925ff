#include <catch2/catch.hpp>

#include "modules/snmp/ber.h"
#include "modules/snmp/message.h"
#include "os/base/limits.h"

namespace arrouter::snmp {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

std::string encoded(const Value& value) {
  BerWriter out;
  out.value(value);
  return to_hex(out.bytes());
}

TEST_CASE("Values have their shortest encoding (X.690, RFC 2578)") {
  CHECK(encoded(Value::of_integer(0)) == "020100");
  CHECK(encoded(Value::of_integer(127)) == "02017f");
  CHECK(encoded(Value::of_integer(128)) == "02020080");
  CHECK(encoded(Value::of_integer(-1)) == "0201ff");
  CHECK(encoded(Value::of_integer(-129)) == "0202ff7f");
  CHECK(encoded(Value::of_integer(-2147483648LL)) == "020480000000");
  CHECK(encoded(Value::of_counter(0x80)) == "41020080");
  CHECK(encoded(Value::of_counter(0x1'0000'0005)) == "410105");
  CHECK(encoded(Value::of_gauge(0x1'0000'0005)) == "420500ffffffff");
  CHECK(encoded(Value::of_counter64(~std::uint64_t{0})) == "460900ffffffffffffffff");
  CHECK(encoded(Value::of_address(Ipv4Address(192, 168, 1, 254))) == "4004c0a801fe");
  CHECK(encoded(Value::of_oid(oid("1.3.6.1.4.1.207"))) == "06072b06010401814f");
  CHECK(encoded(Value::of_oid(oid("2.999.4294967295"))) == "060788378fffffff7f");
  CHECK(encoded(Value::of_oid({0, 0})) == "060100");
  CHECK(encoded(Value::of_text(std::string(200, 'x'))).starts_with("0481c8"));
  CHECK(encoded(Value::none(Type::end_of_view)) == "8200");
}

TEST_CASE("What is written is read back") {
  const Value values[] = {Value::of_integer(-2147483648LL),
                          Value::of_text("a\0b"),
                          Value::of_oid(oid("1.3.6.1.2.1.1.1.0")),
                          Value::of_counter64(1ULL << 63),
                          Value::of_ticks(4294967295),
                          Value::of_address(Ipv4Address(1, 2, 3, 4)),
                          Value::none(Type::no_such_instance),
                          Value()};
  BerWriter out;
  for (const Value& value : values) out.value(value);
  BerReader in(out.bytes());
  for (const Value& value : values) CHECK(in.value() == value);
  CHECK(in.at_end());
}

TEST_CASE("The decoder refuses what is not BER as SNMP uses it") {
  const auto refused = [](std::string_view text) {
    const Bytes bytes = hex(text);
    BerReader in(bytes);
    in.value();
    return !in.ok();
  };
  CHECK(refused(""));
  CHECK(refused("02"));
  CHECK(refused("0202"));  // shorter than it says
  CHECK(refused("020201"));
  CHECK(refused("0280010000"));      // indefinite length
  CHECK(refused("02850000000101"));  // a length of five octets
  CHECK(refused("0284ffffffff01"));
  CHECK(refused("0200"));            // no octets of a number
  CHECK(refused("02050000000001"));  // a number of five octets
  CHECK(refused("41050100000000"));  // 33 bits
  CHECK(refused("460a00000000000000000000"));
  CHECK(refused("0600"));              // an empty name
  CHECK(refused("060180"));            // a leading zero
  CHECK(refused("06022b81"));          // cut off inside a number
  CHECK(refused("06062b9080808000"));  // 2^32
  CHECK(refused("4003010203"));        // an address of three octets
  CHECK(refused("050100"));            // a null with content
  CHECK(refused("3000"));              // no value
  CHECK(refused("1f0100"));            // a tag of more octets
  CHECK_FALSE(refused("02810105"));    // a length in more octets than it needs is allowed
}

TEST_CASE("A name has at most 128 sub-identifiers") {
  const auto length = [](std::size_t parts) {
    Bytes bytes{0x06, 0x81, static_cast<std::uint8_t>(parts - 1), 0x2b};
    bytes.resize(bytes.size() + parts - 2, 1);
    BerReader in(bytes);
    return in.oid().size();
  };
  CHECK(length(limits::snmp_oid - 1) == limits::snmp_oid - 1);
  CHECK(length(limits::snmp_oid) == limits::snmp_oid);
  CHECK(length(limits::snmp_oid + 1) == 0);
}

// snmpget -v1 -c public … 1.3.6.1.2.1.1.1.0 as Net-SNMP sends it.
constexpr std::string_view net_snmp_get =
    "302902010004067075626c6963a01c020463f1a6b1020100020100300e300c06082b060102010101000500";

TEST_CASE("A request of Net-SNMP is understood, and written again it is the same") {
  const auto message = decode(hex(net_snmp_get));
  REQUIRE(message);
  CHECK(message->version == Version::v1);
  CHECK(message->community == "public");
  CHECK(message->pdu.type == PduType::get);
  CHECK(message->pdu.request_id == 0x63f1a6b1);
  REQUIRE(message->pdu.bindings.size() == 1);
  CHECK(message->pdu.bindings[0].name == oid("1.3.6.1.2.1.1.1.0"));
  CHECK(to_hex(encode(*message)) == net_snmp_get);
}

TEST_CASE("A message that is cut short, too long or of another version is refused") {
  const Bytes whole = hex(net_snmp_get);
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(decode(ByteView(whole).first(length)));
  Bytes longer = whole;
  longer.push_back(0);
  CHECK(decode(longer).error() == DecodeError::parse);
  Bytes v3 = whole;
  v3[4] = 3;
  CHECK(decode(v3).error() == DecodeError::version);
  Bytes bulk_in_v1 = whole;
  bulk_in_v1[13] = 0xa5;
  CHECK(decode(bulk_in_v1).error() == DecodeError::parse);
}

TEST_CASE("A request has at most 128 bindings") {
  Message message;
  message.pdu.bindings.resize(limits::snmp_bindings, {oid("1.3.6.1"), {}});
  CHECK(decode(encode(message)));
  message.pdu.bindings.push_back({oid("1.3.6.1"), {}});
  CHECK_FALSE(decode(encode(message)));
}

}  // namespace
}  // namespace arrouter::snmp
