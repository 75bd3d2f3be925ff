#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

const Ipv4Address far_host = ip("10.9.9.9"), gateway = ip("200.200.200.254");
const Bytes data(40, 0x5a);

struct Router : IpBench {
  Router() {
    two_hosts();
    learn(eth0, gateway, mac(0x33), wan);
    run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.254");
  }
};

TEST_CASE("a packet is forwarded with its TTL one less and a right checksum") {
  Router router;
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, wan_host, 1000, 2000, data))});
  REQUIRE(router.eth0.sent.size() == 1);
  const Bytes frame = router.eth0.next();
  const Bytes expected = Router::ethernet(mac(0x22), router.eth0.mac(), wire::ether_type::ipv4,
                                          Router::udp(lan_host, wan_host, 1000, 2000, data, 63));
  CHECK(frame == expected);
  CHECK(router.vlan1.sent.empty());
}

TEST_CASE("a route's next hop gets the frame; the longest prefix wins") {
  Router router;
  router.learn(router.eth0, ip("200.200.200.7"), mac(0x77), wan);
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x33));
  router.run("add ip rou=10.9.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.7");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x77));
  // A worse preference loses, whatever its metric.
  router.run("add ip rou=10.9.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.254 pref=61");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x77));
  router.run("delete ip rou=10.9.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.7");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x33));
}

TEST_CASE("flows share routes of equal cost and each keeps to its own") {
  Router router;
  router.learn(router.eth0, ip("200.200.200.7"), mac(0x77), wan);
  router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.7");
  router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.254");
  std::map<MacAddress, int> used;
  for (int host = 1; host <= 64; ++host) {
    const Ipv4Address to(10, 0, 0, static_cast<std::uint8_t>(host));
    router.vlan1.inject({router.from_lan(Router::udp(lan_host, to, 1, 2, data)),
                         router.from_lan(Router::udp(lan_host, to, 3, 4, data))});
    const MacAddress first = wire::view_ethernet(router.eth0.next())->destination;
    CHECK(wire::view_ethernet(router.eth0.next())->destination == first);
    ++used[first];
  }
  CHECK(used.size() == 2);
  CHECK(used[mac(0x77)] > 10);
  CHECK(used[mac(0x33)] > 10);
  router.run("disable ip route multipath");
  used.clear();
  for (int host = 1; host <= 64; ++host) {
    const Ipv4Address to(10, 0, 0, static_cast<std::uint8_t>(host));
    router.vlan1.inject({router.from_lan(Router::udp(lan_host, to, 1, 2, data))});
    ++used[wire::view_ethernet(router.eth0.next())->destination];
  }
  CHECK(used.size() == 1);
}

TEST_CASE("the last hop is told when the TTL ends") {
  Router router;
  const Bytes dying = Router::udp(lan_host, wan_host, 1000, 2000, data, 1);
  router.vlan1.inject({router.from_lan(dying)});
  CHECK(router.eth0.sent.empty());
  const Bytes frame = router.vlan1.next();
  const auto answer = wire::view_ipv4(Router::payload_of(frame));
  REQUIRE(answer);
  CHECK(answer->source() == lan);
  CHECK(answer->destination() == lan_host);
  CHECK(answer->ttl() == 255);
  CHECK(answer->total_length() == 56);
  CHECK_FALSE(answer->dont_fragment());
  const auto icmp = wire::view_icmp(answer->payload());
  REQUIRE(icmp);
  CHECK(icmp->type == 11);
  CHECK(icmp->code == 0);
  CHECK(Bytes(icmp->payload.begin(), icmp->payload.end()) == Bytes(dying.begin(), dying.begin() + 28));
  CHECK(router.counter("ttlExpired") == 1);
  // TTL 2 leaves with 1.
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, wan_host, 1000, 2000, data, 2))});
  const Bytes passed = router.eth0.next();
  CHECK(wire::view_ipv4(Router::payload_of(passed))->ttl() == 1);
}

TEST_CASE("without a route the sender is told, unless that is switched off") {
  Router router;
  router.run("delete ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.254");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  const Bytes frame = router.vlan1.next();
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(frame))->payload());
  CHECK(icmp->type == 3);
  CHECK(icmp->code == 0);
  router.run("disable ip icmpreply=netunreach");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(router.vlan1.sent.empty());
  CHECK(router.counter("outNoRoutes") == 2);
}

TEST_CASE("a blackhole swallows without a word") {
  Router router;
  router.run("add ip rou=10.0.0.0 blackhole");
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, far_host, 1, 2, data))});
  CHECK(router.vlan1.sent.empty());
  CHECK(router.eth0.sent.empty());
  CHECK(router.counter("blackhole") == 1);
}

