// Packets that no manager sends: each is counted under one reason (RFC 1213, snmp group) and changes nothing.
#include <catch2/catch.hpp>

#include "modules/snmp/agent.h"
#include "os/base/limits.h"
#include "tests/support/virtual_time.h"

namespace arrouter::snmp {
namespace {

const Ipv4Address manager(192, 168, 1, 100);

struct Desk {
  test::VirtualTime time;
  Mib mib{time};
  Communities communities;
  SnmpFigures figures;
  Agent agent{mib, communities, figures};
  std::string name = "old";

  Desk() {
    communities["public"] = {.open = true};
    communities["private"] = {.write = true, .open = true};
    mib.scalar("1.3.6.1.1", [] { return Value::of_integer(7); });
    mib.scalar(
        "1.3.6.1.2", [this] { return Value::of_text(name); },
        [this](const Instance&, const Value& value, bool really) {
          if (really) name = value.octets;
          return ErrorStatus::none;
        });
    mib.seal();
  }
  Message get(Version version = Version::v2c, std::size_t count = 1) {
    Message request{.version = version, .community = "public", .pdu = {.request_id = 42, .bindings = {}}};
    for (std::size_t i = 0; i < count; ++i) request.pdu.bindings.push_back({oid("1.3.6.1.1.0"), {}});
    return request;
  }
  std::optional<Message> send(ByteView datagram) {
    const Agent::Answer answer = agent.handle(datagram, manager);
    if (!answer.response) return std::nullopt;
    return decode(*answer.response).value();
  }
  std::optional<Message> send(const Message& message) { return send(encode(message)); }
};

/// "302602..": blanks are left out.
Bytes octets(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ') digits.push_back(c);
  return from_hex(digits).value();
}

TEST_CASE("A request cut anywhere is a parse error") {
  Desk desk;
  const Bytes whole = encode(desk.get(Version::v2c, 3));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    CHECK_FALSE(desk.send(ByteView(whole).first(length)));
    CHECK(desk.figures.in_parse_errors == length + 1);
  }
  Bytes longer = whole;
  longer.push_back(0);
  CHECK_FALSE(desk.send(longer));
  CHECK(desk.figures.in_parse_errors == whole.size() + 1);
  CHECK(desk.send(whole));
  CHECK(desk.figures.in_bad_versions == 0);
}

TEST_CASE("Every length that lies is a parse error or leads nowhere") {
  Desk desk;
  const Bytes whole = encode(desk.get());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : {0x00, 0x7f, 0x80, 0x81, 0x84, 0x85, 0xff}) {
      Bytes bad = whole;
      bad[at] = value;
      desk.send(bad);  // some make another request of it
    }
  }
  CHECK(desk.name == "old");
  CHECK(desk.figures.in_packets == whole.size() * 7);
  CHECK(desk.figures.in_packets >= desk.figures.in_parse_errors + desk.figures.in_bad_versions +
                                       desk.figures.in_bad_community_names + desk.figures.out_packets);
}

TEST_CASE("Lengths may be longer than needed, but not without an end") {
  Desk desk;
  // GET of 1.3.6.1.1.0, community public, version 2c.
  const std::string good = "020101 0406 7075626c6963 a016 02012a 020100 020100 300b 3009 0605 2b06010100 0500";
  CHECK(desk.send(octets("3023" + good)));
  CHECK(desk.send(octets("308123" + good)));
  CHECK(desk.send(octets("308400000023" + good)));
  CHECK(desk.figures.in_parse_errors == 0);
  CHECK_FALSE(desk.send(octets("3080" + good + "0000")));  // indefinite
  CHECK_FALSE(desk.send(octets("30850000000023" + good)));
  CHECK_FALSE(desk.send(octets("3084ffffffff" + good)));
  CHECK_FALSE(desk.send(octets("3022" + good)));
  CHECK_FALSE(desk.send(octets("3024" + good)));
  CHECK(desk.figures.in_parse_errors == 5);
}

TEST_CASE("Versions that are not spoken here have their own counter") {
  Desk desk;
  const std::string rest = "0406 7075626c6963 a016 02012a 020100 020100 300b 3009 0605 2b06010100 0500";
  CHECK_FALSE(desk.send(octets("3023 020102" + rest)));  // version 2 with parties
  CHECK_FALSE(desk.send(octets("3023 020103" + rest)));  // 3
  CHECK_FALSE(desk.send(octets("3023 0201ff" + rest)));  // -1
  CHECK_FALSE(desk.send(octets("3026 02047fffffff" + rest)));
  CHECK(desk.figures.in_bad_versions == 4);
  CHECK_FALSE(desk.send(octets("3027 02050000000001" + rest)));  // no INTEGER of SNMP
  CHECK(desk.figures.in_bad_versions == 4);
  CHECK(desk.figures.in_parse_errors == 1);
}

TEST_CASE("A PDU of the other version is a parse error") {
  Desk desk;
  Message bulk = desk.get(Version::v1);
  bulk.pdu.type = PduType::get_bulk;
  CHECK_FALSE(desk.send(bulk));
  Message trap = desk.get(Version::v2c);
  trap.pdu.type = PduType::trap_v1;
  CHECK_FALSE(desk.send(trap));
  CHECK(desk.figures.in_parse_errors == 2);
}

TEST_CASE("An unknown community is counted whatever is asked, and said to be so") {
  Desk desk;
  for (const std::string& community :
       {std::string(), std::string("publi"), std::string("public\0", 7), std::string(1200, 'x')}) {
    Message request = desk.get();
    request.community = community;
    CHECK(desk.agent.handle(encode(request), manager).not_authentic);
  }
  CHECK(desk.figures.in_bad_community_names == 4);
  CHECK(desk.figures.out_packets == 0);
}

