#include <catch2/catch.hpp>

#include "tests/unit/radius/server.h"

using namespace arrouter;
using namespace arrouter::radius;

namespace {

// RFC 2865 7.1: nemo logs in.
constexpr std::string_view secret = "xyzzy5461";
constexpr auto request_authenticator = "0f403f9473978057bd83d5cb98f4227a";
constexpr auto accept =
    "0200002686fe220e7624ba2a1005f6bf9b55e0b206060000000" "10f06000000000e06c0a80103";

struct Enco {
  test::TestServices base;
  MadeEnco made = make_enco(base.services);
  enco::EncoApi& api = made.api;
};

Authenticator authenticator(std::string_view hex) {
  Authenticator made{};
  std::ranges::copy(*from_hex(hex), made.begin());
  return made;
}

}  // namespace

TEST_CASE("the RFC's example: a hidden password, an answer proven") {
  Enco enco;
  const Authenticator request = authenticator(request_authenticator);
  CHECK(to_hex(hide_password(enco.api, as_bytes("arctangent"), as_bytes(secret), request)) ==
        "0dbe708d93d413ce3196e43f782a0aee");
  const auto reply = read_reply(enco.api, *from_hex(accept), request, as_bytes(secret));
  REQUIRE(reply);
  CHECK(reply->code == Code::access_accept);
  CHECK_FALSE(reply->has_message_authenticator);
  REQUIRE(reply->attributes.size() == 3);
  CHECK(reply->attributes[0].type == Type::service_type);
  CHECK(reply->attributes[0].number() == 1);
  SECTION("another secret, another request") {
    CHECK(read_reply(enco.api, *from_hex(accept), request, as_bytes("xyzzy5462")).error() == Flaw::bad_authenticator);
    CHECK(read_reply(enco.api, *from_hex(accept), Authenticator{}, as_bytes(secret)).error() ==
          Flaw::bad_authenticator);
  }
  SECTION("any bit of it changed") {
    const Bytes good = *from_hex(accept);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      CHECK_FALSE(read_reply(enco.api, bad, request, as_bytes(secret)));
    }
  }
  SECTION("padding behind it does not matter, a byte less does") {
    Bytes padded = *from_hex(accept);
    padded.push_back(7);
    CHECK(read_reply(enco.api, padded, request, as_bytes(secret)));
    padded.resize(padded.size() - 2);
    CHECK(read_reply(enco.api, padded, request, as_bytes(secret)).error() == Flaw::malformed);
  }
}

TEST_CASE("passwords of every length up to 128 are hidden in whole blocks") {
  Enco enco;
  test::Channel channel(enco.base.time);
  for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 127U, 128U}) {
    const std::string password(length, 'p');
    const Bytes hidden = hide_password(enco.api, as_bytes(password), as_bytes(secret), {});
    CHECK(hidden.size() == std::max<std::size_t>(16, (length + 15) / 16 * 16));
    CHECK(std::string(hidden.begin(), hidden.end()).find("pp") == std::string::npos);
  }
}

TEST_CASE("what is not a packet has no identifier and no reply") {
  Enco enco;
  for (std::size_t length = 0; length < header_bytes; ++length) CHECK_FALSE(identifier_of(Bytes(length, 2)));
  CHECK(identifier_of(*from_hex(accept)) == 0);
  Bytes packet = *from_hex(accept);
  const auto flaw = [&] { return read_reply(enco.api, packet, {}, as_bytes(secret)).error(); };
  SECTION("lengths beyond the bounds") {
    store_be16(packet.data() + 2, 19);
    CHECK(flaw() == Flaw::malformed);
    store_be16(packet.data() + 2, 4097);
    packet.resize(5000);
    CHECK(flaw() == Flaw::malformed);
  }
  SECTION("an attribute of length 0, 1, or beyond the end") {
    for (const std::uint8_t length : {0, 1, 19}) {
      packet[21] = length;
      CHECK(flaw() == Flaw::malformed);
    }
  }
  SECTION("a code no client gets") {
    packet[0] = 1;
    CHECK(flaw() == Flaw::unknown_code);
  }
  SECTION("two Message-Authenticators, or one of another length") {
    packet = *from_hex("02000026" + std::string(32, '0') + "5012" + std::string(32, '0'));
    CHECK(flaw() == Flaw::bad_authenticator);
    packet = *from_hex("02000025" + std::string(32, '0') + "5011" + std::string(30, '0'));
    CHECK(flaw() == Flaw::malformed);
    packet = *from_hex("02000038" + std::string(32, '0') + "5012" + std::string(32, '0') + "5012" +
                       std::string(32, '0'));
    CHECK(flaw() == Flaw::malformed);
  }
}

TEST_CASE("a request carries its Message-Authenticator first, and never a password in clear") {
  test::RadiusDesk desk;
  test::RadiusServer server(desk.channel, desk.enco.api, "10.0.0.2", "sharedsecret");
  desk("add radius server=10.0.0.2 secret=sharedsecret");
  desk.base.system.name = "Peer1";
  desk.ask();
  desk.base.time.advance(std::chrono::seconds(1));
  REQUIRE(server.requests.size() == 1);
  const auto& request = server.requests[0];
  CHECK(request.signed_well);
  CHECK(request.packet[20] == 80);
  CHECK(request.user == "alice");
  CHECK(request.password == "Wonderland");
  CHECK(to_hex(request.attributes.at(Type::nas_ip_address)) == "0a000001");
  CHECK(request.attributes.at(Type::nas_identifier) == Bytes{'P', 'e', 'e', 'r', '1'});
  const std::string text = describe(request.packet);
  CHECK(text.starts_with("Access-Request, identifier 1, length "));
  CHECK(text.find("\n  User-Name: alice\n  User-Password: *****\n  NAS-IP-Address: 10.0.0.1\n") != std::string::npos);
  CHECK(describe(Bytes(3)) == "3 bytes that are no RADIUS packet\n");
}