TEST_CASE("a packet that turns round on its interface brings a redirect, once a second") {
  Router router;
  router.learn(router.vlan1, ip("192.168.1.254"), mac(0x44), lan);
  router.run("add ip rou=172.16.0.0 int=vlan1 next=192.168.1.254");
  const Bytes turning = Router::udp(lan_host, ip("172.16.1.1"), 1, 2, data);
  router.vlan1.inject({router.from_lan(turning), router.from_lan(turning)});
  int redirects = 0, forwarded = 0;
  for (Bytes frame = router.vlan1.next(); !frame.empty(); frame = router.vlan1.next()) {
    const auto sent = wire::view_ipv4(Router::payload_of(frame));
    if (sent->protocol() == wire::protocol::udp) {
      ++forwarded;
      continue;
    }
    const auto icmp = wire::view_icmp(sent->payload());
    CHECK(icmp->type == 5);
    CHECK(icmp->code == 1);
    CHECK(icmp->gateway() == ip("192.168.1.254"));
    ++redirects;
  }
  CHECK(redirects == 1);
  CHECK(forwarded == 2);
  router.services.time.advance(std::chrono::seconds(1));
  router.vlan1.inject({router.from_lan(turning)});
  CHECK(router.vlan1.sent.size() == 2);
  router.vlan1.sent.clear();
  router.run("disable ip icmpreply=redirect");
  router.services.time.advance(std::chrono::seconds(1));
  router.vlan1.inject({router.from_lan(turning)});
  CHECK(router.vlan1.sent.size() == 1);
}

TEST_CASE("impossible addresses are dropped under one counter") {
  Router router;
  const std::pair<const char*, const char*> pairs[] = {
      {"127.0.0.1", "200.200.200.9"},   {"192.168.1.100", "127.0.0.1"},  {"0.0.0.0", "200.200.200.9"},
      {"224.0.0.5", "200.200.200.9"},   {"255.255.255.255", "10.0.0.1"}, {"192.168.1.100", "240.0.0.1"},
      {"192.168.1.1", "200.200.200.9"}, {"192.168.1.255", "10.0.0.1"},   {"192.168.1.100", "0.0.0.1"}};
  std::uint64_t count = 0;
  for (const auto& [from, to] : pairs) {
    router.vlan1.inject({router.from_lan(Router::udp(ip(from), ip(to), 1, 2, data))});
    CAPTURE(from, to);
    CHECK(router.counter("badAddress") == ++count);
    CHECK(router.eth0.sent.empty());
    CHECK(router.vlan1.sent.empty());
  }
  CHECK(router.counter("inAddrErrors") == count);
}

TEST_CASE("a host without an address may broadcast, before and after which it is not forwarded") {
  Router router;
  const auto arrive = [&](std::string_view to) {
    router.vlan1.inject({router.from_lan(Router::udp({}, ip(to), 68, 67, data))});
  };
  arrive("255.255.255.255");
  CHECK(router.counter("noPorts") == 1);
  arrive("200.200.200.9");
  CHECK(router.eth0.sent.empty());
  CHECK(router.counter("badAddress") == 1);
}

TEST_CASE("broken headers are dropped under one counter") {
  Router router;
  Bytes good = Router::udp(lan_host, wan_host, 1, 2, data);
  std::vector<Bytes> bad(5, good);
  bad[0][0] = 0x65;                     // version
  bad[1][0] = 0x44;                     // header length
  bad[2][10] ^= 1;                      // checksum
  store_be16(bad[3].data() + 2, 2000);  // longer than the frame
  bad[4].resize(15);
  for (const Bytes& packet : bad) router.vlan1.inject({router.from_lan(packet)});
  CHECK(router.counter("badHeader") == 5);
  CHECK(router.eth0.sent.empty());
}

TEST_CASE("a group MAC address does not make one host's packet pass") {
  Router router;
  const Bytes packet = Router::udp(lan_host, wan_host, 1, 2, data);
  router.vlan1.inject({Router::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4, packet)});
  CHECK(router.eth0.sent.empty());
  router.run("enable ip macdisparity");
  router.vlan1.inject({Router::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4, packet)});
  CHECK(router.eth0.sent.size() == 1);
}

TEST_CASE("a disabled module, a disabled interface and a host forward nothing") {
  Router router;
  const Bytes frame = router.from_lan(Router::udp(lan_host, wan_host, 1, 2, data));
  router.run("disable ip forwarding");
  router.vlan1.inject({frame});
  CHECK(router.counter("notForwarding") == 1);
  router.run("enable ip forwarding");
  router.run("disable ip int=vlan1");
  router.vlan1.inject({frame});
  CHECK(router.counter("interfaceDown") == 1);
  router.run("enable ip int=vlan1");
  router.run("disable ip");
  router.vlan1.inject({frame});
  CHECK(router.eth0.sent.empty());
}

TEST_CASE("a dead link takes its routes out and its return brings them back") {
  Router router;
  router.run("add ip rou=10.0.0.0 int=vlan1 next=192.168.1.100 pref=1");
  CHECK(router.api->route(far_host)->next_hop == lan_host);
  router.vlan1.set_link(false);
  CHECK(router.api->route(far_host)->next_hop == gateway);
  CHECK_FALSE(router.api->interface("vlan1")->up);
  router.vlan1.set_link(true);
  CHECK(router.api->route(far_host)->next_hop == lan_host);
}

