#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

const Ipv4Address peer = wan_host, far_host = ip("10.9.9.9");
const Bytes data(16, 9);

/// Wraps what leaves eth0 towards 10/8 into protocol 50 with an outer header, drops port 13, and notes the rest.
struct Stage final : IpsecStage {
  explicit Stage(IpBench& bench) : bench(bench) {}
  bool attached(InterfaceId interface) const override { return bench.api->interface(interface)->name == "eth0"; }
  void outbound(InterfaceId, Burst& burst) override {
    outbound_bursts.push_back(burst.size());
    for (Packet& packet : burst) {
      const auto inner = wire::view_ipv4(packet->view(), false);
      if (inner->protocol() == 17 && wire::view_udp(inner->payload())->destination_port == 13) {
        packet.reset();
        continue;
      }
      if (inner->destination().value >> 24 != 10) continue;
      const auto total = static_cast<std::uint16_t>(packet->size() + 20);
      wire::write_ipv4(packet->push(20), {wan, peer, wire::protocol::esp, 0, 64, 1, false}, total);
      packet->meta.ipsec_done = true;
    }
    burst.compact();
  }
  void inbound_clear(InterfaceId, Burst& burst) override { clear += burst.size(); }
  void inbound_protected(InterfaceId interface, Burst& burst) override {
    for (Packet& packet : burst) {
      const auto outer = wire::view_ipv4(packet->view(), false);
      CHECK_FALSE(outer->fragment());
      protocols.push_back(outer->protocol());
      packet->pull(outer->protocol() == 17 ? 28 : 20);
      packet->meta.ipsec_sa = 5;
    }
    if (give_back) bench.api->receive_decrypted(interface, burst);
    burst.clear();
  }
  bool takes_ip_in_ip() const override { return ip_in_ip; }
  void path_too_narrow(ByteView quoted, unsigned mtu) override { narrow.emplace_back(quoted.size(), mtu); }
  IpBench& bench;
  bool ip_in_ip = false;
  std::vector<std::pair<std::size_t, unsigned>> narrow;
  std::vector<std::size_t> outbound_bursts;
  std::vector<int> protocols;
  std::size_t clear = 0;
  bool give_back = true;
};

struct Router : IpBench {
  Router() : stage(*this) {
    two_interfaces();
    learn(vlan1, lan_host, mac(0x11), lan);
    learn(eth0, peer, mac(0x22), wan);
    run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.9");
    api->set_ipsec(&stage);
  }
  ~Router() { api->set_ipsec(nullptr); }
  Stage stage;
};

TEST_CASE("packets leaving an interface with policies are shown in one burst; the protected are routed again") {
  Router router;
  std::vector<Bytes> frames(20, router.from_lan(Router::udp(lan_host, far_host, 1, 2, data)));
  frames.push_back(router.from_lan(Router::udp(lan_host, peer, 1, 2, data)));
  frames.push_back(router.from_lan(Router::udp(lan_host, peer, 1, 13, data)));
  router.vlan1.inject(frames);
  CHECK(router.stage.outbound_bursts == std::vector<std::size_t>{22});
  CHECK(router.eth0.sent.size() == 21);
  const Bytes first = router.eth0.next();
  CHECK(wire::view_ipv4(Router::payload_of(first))->protocol() == wire::protocol::esp);
  CHECK(wire::view_ethernet(first)->destination == mac(0x22));
  // Into the LAN nobody is asked.
  router.stage.outbound_bursts.clear();
  router.eth0.inject({router.from_wan(Router::udp(peer, lan_host, 1, 2, data))});
  CHECK(router.stage.outbound_bursts.empty());
  CHECK(router.stage.clear == 1);
  CHECK(router.vlan1.sent.size() == 1);
}

TEST_CASE("own packets are shown too, protected ones are not shown twice") {
  Router router;
  router.api->send_udp({{}, peer, 500, 500, data});
  CHECK(router.stage.outbound_bursts == std::vector<std::size_t>{1});
  Burst done;
  done.add(router.services.pool.copy(Router::packet(wan, peer, wire::protocol::esp, data)));
  done[0]->meta.ipsec_done = true;
  router.api->send(done);
  CHECK(done.empty());
  CHECK(router.stage.outbound_bursts.size() == 1);
  CHECK(router.eth0.sent.size() == 2);
}

