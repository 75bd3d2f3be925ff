#include <catch2/catch.hpp>

#include "netdev/wire/tcp.h"
#include "tests/unit/ip/bench.h"
#include "os/base/limits.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

const Bytes data{1, 2, 3, 4, 5, 6, 7, 8, 9};

struct Router : IpBench {
  Router() { two_hosts(); }
  /// The answer on the LAN, without its Ethernet header.
  Bytes answer() {
    const Bytes frame = vlan1.next();
    return frame.empty() ? frame : Bytes(frame.begin() + 14, frame.end());
  }
};

TEST_CASE("an echo request to any own address is answered") {
  Router router;
  for (const Ipv4Address own : {lan, wan}) {
    Bytes request = Router::icmp(lan_host, own, 8, 0, 0x00010002, data);
    request[6] = 0x40;  // DF comes back
    wire::finish_ipv4(request.data());
    router.vlan1.inject({router.from_lan(request)});
    const Bytes reply = router.answer();
    const auto view = wire::view_ipv4(reply);
    REQUIRE(view);
    CHECK(view->source() == own);
    CHECK(view->destination() == lan_host);
    CHECK(view->ttl() == 64);
    CHECK(view->dont_fragment());
    const auto icmp = wire::view_icmp(view->payload());
    REQUIRE(icmp);
    CHECK(icmp->type == 0);
    CHECK(icmp->rest == 0x00010002);
    CHECK(Bytes(icmp->payload.begin(), icmp->payload.end()) == data);
  }
  router.run("disable ip echoreply");
  router.vlan1.inject({router.from_lan(Router::icmp(lan_host, lan, 8, 0, 1, data))});
  CHECK(router.vlan1.sent.empty());
}

TEST_CASE("an echo request to the subnet's broadcast is answered by the address there") {
  Router router;
  router.vlan1.inject({Router::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4,
                                        Router::icmp(lan_host, ip("192.168.1.255"), 8, 0, 1, data))});
  const Bytes reply = router.answer();
  REQUIRE_FALSE(reply.empty());
  CHECK(wire::view_ipv4(reply)->source() == lan);
  router.vlan1.inject({Router::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4,
                                        Router::icmp(lan_host, ip("255.255.255.255"), 8, 0, 1, data))});
  CHECK(router.vlan1.sent.empty());
}

TEST_CASE("timestamp and address mask requests are answered") {
  Router router;
  router.vlan1.inject({router.from_lan(Router::icmp(lan_host, lan, 13, 0, 7, Bytes(12)))});
  Bytes reply = router.answer();
  auto icmp = wire::view_icmp(wire::view_ipv4(reply)->payload());
  CHECK(icmp->type == 14);
  CHECK(load_be32(icmp->payload.data() + 4) == 11 * 3600 * 1000);  // the bench's clock starts at eleven
  router.vlan1.inject({router.from_lan(Router::icmp(lan_host, lan, 17, 0, 7, Bytes(4)))});
  reply = router.answer();
  icmp = wire::view_icmp(wire::view_ipv4(reply)->payload());
  CHECK(icmp->type == 18);
  CHECK(load_be32(icmp->payload.data()) == 0xffffff00);
}

TEST_CASE("UDP reaches its listener, and only its listener") {
  Router router;
  std::vector<std::string> got;
  REQUIRE(router.api->listen_udp(500, "ISAKMP", [&](const UdpDatagram& datagram) {
    got.push_back(to_string(datagram.source) + ":" + std::to_string(datagram.source_port) + " " +
                  std::to_string(datagram.payload.size()));
    CHECK(datagram.destination == lan);
    CHECK(router.api->interface(datagram.interface)->name == "vlan1");
  }));
  CHECK_FALSE(router.api->listen_udp(500, "Other", [](const UdpDatagram&) {}));
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, lan, 1234, 500, data))});
  CHECK(got == std::vector<std::string>{"192.168.1.100:1234 9"});
  // A wrong checksum never arrives, an absent one does.
  Bytes wrong = Router::udp(lan_host, lan, 1234, 500, data);
  wrong.back() ^= 1;
  router.vlan1.inject({router.from_lan(wrong)});
  store_be16(wrong.data() + 26, 0);
  router.vlan1.inject({router.from_lan(wrong)});
  CHECK(got.size() == 2);
  CHECK(router.vlan1.sent.empty());
  router.api->listen_udp(500, "ISAKMP", {});
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, lan, 1234, 500, data))});
  CHECK(got.size() == 2);
  const Bytes refused = router.answer();
  REQUIRE_FALSE(refused.empty());
  const auto icmp = wire::view_icmp(wire::view_ipv4(refused)->payload());
  CHECK(icmp->type == 3);
  CHECK(icmp->code == 3);
  CHECK(wire::view_ipv4(refused)->source() == lan);
}