TEST_CASE("a directed broadcast passes only where it is wanted") {
  Router router;
  const Bytes packet = Router::udp(wan_host, ip("192.168.1.255"), 1, 2, data);
  router.eth0.inject({router.from_wan(packet)});
  CHECK(router.vlan1.sent.empty());
  router.run("set ip int=vlan1 dir=yes");
  router.eth0.inject({router.from_wan(packet)});
  REQUIRE(router.vlan1.sent.size() == 1);
  CHECK(wire::view_ethernet(router.vlan1.next())->destination == broadcast_mac);
}

TEST_CASE("bursts leave as bursts") {
  Router router;
  std::vector<Bytes> frames(64, router.from_lan(Router::udp(lan_host, wan_host, 1, 2, data)));
  router.eth0.bursts.clear();
  router.vlan1.inject(frames);
  CHECK(router.eth0.bursts == std::vector<std::size_t>{64});
  CHECK(router.services.pool.available() == router.services.pool.total());
}

TEST_CASE("a super-frame passes whole; its segments are held against the MTU") {
  Router router;
  const auto super_frame = [&](std::uint16_t segment, bool df) {
    Bytes tcp(20 + 8000, 0x11);
    tcp[12] = 0x50;
    const Bytes bytes = router.from_lan(Router::packet(lan_host, wan_host, wire::protocol::tcp, tcp, 64, df));
    Packet packet = router.services.pool.copy(bytes);
    packet->meta.segmentation = Segmentation::tcp4;
    packet->meta.segment_size = segment;
    packet->meta.checksum = Checksum::partial;
    packet->meta.checksum_start = 34;
    packet->meta.checksum_offset = 16;
    return packet;
  };
  router.vlan1.inject(super_frame(1460, true));
  REQUIRE(router.eth0.sent.size() == 1);
  CHECK(router.eth0.sent.front().size() == 14 + 20 + 20 + 8000);
  CHECK(router.eth0.sent_meta.back().segmentation == Segmentation::tcp4);
  CHECK(router.eth0.sent_meta.back().checksum_start == 34);
  router.eth0.sent.clear();
  // One byte too many in each segment.
  router.vlan1.inject(super_frame(1461, true));
  CHECK(router.eth0.sent.empty());
  const Bytes told = router.vlan1.next();
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(told))->payload());
  CHECK(icmp->code == 4);
  CHECK(icmp->next_hop_mtu() == 1500);
  // Without DF each segment is fragmented: five of them in two, the short sixth is whole.
  router.vlan1.inject(super_frame(1461, false));
  CHECK(router.eth0.sent.size() == 11);
  CHECK(router.services.pool.available() == router.services.pool.total());
}

TEST_CASE("options: bad ones are answered, source routes need leave, recorded routes are written") {
  Router router;
  const auto with_options = [&](Bytes options) {
    Bytes packet = Router::udp(lan_host, wan_host, 1, 2, data);
    packet.insert(packet.begin() + 20, options.begin(), options.end());
    packet[0] = static_cast<std::uint8_t>(0x40 | (20 + options.size()) / 4);
    store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
    wire::finish_ipv4(packet.data());
    return router.from_lan(packet);
  };
  router.vlan1.inject({with_options({7, 7, 4, 0, 0, 0, 0, 0})});
  const Bytes recorded = router.eth0.next();
  REQUIRE_FALSE(recorded.empty());
  CHECK(load_be32(recorded.data() + 14 + 23) == wan.value);
  CHECK(recorded[14 + 22] == 8);
  CHECK(wire::view_ipv4(Router::payload_of(recorded)).has_value());
  // Full already: passes unchanged.
  router.vlan1.inject({with_options({7, 7, 8, 1, 2, 3, 4, 0})});
  CHECK(router.eth0.next()[14 + 22] == 8);
  // A length beyond the header.
  router.vlan1.inject({with_options({7, 40, 4, 0})});
  CHECK(router.eth0.sent.empty());
  const Bytes told = router.vlan1.next();
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(told))->payload());
  CHECK(icmp->type == 12);
  CHECK(icmp->rest >> 24 == 21);
  router.vlan1.inject({with_options({131, 7, 4, 10, 0, 0, 1, 0})});
  CHECK(router.eth0.sent.empty());
  CHECK(router.counter("badOption") == 2);
}

TEST_CASE("a loose source route advances at this router when that is allowed") {
  Router router;
  router.run("enable ip srcroute");
  Bytes packet = Router::udp(lan_host, lan, 1, 2, data);
  const Bytes options{131, 7, 4, 200, 200, 200, 9, 0};
  packet.insert(packet.begin() + 20, options.begin(), options.end());
  packet[0] = 0x47;
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  wire::finish_ipv4(packet.data());
  router.vlan1.inject({router.from_lan(packet)});
  const Bytes frame = router.eth0.next();
  const auto sent = wire::view_ipv4(Router::payload_of(frame));
  REQUIRE(sent);
  CHECK(sent->destination() == wan_host);
  CHECK(sent->options()[2] == 8);
  CHECK(load_be32(sent->options().data() + 3) == wan.value);
}

}  // namespace
}  // namespace arrouter::test
