// Packets against those of a real client and server (key "test"), which Scapy's tests for its TACACS+ layer keep.
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "modules/tacplus/packet.h"
#include "tests/support/test_services.h"

namespace arrouter::tacplus {
namespace {

constexpr std::string_view start = "c0010100907dd0860000001c0500504f7a61edee7da552d356752bbb27ae98aa1a9d173d90d20771";
constexpr std::string_view reply = "c0010200907dd086000000102a0c1da0a25b78450b092f73ee8bd36f";
constexpr std::string_view proceed = "c0010300907dd08600000009ec38c18dccec28ac54";
constexpr std::string_view request =
    "c0020100000210540000002fdde0e8eabaca2459f700c24868ed031e4b383410b968d7400ed513f0fa41fabe3b0182ec6cf9c6a05a36986a"
    "fd5c39";
constexpr std::string_view response = "c002020052f20ef400000014ce5e58707e5a9b5ed859c922f5b026e54a69a815";

struct Desk {
  test::TestServices base;
  MadeEnco enco = make_enco(base.services);
  ByteView key = as_bytes("test");

  SecretBytes shown(std::string_view packet) {
    const Bytes bytes = *from_hex(packet);
    return obfuscated(enco.api, read_header(bytes), key, ByteView(bytes).subspan(header_bytes));
  }
  std::string made(Header header, const SecretBytes& body) { return to_hex(make_packet(enco.api, header, key, body)); }
};

Person person() {
  const ByteView password = as_bytes("pass");
  return {.user = "scapy", .password = {password.begin(), password.end()}, .port = "tty2", .remote = "172.10.10.1"};
}

std::string text(const SecretBytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("A real login's packets are made alike") {
  Desk desk;
  CHECK(desk.made({.session = 0x907dd086}, start_body(person(), AuthenType::ascii)) == start);
  CHECK(desk.made({.sequence = 3, .session = 0x907dd086}, continue_body(as_bytes("pass"))) == proceed);
  const Header header = read_header(*from_hex(reply));
  CHECK(header.version == 0xc0);
  CHECK(header.type == PacketType::authentication);
  CHECK(header.sequence == 2);
  CHECK(header.flags == 0);
  CHECK(header.session == 0x907dd086);
  CHECK(header.length == 16);
}

TEST_CASE("A real server's replies are read") {
  Desk desk;
  const auto asked = read_authentication(desk.shown(reply));
  REQUIRE(asked);
  CHECK(asked->status == AuthenStatus::get_password);
  CHECK(asked->message == "Password: ");
  const auto allowed = read_authorization(desk.shown(response));
  REQUIRE(allowed);
  CHECK(allowed->status == AuthorStatus::pass_add);
  CHECK(allowed->arguments == std::vector<std::string>{"priv-lvl=15", "a"});
}

TEST_CASE("An authorization request is that of a real client but for the command") {
  Desk desk;
  std::string expected = text(desk.shown(request));
  REQUIRE(expected.ends_with("service=shellcmd*"));
  expected.back() = '=';
  CHECK(text(authorization_body(person(), AuthenType::ascii)) == expected);
}

TEST_CASE("PAP has the password in its START; ABORT and an empty key") {
  Desk desk;
  CHECK(text(start_body(person(), AuthenType::pap)) == std::string("\1\1\2\1\5\4\13\4scapytty2172.10.10.1pass", 32));
  CHECK(to_hex(abort_body()) == "0000000001");
  desk.key = {};
  CHECK(desk.made({.flags = flag::unencrypted, .session = 1}, abort_body()) == "c001010100000001000000050000000001");
}

TEST_CASE("Bodies whose lengths do not add up, or of an unknown status, are no replies") {
  for (const char* good : {"010000000000", "020000030000414243", "210000000000", "05000000000141"})
    CHECK(read_authentication(*from_hex(good)));
  for (const char* bad :
       {"", "0100000000", "01000000000000", "080000000000", "000000000000", "0200000400004142", "010000000001"})
    CHECK_FALSE(read_authentication(*from_hex(bad)));
  CHECK(read_authorization(*from_hex("010000000000")));
  CHECK(read_authorization(*from_hex("0201000000000141")));
  for (const char* bad : {"", "0100000000", "030000000000", "0102000000000141", "02010000000001", "020100000000014142"})
    CHECK_FALSE(read_authorization(*from_hex(bad)));
  // With another key almost every body falls apart.
  Desk desk;
  desk.key = as_bytes("tset");
  CHECK_FALSE(read_authentication(desk.shown(reply)));
  CHECK_FALSE(read_authorization(desk.shown(response)));
}

}  // namespace arrouter::tacplus
