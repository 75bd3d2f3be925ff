// The life of a bundle: asked for, used, removed. renewal_test.cpp has what comes between.
#include <catch2/catch.hpp>

#include "modules/ipsec/replay.h"
#include "netdev/wire/ipv4.h"
#include "os/base/limits.h"
#include "tests/unit/ipsec/one_tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("the first packet asks for a bundle, waits, and leaves by it") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  for (std::uint16_t i = 0; i < 3; ++i) {
    Packet packet = lan_ping(fixture);
    store_be16(packet->data() + 26, i);
    CHECK_FALSE(fixture.out(std::move(packet)));
  }
  REQUIRE(fixture.isakmp.acquires.size() == 1);  // joined, not asked again
  const isakmp::Acquire& acquire = fixture.isakmp.acquires.front();
  CHECK(acquire.ipsec_policy == "vpn");
  CHECK(acquire.isakmp_policy == "vpn");
  CHECK(acquire.local == ip4("100.100.100.1"));
  CHECK(acquire.peer == ip4("200.200.200.1"));
  CHECK(acquire.ids_needed);
  CHECK(acquire.lifetime.seconds == 28800);
  CHECK(acquire.proposals.front().protocols.front().spi > 0xffff);
  fixture.isakmp.user->install(keyed_bundle(acquire, 0x5000));
  REQUIRE(fixture.ip.sent.size() == 3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    CHECK(spi_of(fixture.ip.sent[i]) == 0x5000);
    CHECK(sequence_of(fixture.ip.sent[i]) == i + 1);
    CHECK(fixture.ip.sent[i]->meta.ipsec_done);
  }
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle) == 3);
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 0);
  CHECK(fixture.counter("vpn", PolicyCounter::out_process_done) == 3);
}

TEST_CASE("a bundle that settles takes what comes and lets what goes wait") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.out(lan_ping(fixture));
  isakmp::Bundle keyed = keyed_bundle(fixture.isakmp.acquires.back(), 0x5000);
  keyed.outbound_from = fixture.services.time.now() + 50ms;
  fixture.isakmp.user->install(keyed);
  CHECK_FALSE(fixture.out(lan_ping(fixture)));
  fixture.services.time.advance(49ms);
  CHECK(fixture.ip.sent.empty());
  SECTION("until its time has come") {
    fixture.services.time.advance(1ms);
    REQUIRE(fixture.ip.sent.size() == 2);
    CHECK(sequence_of(fixture.ip.sent[1]) == 2);
    CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 0);
  }
  SECTION("until the peer is heard") {
    const std::uint32_t spi = keyed.sas.front().in_spi;
    fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), spi, 1));
    CHECK(fixture.counter("vpn", PolicyCounter::in_process_done) == 1);
    CHECK(fixture.ip.sent.size() == 2);
  }
  SECTION("unless the peer deletes it") {
    fixture.isakmp.user->peer_deleted(ip4("200.200.200.1"), isakmp::Protocol::esp, 0x5000);
    fixture.services.time.advance(1s);
    CHECK(fixture.ip.sent.empty());
    CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 2);
    CHECK(fixture.module->state().policies.find("vpn")->negotiations.empty());
  }
  CHECK(fixture.isakmp.acquires.size() == 1);
}

TEST_CASE("one ping adds one to outProcessDone, its reply one to inProcessDone") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto acquire = bring_up(fixture);
  const std::uint32_t in_spi = acquire.proposals.front().protocols.front().spi;
  const auto out_before = fixture.counter("vpn", PolicyCounter::out_process_done);
  const Packet esp = fixture.out(lan_ping(fixture));
  REQUIRE(esp);
  const auto outer = wire::view_ipv4(esp->view());
  REQUIRE(outer);
  CHECK(outer->protocol() == 50);
  CHECK(outer->source() == ip4("100.100.100.1"));
  CHECK(outer->destination() == ip4("200.200.200.1"));
  CHECK_FALSE(outer->dont_fragment());
  CHECK(fixture.counter("vpn", PolicyCounter::out_process_done) == out_before + 1);
  auto inner = fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), in_spi, 1));
  REQUIRE(inner.size() == 1);
  CHECK(inner[0]->meta.ipsec_sa == 1);
  CHECK(to_hex(inner[0]->view()) == to_hex(fixture.packet("192.168.2.100", "192.168.1.100")->view()));
  CHECK(fixture.counter("vpn", PolicyCounter::in_process_done) == 1);
  CHECK(fixture.counter(GroupCounter::main_in_process_done) == 1);
}

TEST_CASE("eight packets wait, the ninth is dropped; a failure drops them all") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  for (std::size_t i = 0; i < limits::ipsec_queued_packets; ++i) fixture.out(lan_ping(fixture));
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 0);
  fixture.out(lan_ping(fixture));
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 1);
  const std::size_t held = fixture.services.pool.available();
  fixture.isakmp.user->failed("vpn", fixture.isakmp.acquires[0].bundle, "no proposal chosen");
  CHECK(fixture.services.pool.available() == held + 8);
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 9);
  CHECK(fixture.counter("vpn", PolicyCounter::setup_failed) == 1);
}

