#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"
#include "os/base/limits.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace op = wire::arp_operation;

const Bytes data(8, 1);

struct Router : IpBench {
  Router() { two_interfaces(); }
  void send_to(Ipv4Address to, std::uint16_t port = 9) { api->send_udp({{}, to, 1, port, data}); }
  std::string arp_screen() { return run("show ip arp"); }
};

TEST_CASE("a request for the router's address is answered, exactly") {
  Router router;
  router.vlan1.inject({Router::arp(op::request, mac(0x11), lan_host, {}, lan, broadcast_mac)});
  CHECK(router.vlan1.next() == Router::arp(op::reply, router.vlan1.mac(), lan, mac(0x11), lan_host, mac(0x11)));
  CHECK(router.vlan1.sent.empty());
  // A probe of a host without an address is answered too, and teaches nothing.
  router.vlan1.inject({Router::arp(op::request, mac(0x12), {}, {}, lan, broadcast_mac)});
  CHECK(router.vlan1.sent.size() == 1);
  CHECK(router.arp_screen().find("00-00-cd-00-00-12") == std::string::npos);
}

TEST_CASE("one packet waits for the answer, the others are lost") {
  Router router;
  router.send_to(wan_host, 9);
  router.send_to(wan_host, 10);
  REQUIRE(router.eth0.sent.size() == 1);
  CHECK(router.eth0.next() == Router::arp(op::request, router.eth0.mac(), wan, {}, wan_host, broadcast_mac));
  router.eth0.inject({Router::arp(op::reply, mac(0x22), wan_host, router.eth0.mac(), wan, router.eth0.mac())});
  REQUIRE(router.eth0.sent.size() == 1);
  const Bytes frame = router.eth0.next();
  CHECK(wire::view_ethernet(frame)->destination == mac(0x22));
  CHECK(wire::view_udp(wire::view_ipv4(Router::payload_of(frame))->payload())->destination_port == 9);
  CHECK(router.counter("arpUnresolved") == 1);
}

TEST_CASE("an unanswered question costs the packet and tells its sender") {
  Router router;
  router.learn(router.vlan1, lan_host, mac(0x11), lan);
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, wan_host, 1, 2, data))});
  router.services.time.advance(999ms);
  CHECK(router.vlan1.sent.empty());
  router.services.time.advance(1ms);
  const Bytes told = router.vlan1.next();
  REQUIRE_FALSE(told.empty());
  const auto icmp = wire::view_icmp(wire::view_ipv4(Router::payload_of(told))->payload());
  CHECK(icmp->type == 3);
  CHECK(icmp->code == 1);
  CHECK(router.services.pool.available() == router.services.pool.total());
  // Asked anew by the next packet, and for as long as SET IP ARPWAITTIMEOUT says.
  router.run("set ip arpwaittimeout=5");
  router.eth0.sent.clear();
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, wan_host, 1, 2, data))});
  CHECK(router.eth0.sent.size() == 1);
  router.services.time.advance(4999ms);
  CHECK(router.vlan1.sent.empty());
  router.services.time.advance(1ms);
  CHECK(router.vlan1.sent.size() == 1);
}

TEST_CASE("entries age out; traffic and polling keep them") {
  Router router;
  router.learn(router.eth0, wan_host, mac(0x22), wan);
  const auto known = [&] { return router.arp_screen().find("00-00-cd-00-00-22") != std::string::npos; };
  router.services.time.advance(1023s);
  CHECK(known());
  router.eth0.inject({router.from_wan(Router::udp(wan_host, wan, 1, 2, data))});
  router.services.time.advance(1023s);
  CHECK(known());
  router.services.time.advance(1s);
  CHECK_FALSE(known());

  router.run("enable ip arp agepoll");
  router.run("set ip arp timeout=1");
  router.learn(router.eth0, wan_host, mac(0x22), wan);
  router.services.time.advance(256s);
  // The question goes to the host alone.
  CHECK(router.eth0.next() == Router::arp(op::request, router.eth0.mac(), wan, {}, wan_host, mac(0x22)));
  router.eth0.inject({Router::arp(op::reply, mac(0x22), wan_host, router.eth0.mac(), wan, router.eth0.mac())});
  router.services.time.advance(255s);
  CHECK(known());
  router.services.time.advance(2s);
  CHECK_FALSE(known());
}

