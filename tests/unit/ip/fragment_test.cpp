#include <catch2/catch.hpp>

#include "modules/ip/fragment.h"
#include "modules/ip/reassembly.h"
#include "tests/unit/ip/bench.h"
#include "os/base/limits.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

Bytes counting(std::size_t length) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return bytes;
}

/// A fragment of a datagram with id 0x4242.
Bytes piece(ByteView payload, std::size_t offset, bool more, Ipv4Address to = lan, std::uint8_t protocol = 17) {
  Bytes packet = IpBench::packet(lan_host, to, protocol, payload, 64, false, 0x4242);
  store_be16(packet.data() + 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
  wire::finish_ipv4(packet.data());
  return packet;
}

struct Router : IpBench {
  Router() {
    two_hosts();
    api->listen_udp(7000, "Test", [this](const UdpDatagram& datagram) {
      got.emplace_back(datagram.payload.begin(), datagram.payload.end());
    });
  }
  bool all_back() { return services.pool.available() == services.pool.total(); }
  std::vector<Bytes> got;
};

TEST_CASE("a packet one byte above the MTU leaves in two, one at the MTU whole") {
  Router router;
  const Bytes exact = Router::udp(lan_host, wan_host, 1, 2, counting(1472));
  REQUIRE(exact.size() == 1500);
  router.vlan1.inject({router.from_lan(exact)});
  CHECK(router.eth0.sent.size() == 1);
  router.eth0.sent.clear();
  const Bytes packet = Router::udp(lan_host, wan_host, 1, 2, counting(1473));
  router.vlan1.inject({router.from_lan(packet)});
  REQUIRE(router.eth0.sent.size() == 2);
  const Bytes first = router.eth0.next(), second = router.eth0.next();
  const auto a = wire::view_ipv4(Router::payload_of(first)), b = wire::view_ipv4(Router::payload_of(second));
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->total_length() == 1500);
  CHECK(a->more_fragments());
  CHECK(a->fragment_offset() == 0);
  CHECK(b->total_length() == 21);
  CHECK_FALSE(b->more_fragments());
  CHECK(b->fragment_offset() == 1480);
  CHECK(a->id() == b->id());
  CHECK(b->payload()[0] == packet.back());
  CHECK(router.all_back());
}

TEST_CASE("DF forbids fragmenting, FRAGMENT=YES does it all the same") {
  Router router;
  const Bytes packet = Router::udp(lan_host, wan_host, 1, 2, counting(2000), 64, true);
  router.vlan1.inject({router.from_lan(packet)});
  CHECK(router.eth0.sent.empty());
  const Bytes told = router.vlan1.next();
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(told))->payload());
  CHECK(icmp->type == 3);
  CHECK(icmp->code == 4);
  CHECK(icmp->next_hop_mtu() == 1500);
  router.run("set ip int=eth0 fragment=yes");
  router.vlan1.inject({router.from_lan(packet)});
  CHECK(router.eth0.sent.size() == 2);
}

TEST_CASE("what is cut here is put together there") {
  Router router;
  for (const std::size_t length : {1473U, 2960U, 4000U, 9000U, 65000U}) {
    CAPTURE(length);
    router.got.clear();
    router.api->send_udp({{}, wan_host, 9, 7000, counting(length)});
    std::vector<Bytes> pieces;
    for (Bytes frame = router.eth0.next(); !frame.empty(); frame = router.eth0.next()) {
      Bytes packet(frame.begin() + 14, frame.end());
      store_be32(packet.data() + 12, wan_host.value);  // as if the host had sent them to us
      store_be32(packet.data() + 16, wan.value);
      wire::finish_ipv4(packet.data());
      pieces.push_back(router.from_wan(packet));
    }
    CHECK(pieces.size() == (length + 8 + 1479) / 1480);
    // The last first, and one twice: order and repetition do not matter.
    std::reverse(pieces.begin(), pieces.end());
    pieces.insert(pieces.begin() + 1, pieces.front());
    for (const Bytes& frame : pieces) router.eth0.inject({frame});
    REQUIRE(router.got.size() == 1);
    CHECK(router.got[0] == counting(length));
    CHECK(router.all_back());
  }
}

TEST_CASE("overlapping fragments cost the whole datagram") {
  Router router;
  const Bytes datagram = Router::udp(lan_host, lan, 9, 7000, counting(100));
  const ByteView payload = ByteView(datagram).subspan(20);
  router.vlan1.inject({router.from_lan(piece(payload.first(64), 0, true)),
                       router.from_lan(piece(payload.subspan(56), 56, false)),
                       router.from_lan(piece(payload.subspan(64), 64, false))});
  CHECK(router.got.empty());
  router.services.time.advance(61s);
  CHECK(router.all_back());
}

TEST_CASE("unsound fragments are refused") {
  Router router;
  const Bytes some = counting(64);
  router.vlan1.inject({router.from_lan(piece(ByteView(some).first(63), 0, true)),  // not a multiple of 8
                       router.from_lan(piece({}, 8, false)),                       // empty
                       router.from_lan(piece(some, 65528, false)),                 // ends beyond 65535
                       router.from_lan(piece(some, 65472, false))});               // header makes it too long
  CHECK(router.all_back());
  CHECK(router.counter("reassembly") == 4);
}