TEST_CASE("a UDP super-frame reaches its listener datagram by datagram") {
  Router router;
  std::vector<std::size_t> lengths;
  router.api->listen_udp(7000, "Test",
                         [&](const UdpDatagram& datagram) { lengths.push_back(datagram.payload.size()); });
  Packet frame = router.services.pool.copy(router.from_lan(Router::udp(lan_host, lan, 1, 7000, Bytes(2500))));
  frame->meta.segmentation = Segmentation::udp4;
  frame->meta.segment_size = 1000;
  frame->meta.checksum = Checksum::partial;
  frame->meta.checksum_start = 34;
  frame->meta.checksum_offset = 6;
  router.vlan1.inject(std::move(frame));
  CHECK(lengths == std::vector<std::size_t>{1000, 1000, 500});
}

TEST_CASE("TCP gets the reset of a closed port, unknown protocols an ICMP refusal") {
  Router router;
  Bytes syn(20);
  wire::write_tcp(syn.data(), {4000, 23, 1000, 0, wire::tcp_flag::syn, 1024}, 0, lan_host, lan);
  router.vlan1.inject({router.from_lan(Router::packet(lan_host, lan, 6, syn))});
  const Bytes reply = router.answer();
  REQUIRE_FALSE(reply.empty());
  const auto tcp = wire::view_tcp(wire::view_ipv4(reply)->payload());
  CHECK(tcp->flags == (wire::tcp_flag::rst | wire::tcp_flag::ack));
  CHECK(tcp->acknowledgement == 1001);
  CHECK(tcp->source_port == 23);
  CHECK(wire::tcp_checksum_good(wire::view_ipv4(reply)->payload(), lan, lan_host));
  // One for an ACK has the numbers of that segment in both fields.
  Bytes ack(20);
  wire::write_tcp(ack.data(), {4000, 23, 5000, 6000, wire::tcp_flag::ack, 1024}, 0, lan_host, lan);
  router.vlan1.inject({router.from_lan(Router::packet(lan_host, lan, 6, ack))});
  const Bytes second = router.answer();
  REQUIRE_FALSE(second.empty());
  const auto reset = wire::view_tcp(wire::view_ipv4(second)->payload());
  CHECK(reset->flags == wire::tcp_flag::rst);
  CHECK(reset->sequence == 6000);
  CHECK(reset->acknowledgement == 5000);
  router.vlan1.inject({router.from_lan(Router::packet(lan_host, lan, 50, data))});
  const Bytes refused = router.answer();
  const auto icmp = wire::view_icmp(wire::view_ipv4(refused)->payload());
  CHECK(icmp->type == 3);
  CHECK(icmp->code == 2);
}

TEST_CASE("no ICMP error about ICMP errors, broadcasts and later fragments; not too many of them") {
  Router router;
  router.run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.9");
  router.vlan1.inject({router.from_lan(Router::icmp(lan_host, wan_host, 3, 1, 0, data, 1))});
  CHECK(router.vlan1.sent.empty());
  router.vlan1.inject({Router::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4,
                                        Router::udp(lan_host, ip("192.168.1.255"), 1, 9999, data))});
  CHECK(router.vlan1.sent.empty());
  Bytes later = Router::udp(lan_host, wan_host, 1, 2, data, 1);
  store_be16(later.data() + 6, 5);
  wire::finish_ipv4(later.data());
  router.vlan1.inject({router.from_lan(later)});
  CHECK(router.vlan1.sent.empty());
  router.services.time.advance(10s);
  for (unsigned i = 0; i < limits::icmp_errors_per_s + 50; ++i) {
    router.vlan1.inject({router.from_lan(Router::udp(lan_host, lan, 1, 9999, data))});
  }
  CHECK(router.vlan1.sent.size() == limits::icmp_errors_per_s);
  router.services.time.advance(10ms);
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, lan, 1, 9999, data))});
  CHECK(router.vlan1.sent.size() == limits::icmp_errors_per_s + 1);
}

TEST_CASE("the source of own packets: given, local, leaving interface") {
  Router router;
  CHECK(router.api->source_towards(lan_host) == lan);
  CHECK(router.api->source_towards(wan_host) == wan);
  router.run("set ip local ip=10.1.1.1");
  CHECK(router.api->source_towards(lan_host) == ip("10.1.1.1"));
  CHECK(router.api->is_own(ip("10.1.1.1")));
  router.api->send_udp({{}, lan_host, 1, 2, data});
  CHECK(wire::view_ipv4(router.answer())->source() == ip("10.1.1.1"));
  router.api->send_udp({wan, lan_host, 1, 2, data});
  CHECK(wire::view_ipv4(router.answer())->source() == wan);
  router.run("set ip local ip=0.0.0.0");
  CHECK(router.api->source_towards(lan_host) == lan);
  CHECK(router.api->local_address().unset());
}