TEST_CASE("replies nobody asked for, strangers and impossible senders teach nothing") {
  Router router;
  router.eth0.inject({Router::arp(op::reply, mac(0x22), wan_host, router.eth0.mac(), wan, router.eth0.mac()),
                      Router::arp(op::request, mac(0x23), ip("10.0.0.1"), {}, wan, broadcast_mac),
                      Router::arp(op::request, mac(0x24, 0x01), wan_host, {}, wan, broadcast_mac),
                      Router::arp(op::request, mac(0x25), ip("224.0.0.1"), {}, wan, broadcast_mac),
                      Router::arp(op::request, mac(0x26), ip("200.200.200.255"), {}, wan, broadcast_mac),
                      Router::arp(op::request, mac(0x27), wan_host, {}, ip("200.200.200.77"), broadcast_mac)});
  CHECK(router.arp_screen().find("Dynamic") == std::string::npos);
}

TEST_CASE("nobody takes the router's own address without a line in the log") {
  Router router;
  for (int i = 0; i < 3; ++i) {
    router.vlan1.inject({Router::arp(op::request, mac(0x66), lan, {}, lan, broadcast_mac)});
  }
  REQUIRE(router.services.records.size() == 1);
  CHECK(router.services.records[0].message == "vlan1 [00-00-cd-00-00-66 (192.168.1.1)] uses an address of this device");
  CHECK(router.vlan1.sent.empty());
}

TEST_CASE("a new address takes static entries out that are no neighbours any more") {
  Router router;
  router.run("add ip arp=200.200.200.9 int=eth0 eth=00-00-cd-00-00-99");
  router.run("add ip arp=200.200.200.130 int=eth0 eth=00-00-cd-00-00-98");
  router.run("set ip int=eth0 ip=200.200.200.129 mask=255.255.255.128");
  CHECK(router.arp_screen().find("00-00-cd-00-00-99") == std::string::npos);
  CHECK(router.arp_screen().find("00-00-cd-00-00-98") != std::string::npos);
}

TEST_CASE("a static entry neither ages nor changes") {
  Router router;
  CHECK(router.run("add ip arp=200.200.200.9 int=eth0 eth=00-00-cd-00-00-99 port=3") ==
        "Info (1005003): Operation successful.");
  CHECK(router.run("add ip arp=200.200.200.9 int=eth0 eth=00-00-cd-00-00-98") ==
        "Error (3005291): ARP entry already exists.");
  router.eth0.inject({Router::arp(op::request, mac(0x22), wan_host, {}, wan, broadcast_mac)});
  router.eth0.sent.clear();
  router.services.time.advance(48h);
  router.send_to(wan_host);
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x99));
  CHECK(router.run("delete ip arp=alldynamic") == "Info (1005003): Operation successful.");
  CHECK(router.arp_screen().find("Static") != std::string::npos);
  CHECK(router.run("set ip arp=200.200.200.9 int=eth0 eth=00-00-cd-00-00-97") ==
        "Info (1005003): Operation successful.");
  router.send_to(wan_host);
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x97));
  CHECK(router.run("delete ip arp=200.200.200.9") == "Info (1005003): Operation successful.");
  CHECK(router.run("delete ip arp=200.200.200.9") == "Error (3005290): ARP entry not found.");
  CHECK(router.run("add ip arp=10.0.0.9 int=eth0 eth=00-00-cd-00-00-98").starts_with("Error (3005293)"));
  CHECK(router.run("add ip arp=200.200.200.9 int=eth0 eth=01-00-5e-00-00-98").starts_with("Error (3005294)"));
  router.run("enable ip macdisparity");
  CHECK(router.run("add ip arp=200.200.200.9 int=eth0 eth=01-00-5e-00-00-98").starts_with("Info"));
}

TEST_CASE("the interface announces itself when it comes up, unless told not to") {
  Router router;
  router.eth0.set_link(false);
  router.eth0.set_link(true);
  CHECK(router.eth0.next() == Router::arp(op::request, router.eth0.mac(), wan, {}, wan, broadcast_mac));
  router.run("set ip int=eth0 gratuitousarp=off");
  router.eth0.set_link(false);
  router.eth0.set_link(true);
  CHECK(router.eth0.sent.empty());
}

