// Packets through ESP: sizes, DF, NAT, super-frames, tight buffers, and what strangers send.
#include <catch2/catch.hpp>

#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"
#include "tests/unit/ipsec/tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::ip4;
using test::IpsecFixture;
using test::out_spi;
using test::set_df;
using test::Tunnel;

namespace {

/// A TCP super-frame from PC1 to PC2, to be cut into segments of so many bytes.
Packet super_frame(IpsecFixture& fixture, std::size_t payload, std::uint16_t segment) {
  constexpr std::size_t headers = 40;
  Packet frame = fixture.services.pool.allocate(payload + headers);
  std::uint8_t* const at = frame->put(payload + headers);
  std::fill(at, at + frame->size(), std::uint8_t{0});
  wire::write_ipv4(at, {.source = ip4("192.168.1.100"), .destination = ip4("192.168.2.100"), .protocol = 6, .id = 100},
                   static_cast<std::uint16_t>(payload + headers));
  store_be16(at + 20, 1000);
  store_be16(at + 22, 80);
  at[32] = 5 << 4;
  frame->meta.segmentation = Segmentation::tcp4;
  frame->meta.segment_size = segment;
  frame->meta.checksum = Checksum::partial;
  frame->meta.checksum_start = 20;
  frame->meta.checksum_offset = 16;
  return frame;
}

}  // namespace

TEST_CASE("the outer header: TOS copied, DF as DFBIT says, ids counting") {
  const auto outer_df = [](std::string_view bit, bool inner_df) {
    Tunnel tunnel(fmt::format("set ipsec pol=vpn dfb={}", bit));
    Packet packet = tunnel.fixture.packet("192.168.1.100", "192.168.2.100");
    packet->data()[1] = 0xb8;
    if (inner_df) set_df(packet);
    wire::finish_ipv4(packet->data());
    packet = tunnel.fixture.out(std::move(packet));
    const auto outer = wire::view_ipv4(packet->view());
    REQUIRE(outer);
    CHECK(outer->tos() == 0xb8);
    CHECK(outer->ttl() == 64);
    return outer->dont_fragment();
  };
  CHECK(outer_df("set", false));
  CHECK(outer_df("set", true));
  CHECK_FALSE(outer_df("copy", false));
  CHECK(outer_df("copy", true));
  CHECK_FALSE(outer_df("clear", false));
  CHECK_FALSE(outer_df("clear", true));
}

TEST_CASE("too big with DF: the sender is told what fits") {
  Tunnel tunnel("set ipsec pol=vpn dfb=copy");
  const auto send = [&](std::size_t length, bool df) {
    Packet packet = tunnel.fixture.packet("192.168.1.100", "192.168.2.100", 17, length, 1, 2);
    if (df) set_df(packet);
    return tunnel.fixture.out(std::move(packet));
  };
  // 3DES-SHA: 20 outer + 8 ESP + 8 IV + (inner + 2, to 8) + 12; 1446 is the longest for 1500.
  const Packet longest = send(1446, true);
  REQUIRE(longest);
  CHECK(longest->size() == 1496);
  CHECK_FALSE(send(1447, true));
  CHECK(tunnel.fixture.ip.too_big == std::vector<unsigned>{1446});
  CHECK(tunnel.fixture.ip.drops[IpDrop::would_fragment] == 1);
  const Packet fragmented = send(1447, false);  // IP cuts it after ESP
  REQUIRE(fragmented);
  CHECK(fragmented->size() == 1504);
  CHECK_FALSE(wire::view_ipv4(fragmented->view())->dont_fragment());
}