TEST_CASE("a failed negotiation is not started again in the same second") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.out(lan_ping(fixture));
  fixture.isakmp.user->failed("vpn", 0, "timed out");
  fixture.services.time.advance(999ms);
  fixture.out(lan_ping(fixture));
  CHECK(fixture.isakmp.acquires.size() == 1);
  fixture.services.time.advance(1ms);
  fixture.out(lan_ping(fixture));
  CHECK(fixture.isakmp.acquires.size() == 2);
}

TEST_CASE("nothing is started without ISAKMP or towards a peer that may be anywhere") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.isakmp.on = false;
  fixture.out(lan_ping(fixture));
  CHECK(fixture.counter(GroupCounter::setup_isakmp_not_enabled) == 1);
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 1);
  fixture.isakmp.on = true;
  fixture.configure("set ipsec pol=vpn peer=dynamic");
  fixture.out(lan_ping(fixture));
  CHECK(fixture.isakmp.acquires.empty());
  CHECK(fixture.counter("vpn", PolicyCounter::out_no_bundle_fail) == 2);
}

TEST_CASE("replayed packets are refused only where anti-replay is on") {
  for (const bool on : {false, true}) {
    IpsecFixture fixture;
    fixture.configure(test::ipsec_howto);
    if (on) fixture.configure("set ipsec sas=1 anti=true rep=64");
    const auto acquire = bring_up(fixture);
    const std::uint32_t spi = acquire.proposals.front().protocols.front().spi;
    const auto arrive = [&](std::uint32_t sequence) {
      return fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), spi, sequence)).size();
    };
    CHECK(arrive(100) == 1);
    CHECK(arrive(100) == (on ? 0U : 1U));
    CHECK(arrive(37) == 1);
    CHECK(arrive(36) == (on ? 0U : 1U));
    CHECK(fixture.counter(GroupCounter::esp_in_replay_fail) == (on ? 2U : 0U));
  }
}

TEST_CASE("a twin in the same burst is caught after authentication") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure("set ipsec sas=1 anti=true");
  const auto acquire = bring_up(fixture);
  Packet one = from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"),
                         acquire.proposals.front().protocols.front().spi, 7);
  Burst burst;
  burst.add(fixture.services.pool.clone(*one));
  burst.add(std::move(one));
  fixture.ip.stage->inbound_protected(1, burst);
  CHECK(fixture.ip.decrypted.size() == 1);
}

TEST_CASE("the peer's word ends bundles: delete, initial contact") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  bring_up(fixture, 0x5000);
  fixture.isakmp.user->peer_deleted(ip4("200.200.200.1"), isakmp::Protocol::esp, 0x5001);
  fixture.isakmp.user->peer_deleted(ip4("200.200.200.2"), isakmp::Protocol::esp, 0x5000);
  CHECK(bundles(fixture).size() == 1);
  fixture.isakmp.user->peer_deleted(ip4("200.200.200.1"), isakmp::Protocol::esp, 0x5000);
  CHECK(bundles(fixture).empty());
  CHECK(fixture.isakmp.deletes.empty());
  fixture.services.time.advance(1s);
  bring_up(fixture);
  fixture.isakmp.user->drop_peer(ip4("200.200.200.1"), "initial contact");
  CHECK(bundles(fixture).empty());
  CHECK(fixture.isakmp.deletes.size() == 1);  // the peer may have kept it
}

TEST_CASE("a peer that deleted its last ISAKMP SA may still send, what leaves waits for a new bundle") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto first = bring_up(fixture);
  const std::uint32_t in_spi = first.proposals.front().protocols.front().spi;
  fixture.isakmp.user->peer_hung_up(ip4("200.200.200.2"));  // another's word
  CHECK(fixture.out(lan_ping(fixture)));
  fixture.isakmp.user->peer_hung_up(ip4("200.200.200.1"));
  REQUIRE(bundles(fixture).size() == 1);
  CHECK(fixture.isakmp.deletes.empty());
  CHECK(fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), in_spi, 1)).size() == 1);
  CHECK(fixture.isakmp.acquires.size() == 1);  // nothing is asked for without a packet to send
  CHECK_FALSE(fixture.out(lan_ping(fixture)));
  REQUIRE(fixture.isakmp.acquires.size() == 2);
  const isakmp::Acquire second = fixture.isakmp.acquires.back();
  fixture.isakmp.user->install(keyed_bundle(second, 0x6000));
  REQUIRE(fixture.ip.sent.size() == 1);
  CHECK(spi_of(fixture.ip.sent.front()) == 0x6000);

  // The peer uses the new one: the old one takes late packets for a while, then goes.
  const std::uint32_t new_spi = second.proposals.front().protocols.front().spi;
  CHECK(fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), new_spi, 1)).size() == 1);
  fixture.services.time.advance(29s);
  CHECK(bundles(fixture).size() == 2);
  fixture.services.time.advance(2s);
  CHECK(bundles(fixture).size() == 1);
}

