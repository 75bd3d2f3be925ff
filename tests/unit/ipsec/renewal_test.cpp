// One bundle after another: by time, kilobytes and sequence numbers, without losing a packet between them.
#include <catch2/catch.hpp>

#include "tests/unit/ipsec/one_tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("the initiator renews at 95 % and loses no packet") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto first = bring_up(fixture, 0x5000);
  fixture.services.time.advance(27359s);
  CHECK(fixture.isakmp.acquires.size() == 1);
  fixture.services.time.advance(1s);
  REQUIRE(fixture.isakmp.acquires.size() == 2);
  const auto second = fixture.isakmp.acquires.back();
  CHECK(second.bundle == 1);
  CHECK(spi_of(fixture.out(lan_ping(fixture))) == 0x5000);  // still the old one
  fixture.isakmp.user->install(keyed_bundle(second, 0x6000));
  CHECK(spi_of(fixture.out(lan_ping(fixture))) == 0x6000);
  const std::uint32_t old_in = first.proposals.front().protocols.front().spi;
  const std::uint32_t new_in = second.proposals.front().protocols.front().spi;
  const auto reply = [&] { return fixture.packet("192.168.2.100", "192.168.1.100"); };
  CHECK(fixture.in(from_peer(fixture, reply(), old_in, 1)).size() == 1);  // the peer has not switched
  CHECK(fixture.in(from_peer(fixture, reply(), new_in, 1)).size() == 1);  // now it has
  CHECK(fixture.in(from_peer(fixture, reply(), old_in, 2)).size() == 1);  // late packet
  fixture.services.time.advance(29s);
  CHECK(bundles(fixture).size() == 2);
  fixture.services.time.advance(1s);
  CHECK(bundles(fixture).size() == 1);
  REQUIRE(fixture.isakmp.deletes.size() == 1);
  CHECK(fixture.isakmp.deletes[0].in_spis == std::vector<std::uint32_t>{old_in});
  fixture.services.time.advance(1000s);
  CHECK(fixture.isakmp.acquires.size() == 2);
}

TEST_CASE("a renewal that fails is tried again until the old bundle ends") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  bring_up(fixture);
  fixture.services.time.advance(27360s);
  fixture.isakmp.user->failed("vpn", 1, "timed out");
  fixture.services.time.advance(10s);
  CHECK(fixture.isakmp.acquires.size() == 3);
  CHECK(bundles(fixture).size() == 1);
  fixture.services.time.advance(1440s - 10s);
  CHECK(bundles(fixture).empty());
  CHECK(fixture.counter(GroupCounter::setup_hard_expire) == 1);
}

TEST_CASE("the responder never renews, and sends by the new bundle once it is known to work") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto acquire = bring_up(fixture, 0x5000);
  fixture.services.time.advance(27000s);
  auto next = keyed_bundle(acquire, 0x6000);
  next.initiator = false;
  next.confirmed = false;
  next.bundle = 5;
  next.sas[0].in_spi = 0x700000;
  fixture.isakmp.user->install(next);
  CHECK(spi_of(fixture.out(lan_ping(fixture))) == 0x5000);
  CHECK(fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), 0x700000, 1)).size() == 1);
  CHECK(spi_of(fixture.out(lan_ping(fixture))) == 0x6000);
  fixture.services.time.advance(28801s);
  CHECK(bundles(fixture).empty());
  CHECK(fixture.isakmp.acquires.size() == 1);
}

TEST_CASE("kilobytes: renewed at 95 %, removed at the limit") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure("set ipsec bund=1 expiryk=10");
  bring_up(fixture);
  const auto big = [&] { return fixture.packet("192.168.1.100", "192.168.2.100", 17, 1000, 1, 2); };
  for (int i = 0; i < 9; ++i) CHECK(fixture.out(big()));
  CHECK(fixture.isakmp.acquires.size() == 1);  // 84 + 9000 of 10240; the soft limit is 9728
  CHECK(fixture.out(big()));
  CHECK(fixture.isakmp.acquires.size() == 2);
  CHECK(bundles(fixture).size() == 1);
  CHECK_FALSE(fixture.out(big()));  // would pass the limit: waits for the next bundle
  CHECK(bundles(fixture).empty());
  CHECK(fixture.counter("vpn", PolicyCounter::out_bundle_expire) == 1);
  fixture.isakmp.user->install(keyed_bundle(fixture.isakmp.acquires.back(), 0x6000));
  REQUIRE(fixture.ip.sent.size() == 1);
  CHECK(spi_of(fixture.ip.sent[0]) == 0x6000);
}

TEST_CASE("the last sequence number is used, and none twice") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto acquire = bring_up(fixture);
  Sa& sa = *fixture.module->state().sas.find(isakmp::Protocol::esp, acquire.proposals.front().protocols.front().spi);
  sa.out_sequence = 0xefffffff;
  CHECK(sequence_of(fixture.out(lan_ping(fixture))) == 0xf0000000);
  CHECK(fixture.isakmp.acquires.size() == 2);  // renewed in time
  sa.out_sequence = 0xfffffffe;
  CHECK(sequence_of(fixture.out(lan_ping(fixture))) == 0xffffffff);
  CHECK_FALSE(fixture.out(lan_ping(fixture)));
  CHECK(bundles(fixture).empty());
}