TEST_CASE("a gratuitous packet moves an entry where the interface takes such packets") {
  Router router;
  router.learn(router.eth0, wan_host, mac(0x22), wan);
  const Bytes moved = Router::arp(op::request, mac(0x23), wan_host, {}, wan_host, broadcast_mac);
  router.run("set ip int=eth0 gra=off");
  router.eth0.inject({moved});
  router.send_to(wan_host);
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x22));
  router.run("set ip int=eth0 gra=on");
  router.eth0.inject({moved});
  router.send_to(wan_host);
  CHECK(wire::view_ethernet(router.eth0.next())->destination == mac(0x23));
}

TEST_CASE("proxy ARP answers by mode") {
  Router router;
  router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.254");
  router.run("add ip rou=172.16.0.0 int=vlan1 next=192.168.1.254");
  const auto asked = [&](std::string_view target) {
    router.vlan1.sent.clear();
    router.vlan1.inject({Router::arp(op::request, mac(0x11), lan_host, {}, ip(target), broadcast_mac)});
    return !router.vlan1.sent.empty();
  };
  router.run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.254");
  for (const char* mode : {"on", "strict"}) {
    CAPTURE(mode);
    router.run("set ip int=vlan1 proxyarp=" + std::string(mode));
    CHECK(asked("10.1.1.1"));
    CHECK(asked("200.200.200.1"));       // the router's other address
    CHECK_FALSE(asked("172.16.1.1"));    // back out of the same interface
    CHECK_FALSE(asked("192.168.1.77"));  // a neighbour answers himself
    CHECK_FALSE(asked("99.1.1.1"));      // only a default route
    CHECK_FALSE(asked("200.200.200.255"));
  }
  router.run("set ip int=vlan1 proxyarp=defroute");
  CHECK(asked("99.1.1.1"));
  CHECK(asked("10.1.1.1"));
  router.run("set ip int=vlan1 proxyarp=off");
  CHECK_FALSE(asked("10.1.1.1"));
  CHECK_FALSE(asked("200.200.200.1"));
  CHECK(asked("192.168.1.1"));
}

TEST_CASE("a scan holds no more than so many packets, and newer questions win") {
  Router router;
  router.run("set ip int=eth0 mask=255.255.0.0");
  router.eth0.sent.clear();
  const std::size_t all = router.services.pool.total();
  for (std::size_t i = 0; i < limits::arp_unresolved + 100; ++i) {
    router.send_to(
        Ipv4Address(200, 200, static_cast<std::uint8_t>(1 + i / 200), static_cast<std::uint8_t>(1 + i % 200)));
  }
  CHECK(router.services.pool.available() == all - limits::arp_unresolved);
  CHECK(router.eth0.sent.size() == limits::arp_unresolved + 100);
  router.eth0.sent.clear();
  router.send_to(wan_host);
  router.eth0.sent.clear();
  router.eth0.inject({Router::arp(op::reply, mac(0x22), wan_host, router.eth0.mac(), wan, router.eth0.mac())});
  CHECK(router.eth0.sent.size() == 1);
  router.services.time.advance(2s);
  CHECK(router.services.pool.available() == all);
}

TEST_CASE("the table has a limit, static entries included") {
  Router router;
  router.run("set ip int=eth0 mask=255.255.0.0");
  std::size_t added = 0;
  for (std::size_t i = 0; i < limits::arp_entries + 1; ++i) {
    const Ipv4Address host(200, 200, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(2 + i % 250));
    const std::string reply = router.run("add ip arp=" + to_string(host) + " int=eth0 eth=00-00-cd-00-01-02");
    if (reply.starts_with("Info")) ++added;
    if (i == limits::arp_entries) CHECK(reply == "Error (3005292): ARP table is full.");
  }
  CHECK(added == limits::arp_entries);
  router.learn(router.vlan1, lan_host, mac(0x11), lan);
  CHECK(router.arp_screen().find("192.168.1.100") == std::string::npos);
}

TEST_CASE("learning and ageing are logged when that is on") {
  Router router;
  router.run("enable ip arp log");
  router.learn(router.vlan1, lan_host, mac(0x11), lan);
  router.services.time.advance(1024s);
  REQUIRE(router.services.records.size() == 2);
  CHECK(router.services.records[0].subtype == "ADD");
  CHECK(router.services.records[0].message == "vlan1 [00-00-cd-00-00-11 (192.168.1.100)] added");
  CHECK(router.services.records[1].message == "vlan1 [00-00-cd-00-00-11 (192.168.1.100)] deleted");
}

}  // namespace
}  // namespace arrouter::test