TEST_CASE("As many bindings as a request may have, and one more") {
  Desk desk;
  const auto most = desk.send(desk.get(Version::v1, limits::snmp_bindings));
  REQUIRE(most);
  // They are known, but their values make it longer than a frame: the request comes back.
  CHECK(most->pdu.error_status == static_cast<std::int64_t>(ErrorStatus::too_big));
  CHECK_FALSE(desk.send(desk.get(Version::v1, limits::snmp_bindings + 1)));
  CHECK(desk.figures.in_parse_errors == 1);
}

TEST_CASE("A SET whose response would be too long sets nothing") {
  Desk desk;
  Message request = desk.get();
  request.community = "private";
  request.pdu.type = PduType::set;
  const auto set = [&](std::size_t length) {
    request.pdu.bindings = {{oid("1.3.6.1.2.0"), Value::of_text(std::string(length, 'x'))}};
    return desk.send(request);
  };
  const auto done = set(1380);
  REQUIRE(done);
  CHECK(done->pdu.error_status == 0);
  CHECK(desk.name.size() == 1380);
  const auto big = set(1470);
  REQUIRE(big);
  CHECK(big->pdu.error_status == static_cast<std::int64_t>(ErrorStatus::too_big));
  CHECK(big->pdu.error_index == 0);
  CHECK(big->pdu.bindings.empty());
  CHECK(desk.name.size() == 1380);
  CHECK(desk.figures.out_too_bigs == 1);
}

TEST_CASE("SET of what only can be read") {
  Desk desk;
  Message request = desk.get();
  request.pdu.type = PduType::set;
  request.pdu.bindings[0].value = Value::of_integer(1);
  const auto status = [&](Version version, std::string_view community) {
    request.version = version;
    request.community = community;
    const auto response = desk.send(request);
    REQUIRE(response);
    REQUIRE(response->pdu.bindings.size() == 1);
    CHECK(response->pdu.bindings[0].value == request.pdu.bindings[0].value);
    CHECK(response->pdu.error_index == 1);
    return static_cast<ErrorStatus>(response->pdu.error_status);
  };
  CHECK(status(Version::v1, "private") == ErrorStatus::no_such_name);
  CHECK(status(Version::v2c, "private") == ErrorStatus::not_writable);
  CHECK(desk.figures.in_bad_community_uses == 0);
  CHECK(status(Version::v1, "public") == ErrorStatus::no_such_name);
  CHECK(status(Version::v2c, "public") == ErrorStatus::no_access);
  CHECK(desk.figures.in_bad_community_uses == 2);
  CHECK(desk.figures.out_no_such_names == 2);
}

TEST_CASE("GETBULK takes any numbers") {
  Desk desk;
  Message request = desk.get();
  request.pdu.type = PduType::get_bulk;
  request.pdu.bindings[0].name = oid("1.3");
  const auto found = [&](std::int64_t once, std::int64_t rounds) {
    request.pdu.error_status = once;
    request.pdu.error_index = rounds;
    const auto response = desk.send(request);
    REQUIRE(response);
    CHECK(response->pdu.error_status == 0);
    return response->pdu.bindings.size();
  };
  constexpr std::int64_t lowest = -2147483648LL, highest = 2147483647;
  CHECK(found(0, 0) == 0);
  CHECK(found(lowest, lowest) == 0);
  CHECK(found(highest, highest) == 1);
  CHECK(found(1, 0) == 1);
  CHECK(found(0, 1) == 1);
  CHECK(found(0, highest) == 3);  // both scalars and the end
  request.pdu.bindings.clear();
  CHECK(found(highest, highest) == 0);
  CHECK(desk.figures.in_get_nexts == 7);
}

TEST_CASE("Values of wrong forms are parse errors") {
  Desk desk;
  const auto set = [&](std::string_view value) {
    const Bytes bytes = octets(value);
    Bytes pair = octets("0605 2b06010200");
    pair.insert(pair.end(), bytes.begin(), bytes.end());
    Bytes datagram = octets("020101 0407 70726976617465");
    const auto wrap = [](std::uint8_t tag, const Bytes& content) {
      Bytes whole{tag, static_cast<std::uint8_t>(content.size())};
      whole.insert(whole.end(), content.begin(), content.end());
      return whole;
    };
    Bytes pdu = octets("02012a 020100 020100");
    const Bytes list = wrap(0x30, wrap(0x30, pair));
    pdu.insert(pdu.end(), list.begin(), list.end());
    pdu = wrap(0xa3, pdu);
    datagram.insert(datagram.end(), pdu.begin(), pdu.end());
    return desk.send(wrap(0x30, datagram)).has_value();
  };
  CHECK(set("0403 6e6577"));
  CHECK(desk.name == "new");
  std::uint64_t errors = 0;
  for (const std::string_view bad :
       {"0200", "0205 0000000001", "4003 0a0000", "4005 0a00000001", "4100", "4105 0100000000", "4606 ff0000000000",
        "4609 010000000000000000", "0501 00", "0600", "0601 80", "0602 2b80", "0606 2b9080808000", "0403 6e65",
        "1f03 000000", "2403 040161", "0901 00", "8101 00"}) {
    INFO(bad);
    const bool six = bad == "4606 ff0000000000";  // a Counter64 of six octets is one
    CHECK(set(bad) == six);
    if (!six) ++errors;
  }
  CHECK(desk.figures.in_parse_errors == errors);
}

}  // namespace
}  // namespace arrouter::snmp