TEST_CASE("ESP in UDP: ports, no checksum, and the NAT may move the peer's port") {
  Tunnel tunnel({}, true);
  const Packet out = tunnel.fixture.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100"));
  REQUIRE(out);
  const auto ip = wire::view_ipv4(out->view());
  CHECK(ip->protocol() == 17);
  const auto udp = wire::view_udp(ip->payload());
  REQUIRE(udp);
  CHECK(udp->source_port == 4500);
  CHECK(udp->destination_port == 1024);
  CHECK(udp->checksum == 0);
  CHECK(load_be32(udp->payload.data()) == out_spi);
  CHECK(tunnel.fixture.in(tunnel.sealed(tunnel.reply(), 10, 1025)).size() == 1);
  const SaBundle& bundle = *tunnel.fixture.module->state().policies.find("vpn")->bundles.at(0);
  CHECK(bundle.nat.peer_port == 1025);
  CHECK(tunnel.fixture.in(tunnel.sealed(tunnel.reply(), 9, 1026)).size() == 1);  // an older packet moves nothing
  CHECK(bundle.nat.peer_port == 1025);
  tunnel.fixture.in(tunnel.sealed(tunnel.reply(), 11, 1027, "200.200.200.9"));  // nor does a fixed peer move house
  CHECK(bundle.peer == ip4("200.200.200.1"));
  CHECK(bundle.nat.peer_port == 1025);
  tunnel.fixture.isakmp.user->peer_moved(ip4("200.200.200.1"), ip4("200.200.200.9"), 1028);
  CHECK(bundle.peer == ip4("200.200.200.9"));
  CHECK(bundle.nat.peer_port == 1028);
}

TEST_CASE("a super-frame is cut before ESP and leaves in order") {
  Tunnel tunnel;
  Burst burst;
  burst.add(super_frame(tunnel.fixture, 4000, 1400));
  burst.add(tunnel.fixture.packet("192.168.1.100", "192.168.2.100"));
  burst.add(tunnel.fixture.packet("192.168.1.100", "9.9.9.9"));
  tunnel.fixture.ip.stage->outbound(1, burst);
  REQUIRE(burst.size() == 1);  // the one in clear
  auto& sent = tunnel.fixture.ip.sent;
  REQUIRE(sent.size() == 4);
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(load_be32(sent[i]->data() + 24) == 2 + i);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::out_process_done) == 5);
}

TEST_CASE("more pieces than a burst holds") {
  Tunnel tunnel;
  Burst burst;
  burst.add(super_frame(tunnel.fixture, 64000, 500));
  tunnel.fixture.ip.stage->outbound(1, burst);
  CHECK(tunnel.fixture.ip.sent.size() == 128);
}

TEST_CASE("a buffer without room is changed for a roomier one") {
  Tunnel tunnel;
  Packet packet = tunnel.fixture.packet("192.168.1.100", "192.168.2.100", 1, 600);
  const Bytes bytes(packet->view().begin(), packet->view().end());
  packet->push(packet->headroom() - 4);  // no headroom left but 4 bytes
  std::copy(bytes.begin(), bytes.end(), packet->data());
  packet->trim(bytes.size());
  const Packet sealed = tunnel.fixture.out(std::move(packet));
  REQUIRE(sealed);
  CHECK(wire::view_ipv4(sealed->view()));
  CHECK(sealed->headroom() >= 32);
}

TEST_CASE("plain packets that should have been protected are dropped and counted") {
  Tunnel tunnel;
  CHECK_FALSE(tunnel.fixture.in_clear(tunnel.reply()));
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_no_bundle) == 1);
  CHECK(tunnel.fixture.in_clear(tunnel.fixture.packet("9.9.9.9", "192.168.1.100")));
}

TEST_CASE("an inner packet outside the selectors goes no further") {
  Tunnel tunnel;
  CHECK(tunnel.fixture.in(tunnel.sealed(tunnel.fixture.packet("192.168.3.1", "192.168.1.100"))).empty());
  CHECK(tunnel.fixture.in(tunnel.sealed(tunnel.fixture.packet("192.168.2.1", "192.168.2.2"))).empty());
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_policy_filter_fail) == 2);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_done) == 0);
}

TEST_CASE("every changed bit is noticed, and nothing but the ICV decides") {
  Tunnel tunnel;
  const Packet good = tunnel.sealed(tunnel.reply());
  for (std::size_t i = 24; i < good->size(); ++i) {  // from the sequence number on
    Packet bad = tunnel.fixture.services.pool.clone(*good);
    bad->data()[i] ^= 0x10;
    CHECK(tunnel.fixture.in(std::move(bad)).empty());
  }
  CHECK(tunnel.fixture.counter(GroupCounter::esp_in_auth_fail) == good->size() - 24);
  CHECK(tunnel.fixture.in(tunnel.fixture.services.pool.clone(*good)).size() == 1);
}