TEST_CASE("an extra local address is the router's own, but no source unless it is asked for") {
  Router router;
  router.run("add ip local=3 ip=10.1.1.3");
  CHECK(router.api->is_own(ip("10.1.1.3")));
  CHECK(router.api->source_towards(lan_host) == lan);
  router.vlan1.inject({router.from_lan(Router::icmp(lan_host, ip("10.1.1.3"), 8, 0, 1, data))});
  CHECK(wire::view_ipv4(router.answer())->source() == ip("10.1.1.3"));
  CHECK(router.run("ping 192.168.1.100 sipadd=10.1.1.3").find("Error") == std::string::npos);
  router.services.time.advance(1ms);
  CHECK(wire::view_ipv4(router.answer())->source() == ip("10.1.1.3"));
  router.run("delete ip int=eth0");  // the others are counted anew
  CHECK(router.api->is_own(ip("10.1.1.3")));
  router.run("delete ip local=3");
  CHECK_FALSE(router.api->is_own(ip("10.1.1.3")));
}

TEST_CASE("the router reaches itself") {
  Router router;
  int got = 0;
  router.api->listen_udp(7000, "Test", [&](const UdpDatagram& datagram) {
    CHECK(datagram.source == lan);
    ++got;
  });
  CHECK(router.api->send_udp({{}, lan, 1, 7000, data}));
  router.services.time.advance(1ms);
  CHECK(got == 1);
}

TEST_CASE("multihoming: one link, several addresses, each with its own name") {
  Router router;
  CHECK(router.run("add ip int=vlan1-1 ip=192.168.2.1") == "Info (1005275): interface successfully added.");
  CHECK(router.run("add ip int=vlan1-16 ip=192.168.3.1").starts_with("Error (3005271)"));
  CHECK(router.run("add ip int=vlan1-1 ip=192.168.3.1") == "Error (3005270): IP interface is already in use.");
  CHECK(router.run("add ip int=eth7 ip=192.168.3.1") == "Error (3005264): Interface does not exist.");
  const Ipv4Address second = ip("192.168.2.1"), second_host = ip("192.168.2.100");
  router.learn(router.vlan1, second_host, mac(0x12), second);
  std::string seen;
  router.api->listen_udp(7000, "Test",
                         [&](const UdpDatagram& datagram) { seen = router.api->interface(datagram.interface)->name; });
  router.vlan1.inject({Router::ethernet(router.vlan1.mac(), mac(0x12), wire::ether_type::ipv4,
                                        Router::udp(second_host, second, 1, 7000, data)),
                       router.from_lan(Router::udp(lan_host, lan, 1, 7000, data)),
                       Router::ethernet(router.vlan1.mac(), mac(0x12), wire::ether_type::ipv4,
                                        Router::udp(second_host, second, 1, 7000, data))});
  CHECK(seen == "vlan1-1");
  // Between the two subnets of one link the packet comes back out of it, without a redirect.
  router.vlan1.sent.clear();
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, second_host, 1, 2, data))});
  REQUIRE(router.vlan1.sent.size() == 1);
  CHECK(wire::view_ethernet(router.vlan1.next())->destination == mac(0x12));
}

TEST_CASE("other modules can still say goodbye when the modules are being stopped") {
  Router router;
  router.made->stop(Ending::process_end);
  CHECK(router.api->send_udp({{}, lan_host, 500, 500, data}));
  CHECK(router.vlan1.sent.size() == 1);
}

TEST_CASE("listeners hear of every change of an interface") {
  Router router;
  std::vector<std::string> heard;
  router.api->on_interface_change([&](const InterfaceChange& change) {
    heard.push_back(change.info.name + " " + to_string(change.info.address) + (change.info.up ? " up" : " down") +
                    (change.removed ? " removed" : ""));
  });
  router.eth0.set_link(false);
  router.eth0.set_link(true);
  router.run("set ip int=eth0 ip=200.200.200.2");
  router.run("delete ip int=eth0");
  router.run("add ip int=eth0 ip=200.200.200.3");
  router.run("disable ip");
  CHECK(heard == std::vector<std::string>{"eth0 200.200.200.1 down", "eth0 200.200.200.1 up", "eth0 200.200.200.2 up",
                                          "eth0 200.200.200.2 down removed", "eth0 200.200.200.3 down",
                                          "eth0 200.200.200.3 up", "vlan1 192.168.1.1 down",
                                          "eth0 200.200.200.3 down"});
}

}  // namespace
}  // namespace arrouter::test
