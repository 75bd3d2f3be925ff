#include <catch2/catch.hpp>

#include "modules/ip/dns_message.h"
#include "os/base/limits.h"

namespace arrouter::ip {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// dnsmasq's answer about www.example.com: an alias to host.example.com, whose address is 192.0.2.7.
constexpr std::string_view alias_answer =
    "123481800001000200000000"
    "03777777076578616d706c6503636f6d0000010001"
    "c00c000500010000003c000704686f7374c010"
    "c02d000100010000012c0004c0000207";

TEST_CASE("An answer is read through its pointers") {
  const auto message = decode_dns(hex(alias_answer));
  REQUIRE(message);
  CHECK(message->id == 0x1234);
  CHECK(message->response);
  CHECK(message->status == DnsStatus::good);
  CHECK(message->question == DnsQuestion{"www.example.com", 1, 1});
  REQUIRE(message->answers.size() == 2);
  CHECK(message->answers[0].type == DnsType::alias);
  CHECK(message->answers[0].target == "host.example.com");
  CHECK(message->answers[1].name == "host.example.com");
  CHECK(message->answers[1].address == Ipv4Address(192, 0, 2, 7));
  CHECK(message->answers[1].ttl_s == 300);
}

TEST_CASE("Mail exchangers are read; other records are passed over") {
  const auto message =
      decode_dns(hex("000181800001000200000000076578616d706c6503636f6d00000f0001"
                     "c00c000f00010000003c0007000a026d78c00c"
                     "c00c001000010000003c000403616263"));  // TXT
  REQUIRE(message);
  REQUIRE(message->answers.size() == 1);
  CHECK(message->answers[0].preference == 10);
  CHECK(message->answers[0].target == "mx.example.com");
}

TEST_CASE("A query is written as everybody writes it") {
  DnsMessage query;
  query.id = 0xabcd;
  query.question = {"www.example.com", 1, 1};
  CHECK(to_hex(encode_dns(query)) == "abcd0100000100000000000003777777076578616d706c6503636f6d0000010001");
}

TEST_CASE("Whatever is cut short is refused, or harmless when marked as truncated") {
  const Bytes whole = hex(alias_answer);
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(decode_dns(ByteView(whole).first(length)));
  Bytes truncated = whole;
  truncated[2] |= 0x02;
  const auto message = decode_dns(ByteView(truncated).first(whole.size() - 1));
  REQUIRE(message);
  CHECK(message->truncated);
  CHECK(message->answers.size() == 1);
}

TEST_CASE("Names cannot loop, point ahead, or be longer than a name") {
  const auto question = [](std::string_view name) {
    return decode_dns(hex("000101000001000000000000" + std::string(name) + "00010001")).has_value();
  };
  CHECK(question("0161016200"));
  CHECK(question("00"));                // the root
  CHECK_FALSE(question("c00c"));        // points at itself
  CHECK_FALSE(question("0161c00c"));    // and so does this, after a label
  CHECK_FALSE(question("c00e00"));      // ahead
  CHECK_FALSE(question("8161"));        // a label type nobody uses
  CHECK_FALSE(question("03612e6200"));  // a dot inside a label would read as two
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += "3f" + to_hex(Bytes(63, 'a'));
  CHECK(question(longest + "3d" + to_hex(Bytes(61, 'b')) + "00"));
  CHECK_FALSE(question(longest + "3e" + to_hex(Bytes(62, 'b')) + "00"));
  CHECK(dns_name("Host.Example.COM.") == "host.example.com");
  CHECK_FALSE(dns_name(""));
  CHECK_FALSE(dns_name("a..b"));
  CHECK_FALSE(dns_name("a b"));
  CHECK(dns_name(std::string(63, 'a')));
  CHECK_FALSE(dns_name(std::string(64, 'a')));
}

TEST_CASE("There is one question, and at most 64 records count") {
  CHECK_FALSE(decode_dns(hex("000101000000000000000000")));
  CHECK_FALSE(decode_dns(hex("0001010000020000000000000161000001000101620000010001")));
  std::string many =
      "0001818000010060000000000161000001"
      "0001";
  for (int i = 0; i < 0x60; ++i) many += "c00c000100010000003c00040a000001";
  const auto message = decode_dns(hex(many));
  REQUIRE(message);
  CHECK(message->answers.size() == limits::dns_records);
}

}  // namespace
}  // namespace arrouter::ip