TEST_CASE("ESP for the router goes to IPsec whole, and what comes out is forwarded without being asked about") {
  Router router;
  const Bytes inner = Router::udp(far_host, lan_host, 7, 8, Bytes(400, 3));
  const Bytes outer = Router::packet(peer, wan, wire::protocol::esp, inner);
  router.eth0.inject({router.from_wan(outer)});
  CHECK(router.stage.protocols == std::vector<int>{50});
  CHECK(router.stage.clear == 0);
  REQUIRE(router.vlan1.sent.size() == 1);
  const Bytes frame = router.vlan1.next();
  CHECK(wire::view_ipv4(Router::payload_of(frame))->ttl() == 63);
  // The same in two fragments.
  for (const bool second : {false, true}) {
    const ByteView half = second ? ByteView(inner).subspan(208) : ByteView(inner).first(208);
    Bytes fragment = Router::packet(peer, wan, wire::protocol::esp, half, 64, false, 77);
    store_be16(fragment.data() + 6, second ? 26 : 0x2000);
    wire::finish_ipv4(fragment.data());
    router.eth0.inject({router.from_wan(fragment)});
  }
  CHECK(router.stage.protocols == std::vector<int>{50, 50});
  CHECK(router.vlan1.sent.size() == 1);
  // Not for the router: forwarded, policies asked.
  router.eth0.inject({router.from_wan(Router::packet(peer, lan_host, wire::protocol::esp, inner))});
  CHECK(router.stage.protocols.size() == 2);
  CHECK(router.stage.clear == 1);
}

TEST_CASE("AH and IPComp are IPsec's; IP in IP is when IPsec says so") {
  Router router;
  const Bytes inner = Router::udp(far_host, lan_host, 7, 8, data);
  for (const std::uint8_t protocol : {wire::protocol::ah, wire::protocol::ipcomp, wire::protocol::ipip}) {
    router.eth0.inject({router.from_wan(Router::packet(peer, wan, protocol, inner))});
  }
  CHECK(router.stage.protocols == std::vector<int>{51, 108});
  router.stage.ip_in_ip = true;
  router.eth0.inject({router.from_wan(Router::packet(peer, wan, wire::protocol::ipip, inner))});
  CHECK(router.stage.protocols == std::vector<int>{51, 108, 4});
}

TEST_CASE("what the path says about packets that are too big reaches IPsec") {
  Router router;
  const Bytes quoted(Router::packet(wan, peer, wire::protocol::esp, Bytes(8, 1)));
  const auto tell = [&](std::uint8_t code, std::uint32_t rest) {
    router.eth0.inject({router.from_wan(Router::icmp(peer, wan, wire::icmp_type::unreachable, code, rest, quoted))});
  };
  tell(wire::icmp_code::fragmentation_needed, 0xabcd0000 + 1400);
  tell(wire::icmp_code::host_unreachable, 1300);
  CHECK(router.stage.narrow == std::vector<std::pair<std::size_t, unsigned>>{{28, 1400}});
}

TEST_CASE("ESP in UDP is told from ISAKMP and keep-alives on the same port") {
  Router router;
  std::vector<std::size_t> heard;
  router.api->listen_udp(4500, "ISAKMP NAT-T",
                         [&](const UdpDatagram& datagram) { heard.push_back(datagram.payload.size()); });
  const Bytes inner = Router::udp(far_host, lan_host, 7, 8, data);
  const Bytes ike{0, 0, 0, 0, 1, 2, 3, 4}, keep_alive{0xff};
  const auto arrive = [&](ByteView payload) {
    router.eth0.inject({router.from_wan(Router::udp(peer, wan, 4500, 4500, payload))});
  };
  arrive(inner);
  CHECK(heard == std::vector<std::size_t>{44});  // not told apart until a port is set
  router.api->set_udp_encapsulation_ports(4500, 500);
  arrive(inner);
  CHECK(router.stage.protocols == std::vector<int>{17});
  CHECK(router.vlan1.sent.size() == 1);
  arrive(ike);
  arrive(keep_alive);
  CHECK(heard == std::vector<std::size_t>{44, 8, 1});
  router.api->set_udp_encapsulation_ports(0, 0);
  arrive(inner);
  CHECK(heard.size() == 4);
}