TEST_CASE("lengths that cannot be ESP") {
  Tunnel tunnel;
  const Packet good = tunnel.sealed(tunnel.reply());
  for (std::size_t length = 20; length < good->size(); ++length) {
    Packet cut = tunnel.fixture.services.pool.clone(*good);
    cut->trim(length);
    store_be16(cut->data() + 2, static_cast<std::uint16_t>(length));
    wire::finish_ipv4(cut->data());
    CHECK(tunnel.fixture.in(std::move(cut)).empty());
  }
  CHECK(tunnel.fixture.counter(GroupCounter::esp_in_length_bad) > 0);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_done) == 0);
}

TEST_CASE("policies by the thousand cost a flow one search") {
  IpsecFixture fixture;
  for (int interface = 0; interface < 10; ++interface) {
    fixture.ip.known.push_back({static_cast<InterfaceId>(10 + interface), fmt::format("eth{}", 10 + interface),
                                ip4("10.0.0.1"), mask_of(24), 1500, true});
    for (int i = 0; i < 100; ++i) {
      fixture.configure(fmt::format("create ipsec pol=p{}x{} int=eth{} ac=permit lad=10.{}.{}.1", interface, i,
                                    10 + interface, interface, i));
    }
  }
  fixture.configure("enable ipsec");
  Burst burst;
  burst.add(fixture.packet("10.9.99.1", "1.1.1.1"));
  for (int i = 0; i < 100; ++i) fixture.ip.stage->outbound(19, burst);
  CHECK(burst.size() == 1);
  CHECK(fixture.counter("p9x99", PolicyCounter::out_permit) == 100);
  fixture.configure("set ipsec pol=p9x99 ac=deny");  // the remembered decision is not used any more
  fixture.ip.stage->outbound(19, burst);
  CHECK(burst.empty());
}

TEST_CASE("the UDP tunnel of its own") {
  Tunnel tunnel("set ipsec pol=vpn udpt=true udpp=2747\nset ipsec udpport=3000");
  const Packet out = tunnel.fixture.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100"));
  const auto udp = wire::view_udp(wire::view_ipv4(out->view())->payload());
  REQUIRE(udp);
  CHECK(udp->source_port == 3000);
  CHECK(udp->destination_port == 2747);
  const Packet back = tunnel.sealed(tunnel.reply(), 1, 2747);
  UdpDatagram datagram{ip4("200.200.200.1"), ip4("100.100.100.1"), 2747, 3000, 1, false, {}};
  datagram.payload = back->view().subspan(28);
  tunnel.fixture.ip.udp_listeners.back()(datagram);
  CHECK(tunnel.fixture.ip.decrypted.size() == 1);
  datagram.payload = datagram.payload.first(1);
  tunnel.fixture.ip.udp_listeners.back()(datagram);
  CHECK(tunnel.fixture.counter(GroupCounter::udp_in_heartbeat) == 1);
  tunnel.fixture.configure("set ipsec udpport=3001");
  const Packet later = tunnel.fixture.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100"));
  CHECK(wire::view_udp(wire::view_ipv4(later->view())->payload())->source_port == 3001);
  CHECK(tunnel.fixture.ip.udp_ports == std::vector<std::uint16_t>{3001});
}

TEST_CASE("heartbeats keep a NAT's mapping of the UDP tunnel") {
  Tunnel tunnel("set ipsec pol=vpn udpt=true udph=true");
  tunnel.fixture.services.time.advance(std::chrono::seconds(60));
  REQUIRE(tunnel.fixture.ip.udp_sent.size() == 3);
  CHECK(tunnel.fixture.ip.udp_sent[0].destination == ip4("200.200.200.1"));
  CHECK(tunnel.fixture.ip.udp_sent[0].destination_port == 2746);
  CHECK(tunnel.fixture.counter(GroupCounter::udp_out_heartbeat) == 3);
  tunnel.fixture.configure("disable ipsec");
  tunnel.fixture.services.time.advance(std::chrono::seconds(60));
  CHECK(tunnel.fixture.ip.udp_sent.size() == 3);
}
