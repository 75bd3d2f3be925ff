// ADD IP HELPER: broadcasts that are handed on, and those that are not.
#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

const Bytes data{1, 2, 3};
const Ipv4Address everybody = ip("255.255.255.255");

struct Router : IpBench {
  Router() {
    two_hosts();
    run_all({"add ip helper destination=200.200.200.9 interface=vlan1 port=137", "enable ip helper"});
  }
  void broadcast(Ipv4Address to = everybody, std::uint16_t port = 137, std::uint8_t ttl = 64,
                 Ipv4Address from = lan_host) {
    vlan1.inject({ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4, udp(from, to, 1024, port, data, ttl))});
  }
  std::size_t forwarded() const { return eth0.sent.size(); }
};

TEST_CASE("a broadcast goes on to the helper's host, from whom it came") {
  Router router;
  router.broadcast();
  const Bytes frame = router.eth0.next();
  REQUIRE_FALSE(frame.empty());
  CHECK(wire::view_ethernet(frame)->destination == mac(0x22));
  const auto packet = wire::view_ipv4(Router::payload_of(frame));
  REQUIRE(packet);
  CHECK(packet->source() == lan_host);
  CHECK(packet->destination() == wan_host);
  CHECK(packet->ttl() == 63);
  const auto udp = wire::view_udp(packet->payload());
  REQUIRE(udp);
  CHECK(wire::udp_checksum_good(packet->payload(), packet->source(), packet->destination()));
  CHECK(udp->source_port == 1024);
  CHECK(udp->destination_port == 137);
  CHECK(Bytes(udp->payload.begin(), udp->payload.end()) == data);
  CHECK(router.vlan1.sent.empty());
  CHECK(router.counter("noPorts") == 0);
}

TEST_CASE("the network's own broadcast is one too; other packets are left alone") {
  Router router;
  router.broadcast(ip("192.168.1.255"));
  CHECK(router.forwarded() == 1);
  router.broadcast(everybody, 138);
  router.broadcast(everybody, 137, 1);                                                  // its last hop
  router.broadcast(everybody, 137, 64, Ipv4Address());                                  // from nobody
  router.vlan1.inject({router.from_lan(Router::udp(lan_host, lan, 1024, 137, data))});  // for the router itself
  router.eth0.inject({Router::ethernet(broadcast_mac, mac(0x22), wire::ether_type::ipv4,
                                       Router::udp(wan_host, everybody, 1024, 137, data))});  // another interface
  CHECK(router.forwarded() == 1);
  CHECK(router.counter("inHdrErrors") == 1);
  router.run("disable ip helper");
  router.broadcast();
  CHECK(router.forwarded() == 1);
}

TEST_CASE("every host of a port gets a copy, and a listener of the router its own") {
  Router router;
  router.run("add ip helper des=200.200.200.255 int=vlan1 po=137");
  int heard = 0;
  router.api->listen_udp(137, "Test", [&](const UdpDatagram&) { ++heard; });
  router.broadcast();
  CHECK(router.forwarded() == 2);
  CHECK(heard == 1);
  CHECK(router.run("show ip helper counter") ==
        "IP HELPER Configuration\n"
        "Status ......... Enabled\n"
        "Interface   Port      Destination      Forwarded\n"
        "------------------------------------------------\n"
        "vlan1       137       200.200.200.9            1\n"
        "vlan1       137       200.200.200.255          1\n");
}

TEST_CASE("SHOW IP HELPER and what is refused") {
  Router router;
  CHECK(router.run("show ip helper") ==
        "IP HELPER Configuration\n"
        "Status ......... Enabled\n"
        "Interface   Port      Destination\n"
        "--------------------------------------\n"
        "vlan1       137       200.200.200.9\n");
  CHECK(router.run("add ip helper des=200.200.200.9 int=vlan1 po=137") == "Error (3005314): IP helper already exists.");
  CHECK(router.run("add ip helper des=200.200.200.9 int=vlan1 po=nt") == "Error (3005314): IP helper already exists.");
  CHECK(router.run("add ip helper des=200.200.200.9 int=vlan1 po=67") ==
        "Error (3005317): Invalid port or destination for an IP helper.");
  CHECK(router.run("add ip helper des=0.0.0.0 int=vlan1 po=69") ==
        "Error (3005317): Invalid port or destination for an IP helper.");
  CHECK(router.run("delete ip helper des=200.200.200.9 int=vlan1 po=138") == "Error (3005315): IP helper not found.");
  CHECK(router.run("delete ip helper des=200.200.200.9 int=vlan1 po=137") == "Info (1005003): Operation successful.");
  for (const std::string_view port : {"dns", "nt", "tacacs", "tftp", "time"})
    CHECK(router.run("add ip helper des=200.200.200.9 int=eth0 po=" + std::string(port)).starts_with("Info"));
  const std::vector<std::string> script = router.dump();
  std::string helpers;
  for (const std::string& line : script)
    if (line.find(" hel") != std::string::npos) helpers += line.substr(line.rfind(' ') + 1) + " ";
  CHECK(helpers == "po=37 po=49 po=53 po=69 po=137 po=138 hel ");
  Router other;
  other.run("delete ip helper des=200.200.200.9 int=vlan1 po=137");
  for (const std::string& line : script) other.run(line);
  CHECK(other.dump() == script);
}

TEST_CASE("the table of helpers has an end") {
  Router router;
  for (int port = 1000; port < 1255; ++port)
    REQUIRE(router.run("add ip helper des=200.200.200.9 int=vlan1 po=" + std::to_string(port)).starts_with("Info"));
  CHECK(router.run("add ip helper des=200.200.200.9 int=vlan1 po=1255") == "Error (3005316): IP helper table is full.");
}

}  // namespace
}  // namespace arrouter::test
