#include <catch2/catch.hpp>

#include "tests/unit/ppp/discovery_cable.h"

using namespace arrouter;
using namespace arrouter::test;

TEST_CASE("PADI, PADO, PADR, PADS open a session, PADT ends it") {
  Cable cable;
  cable.serve("any");
  cable.host.start(cable.now);
  // RFC 2516 appendix B has the same packet with other tags.
  CHECK(to_hex(cable.sent.at(0).second) == "11090000000c" "01010000" "0103000401020304");
  CHECK(cable.sent.at(0).first == MacAddress::broadcast());
  cable.settle();
  REQUIRE(cable.opened);
  CHECK(cable.opened->first == server_mac);
  CHECK(cable.opened->second == cable.sessions.at(0));
  REQUIRE(cable.packets.size() == 4);
  const auto pado = parse_discovery(cable.packets[1]);
  CHECK(text(*pado->find(pppoe_tag::ac_name)) == "isp");
  CHECK(pado->find(pppoe_tag::ac_cookie)->value.size() == 16);
  const DiscoveryPacket padt{pppoe_code::padt, cable.opened->second, {}};
  CHECK_FALSE(cable.host.receive(client_mac, padt, cable.now));  // a stranger's
  CHECK(cable.host.state() == Discovery::State::open);
  CHECK(cable.host.receive(server_mac, padt, cable.now));
  CHECK(cable.failed == "the peer ended the session");
  CHECK(cable.host.state() == Discovery::State::idle);
}

TEST_CASE("services by name") {
  Cable cable;
  cable.serve("bob");
  Discovery other(cable, "alice", 5, 15);
  other.start(cable.now);
  cable.settle();
  CHECK(cable.packets.size() == 1);  // nobody offers it
  Discovery bob(cable, "bob", 6, 15);
  bob.start(cable.now);
  for (const auto& [to, payload] : std::exchange(cable.sent, {})) {
    cable.concentrator.receive("eth1", client_mac, *parse_discovery(payload));
    CHECK(cable.offers.empty());  // another interface
    cable.concentrator.receive("eth0", client_mac, *parse_discovery(payload));
  }
  REQUIRE(cable.offers.size() == 1);
  CHECK(text(*parse_discovery(cable.offers[0])->find(pppoe_tag::service_name)) == "bob");
}

TEST_CASE("a full service offers nothing, and a PADR that comes all the same is told so") {
  Cable cable;
  cable.serve("any", 1);
  cable.host.start(cable.now);
  cable.settle();
  REQUIRE(cable.sessions.size() == 1);
  Discovery second(cable, "", 7, 15);
  second.start(cable.now);
  const std::size_t before = cable.packets.size();
  cable.settle();
  CHECK(cable.packets.size() == before + 1);
  auto padr = *parse_discovery(cable.packets[2]);
  const Bytes unique{9, 9};
  for (Tag& tag : padr.tags) {
    if (tag.type == pppoe_tag::host_uniq) tag.value = unique;
  }
  cable.concentrator.receive("eth0", client_mac, padr);
  REQUIRE(cable.offers.size() == 1);
  CHECK(parse_discovery(cable.offers[0])->session == 0);
  CHECK(parse_discovery(cable.offers[0])->find(pppoe_tag::ac_system_error) != nullptr);
  // The first client's, whose PADS was lost, gets the same answer again.
  cable.offers.clear();
  cable.concentrator.receive("eth0", client_mac, *parse_discovery(cable.packets[2]));
  CHECK(parse_discovery(cable.offers.at(0))->session == cable.sessions[0]);
}

TEST_CASE("a PADR without our cookie is no request") {
  Cable cable;
  cable.serve("any");
  const Bytes cookie(16, 0x41);
  DiscoveryPacket padr{pppoe_code::padr, 0, {{pppoe_tag::service_name, {}}, {pppoe_tag::ac_cookie, cookie}}};
  cable.concentrator.receive("eth0", client_mac, padr);
  padr.tags.pop_back();
  cable.concentrator.receive("eth0", client_mac, padr);
  CHECK(cable.offers.empty());
  CHECK(cable.sessions.empty());
}

TEST_CASE("PADI is repeated ever more slowly, PADR as often as PADRRETRY says") {
  Cable cable;
  cable.host.start(cable.now);
  std::vector<int> seconds;
  for (int second = 0; second < 300; ++second) {
    if (!std::exchange(cable.sent, {}).empty()) seconds.push_back(second);
    cable.now += 1s;
    cable.host.tick(cable.now);
  }
  CHECK(seconds == std::vector<int>{0, 5, 15, 35, 75, 135, 195, 255});

  Cable deaf;
  Discovery twice(deaf, "", 0x01020304, 2);
  twice.start(deaf.now);
  deaf.sent.clear();
  const auto unique = from_hex("01020304");
  twice.receive(server_mac, {pppoe_code::pado, 0, {{pppoe_tag::service_name, {}}, {pppoe_tag::host_uniq, *unique}}},
                deaf.now);
  std::string codes;
  for (int second = 0; second < 20; ++second) {
    for (const auto& [to, payload] : std::exchange(deaf.sent, {})) codes += to_hex(ByteView(payload).subspan(1, 1)) + " ";
    deaf.now += 1s;
    twice.tick(deaf.now);
  }
  CHECK(codes == "19 19 19 09 ");
}

TEST_CASE("discovery packets that lie about lengths are not read") {
  const Bytes good = *from_hex("110900000008" "01010000" "01030000");
  REQUIRE(parse_discovery(good));
  CHECK(parse_discovery(good)->tags.size() == 2);
  for (const std::string_view bad : {"110900000009010100000103000000", "11090000000c010100000103000100",
                                     "210900000008" "0101000001030000", "1109000000"}) {
    const Bytes bytes = *from_hex(bad);
    CAPTURE(bad);
    const auto parsed = parse_discovery(bytes);
    CHECK((!parsed || parsed->tags.size() <= 2));
  }
  CHECK_FALSE(parse_discovery(*from_hex("1109000000ff01010000")));
  CHECK_FALSE(parse_discovery(*from_hex("11090000000401010001")));
  CHECK_FALSE(parse_discovery(*from_hex("2109000000080101000001030000")));
  CHECK(parse_discovery(*from_hex("110900000004010100004141414141"))->tags.size() == 1);  // padding
}