TEST_CASE("another address on the interface ends the SAs that used the old one") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  bring_up(fixture);
  fixture.ip.readdress("vlan1", ip4("192.168.1.1"));
  fixture.ip.readdress("eth0", ip4("100.100.100.1"));
  CHECK(bundles(fixture).size() == 1);
  fixture.ip.readdress("eth0", ip4("100.100.100.2"));
  CHECK(bundles(fixture).empty());
}

TEST_CASE("disabling says goodbye and lets packets pass in clear") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto acquire = bring_up(fixture);
  CHECK(fixture.ip.stage->attached(1));
  CHECK_FALSE(fixture.ip.stage->attached(2));
  const std::uint32_t spi = acquire.proposals.front().protocols.front().spi;
  Packet late = from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), spi, 1);
  CHECK(fixture.run("disable ipsec").text == "Info (1081058): IPSEC has been disabled.\n");
  CHECK(fixture.run("disable ipsec").text == "Warning (2081060): IPSEC is already disabled.\n");
  CHECK_FALSE(fixture.ip.stage->attached(1));
  CHECK(fixture.isakmp.deletes.size() == 1);
  CHECK(fixture.in(std::move(late)).empty());
  CHECK(fixture.counter(GroupCounter::main_in_no_sa) == 1);
}

TEST_CASE("an unknown SPI is counted, logged once a second, and answered where the policy says so") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto stray = [&](std::string_view from) {
    Packet packet = fixture.packet(from, "100.100.100.1", 50, 100);
    store_be32(packet->data() + 20, 4711);
    fixture.services.records.clear();
    fixture.in(std::move(packet));
    return fixture.services.records.empty() ? std::string() : fixture.services.records[0].message;
  };
  CHECK(stray("200.200.200.1") == "IPsec: packet from 200.200.200.1 with unknown SPI 4711");
  CHECK(stray("200.200.200.1").empty());
  CHECK(fixture.counter(GroupCounter::main_in_bad_spi) == 2);
  CHECK(fixture.isakmp.bad_spis.empty());
  fixture.configure("set ipsec pol=vpn resp=true");
  stray("200.200.200.2");
  CHECK(fixture.isakmp.bad_spis.empty());
  stray("200.200.200.1");
  CHECK(fixture.isakmp.bad_spis.size() == 1);
  CHECK(fixture.counter("vpn", PolicyCounter::in_bad_spi_response) == 1);
}

TEST_CASE("manual keys: both ends up without ISAKMP") {
  IpsecFixture fixture;
  fixture.configure(
      "create enco key=10 type=des value=0x101f2c3b49576473\n"
      "create enco key=11 type=general value=0x3443515e6d7a8997a4b3c1cedceaf8071523313e\n"
      "create ipsec sas=1 key=manual prot=esp enc=des enck=10 hasha=sha hashk=11 insp=1000 outs=1001\n"
      "create ipsec bund=1 key=manual string=\"1\"\n"
      "create ipsec pol=manual int=eth0 ac=ipsec key=manual bund=1 peer=200.100.20.1\n"
      "set ipsec pol=manual lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0\n"
      "enable ipsec");
  const Packet esp = fixture.out(lan_ping(fixture));
  REQUIRE(esp);
  CHECK(spi_of(esp) == 1001);
  CHECK(wire::view_ipv4(esp->view())->destination() == ip4("200.100.20.1"));
  CHECK(fixture.in(from_peer(fixture, fixture.packet("192.168.2.100", "192.168.1.100"), 1000, 1)).size() == 1);
  fixture.module->state().sas.find(isakmp::Protocol::esp, 1000)->out_sequence = 0xffffffff;
  CHECK(sequence_of(fixture.out(lan_ping(fixture))) == 0);  // wraps: nobody could renew
  fixture.configure("disable ipsec\nenable ipsec");
  CHECK(fixture.out(lan_ping(fixture)));
}

TEST_CASE("SRCINTERFACE: the tunnel begins at that interface's address and goes with it") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure("set ipsec pol=vpn srci=vlan1");
  fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
  REQUIRE(fixture.isakmp.acquires.size() == 1);
  CHECK(fixture.isakmp.acquires[0].local == ip4("192.168.1.254"));
  fixture.isakmp.user->install(keyed_bundle(fixture.isakmp.acquires[0], 0x5000));
  fixture.ip.sent.clear();
  const Packet out = fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
  REQUIRE(out);
  CHECK(wire::view_ipv4(out->view())->source() == ip4("192.168.1.254"));
  fixture.ip.readdress("eth0", ip4("100.100.100.2"));
  CHECK(bundles(fixture).size() == 1);
  fixture.ip.readdress("vlan1", ip4("192.168.1.253"));
  CHECK(bundles(fixture).empty());
}