TEST_CASE("an unfinished datagram lives 60 seconds; its sender hears of it when the first piece came") {
  Router router;
  const Bytes some = counting(64);
  router.vlan1.inject({router.from_lan(piece(some, 0, true))});
  router.services.time.advance(59999ms);
  CHECK_FALSE(router.all_back());
  CHECK(router.vlan1.sent.empty());
  router.services.time.advance(1ms);
  CHECK(router.all_back());
  const Bytes told = router.vlan1.next();
  REQUIRE_FALSE(told.empty());
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(told))->payload());
  CHECK(icmp->type == 11);
  CHECK(icmp->code == 1);
  router.vlan1.inject({router.from_lan(piece(some, 64, true))});
  router.services.time.advance(60s);
  CHECK(router.all_back());
  CHECK(router.vlan1.sent.empty());
}

TEST_CASE("fragments for others pass as they are, but not a tiny second one of TCP") {
  Router router;
  const Bytes some = counting(64);
  router.vlan1.inject(
      {router.from_lan(piece(some, 0, true, wan_host)), router.from_lan(piece(some, 64, false, wan_host)),
       router.from_lan(piece(some, 8, false, wan_host, 6)), router.from_lan(piece(some, 16, false, wan_host, 6))});
  CHECK(router.eth0.sent.size() == 3);
  router.run("disable ip fofilter");
  router.vlan1.inject({router.from_lan(piece(some, 8, false, wan_host, 6))});
  CHECK(router.eth0.sent.size() == 4);
}

struct Pieces {
  explicit Pieces(TestServices& services)
      : services(services),
        reassembly(
            services.pool, services.time, services.time.scheduler, counters, [](Packet) {},
            [this](const PacketBuffer&, bool overlap) { ++(overlap ? overlapped : missing); }) {}
  bool add(std::uint16_t id, std::size_t offset, std::size_t length, bool more) {
    Bytes packet = IpBench::packet(lan_host, lan, 17, Bytes(length), 64, false, id);
    store_be16(packet.data() + 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
    wire::finish_ipv4(packet.data());
    return static_cast<bool>(reassembly.add(services.pool.copy(packet)));
  }
  TestServices& services;
  ip::IpCounters counters;
  unsigned overlapped = 0, missing = 0;  // datagrams given up
  ip::Reassembly reassembly;
};

TEST_CASE("reassembly keeps to its limits, the oldest datagram goes first") {
  TestServices services;
  Pieces pieces(services);
  const auto queues = static_cast<std::uint16_t>(limits::reassembly_queues);
  for (std::uint16_t id = 0; id < queues; ++id) pieces.add(id, 0, 8, true);
  CHECK(pieces.reassembly.datagrams() == queues);
  CHECK(pieces.counters.dropped(IpDrop::reassembly_failed) == 0);
  pieces.add(queues, 0, 8, true);
  CHECK(pieces.reassembly.datagrams() == queues);
  CHECK(pieces.counters.dropped(IpDrop::reassembly_failed) == 1);
  CHECK_FALSE(pieces.add(0, 8, 8, false));  // the first one is gone: this begins it anew
  CHECK(pieces.add(2, 8, 8, false));        // the third is whole now
}

TEST_CASE("a datagram may have so many fragments and no more") {
  TestServices services;
  Pieces pieces(services);
  const std::size_t most = limits::fragments_per_datagram;
  for (std::size_t i = 0; i + 1 < most; ++i) pieces.add(1, i * 8, 8, true);
  CHECK(pieces.add(1, (most - 1) * 8, 8, false));
  for (std::size_t i = 0; i < most; ++i) pieces.add(2, i * 8, 8, true);
  CHECK_FALSE(pieces.add(2, most * 8, 8, false));
  CHECK(pieces.reassembly.datagrams() == 0);
  CHECK(services.pool.available() == services.pool.total());
}

TEST_CASE("all datagrams together hold no more than so many buffers") {
  TestServices services;
  Pieces pieces(services);
  for (std::uint16_t id = 0; id < 12; ++id) {
    for (std::size_t i = 0; i < 50; ++i) pieces.add(id, i * 8, 8, true);
  }
  CHECK(pieces.reassembly.fragments() <= limits::reassembly_fragments);
  CHECK(services.pool.total() - services.pool.available() == pieces.reassembly.fragments());
}

TEST_CASE("options without the copy flag stay with the first fragment") {
  TestServices services;
  struct Sink : ip::FragmentSink {
    void fragment(Packet packet) override { out.emplace_back(packet->view().begin(), packet->view().end()); }
    std::vector<Bytes> out;
  } sink;
  Bytes packet = IpBench::packet(lan_host, wan_host, 17, counting(120));
  const Bytes options{7, 7, 4, 0, 0, 0, 0, 0x94, 4, 0, 0, 0};  // record route; router alert, which is copied
  packet.insert(packet.begin() + 20, options.begin(), options.end());
  packet[0] = 0x48;
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  wire::finish_ipv4(packet.data());
  ip::IpCounters counters;
  REQUIRE(ip::fragment(services.pool.copy(packet), 80, services.pool, counters, sink));
  REQUIRE(sink.out.size() == 3);
  CHECK(wire::view_ipv4(sink.out[0])->header_length() == 32);
  CHECK(wire::view_ipv4(sink.out[1])->header_length() == 24);
  CHECK(wire::view_ipv4(sink.out[1])->options()[0] == 0x94);
  CHECK(counters.fragments_created == 3);
  Bytes joined;
  for (const Bytes& part : sink.out) {
    const auto view = wire::view_ipv4(part);
    CHECK(view->fragment_offset() == joined.size());
    joined.insert(joined.end(), view->payload().begin(), view->payload().end());
  }
  CHECK(joined == counting(120));
}

}  // namespace
}  // namespace arrouter::test