TEST_CASE("ESP on ISAKMP's own port stands behind eight zero bytes") {
  Router router;
  std::vector<std::size_t> heard;
  router.api->listen_udp(500, "ISAKMP", [&](const UdpDatagram& datagram) { heard.push_back(datagram.payload.size()); });
  const auto arrive = [&](Bytes start, std::uint16_t port = 500) {
    const Bytes inner = Router::udp(far_host, lan_host, 7, 8, data);
    start.insert(start.end(), inner.begin(), inner.end());
    router.eth0.inject({router.from_wan(Router::udp(peer, wan, 500, port, start))});
  };
  const Bytes marker(8), cookie{0, 0, 0, 0, 0, 0, 0, 1};
  arrive(marker);
  CHECK(heard == std::vector<std::size_t>{52});  // NAT traversal is off
  router.api->set_udp_encapsulation_ports(4500, 500);
  arrive(marker);
  CHECK(router.stage.protocols == std::vector<int>{17});
  arrive(cookie);
  router.eth0.inject({router.from_wan(Router::udp(peer, wan, 500, 500, Bytes(7)))});
  CHECK(heard == std::vector<std::size_t>{52, 52, 7});
  router.eth0.inject({router.from_wan(Router::udp(peer, wan, 500, 500, marker))});  // IPsec counts it as too short
  CHECK(router.stage.protocols == std::vector<int>{17, 17});
  router.api->set_udp_encapsulation_ports(4500, 1500);  // ENABLE ISAKMP UDPPORT
  arrive(marker);
  CHECK(heard.size() == 4);
  arrive(marker, 1500);
  CHECK(router.stage.protocols.size() == 3);
}

TEST_CASE("a super-frame of encapsulated packets is cut before IPsec gets it, however many there are") {
  Router router;
  router.api->set_udp_encapsulation_ports(4500, 500);
  router.stage.give_back = false;
  Packet frame = router.services.pool.copy(router.from_wan(Router::udp(peer, wan, 4500, 4500, Bytes(70 * 100, 1))));
  frame->meta.segmentation = Segmentation::udp4;
  frame->meta.segment_size = 100;
  frame->meta.checksum = Checksum::partial;
  frame->meta.checksum_start = 34;
  frame->meta.checksum_offset = 6;
  router.eth0.inject(std::move(frame));
  CHECK(router.stage.protocols == std::vector<int>(70, 17));
  CHECK(router.services.pool.available() == router.services.pool.total());
}

TEST_CASE("decrypted packets are checked like any other and can be for the router itself") {
  Router router;
  bool through = false;
  router.api->listen_udp(7000, "Test", [&](const UdpDatagram& datagram) { through = datagram.through_ipsec; });
  router.eth0.inject({router.from_wan(Router::packet(peer, wan, 50, Router::udp(far_host, wan, 1, 7000, data)))});
  CHECK(through);
  router.vlan1.sent.clear();
  router.eth0.inject(
      {router.from_wan(Router::packet(peer, wan, 50, Router::udp(ip("127.0.0.1"), lan_host, 1, 2, data))),
       router.from_wan(Router::packet(peer, wan, 50, Bytes(30, 0)))});
  CHECK(router.vlan1.sent.empty());
  CHECK(router.services.pool.available() == router.services.pool.total());
}

TEST_CASE("too big once protected: the sender is told the MTU that IPsec names") {
  Router router;
  Packet packet = router.services.pool.copy(Router::udp(lan_host, far_host, 1, 2, Bytes(1400), 64, true));
  packet->meta.interface = router.api->interface("vlan1")->id;
  router.api->send_too_big(*packet, 1422);
  const Bytes told = router.vlan1.next();
  const auto answer = wire::view_ipv4(Router::payload_of(told));
  CHECK(answer->source() == lan);
  const auto icmp = wire::view_icmp(answer->payload());
  CHECK(icmp->code == 4);
  CHECK(icmp->next_hop_mtu() == 1422);
}

}  // namespace
}  // namespace arrouter::test
