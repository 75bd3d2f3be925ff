// LAB TRACE and LAB SHOW STAGES on two routers with a tunnel between them.
#include <catch2/catch.hpp>

#include "tests/support/two_sites.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

class Lines final : public Terminal {
 public:
  void print(std::string_view text) override { printed += text; }
  std::string printed;
};

/// Types a line at a terminal of its own, which hears what comes later.
std::shared_ptr<Lines> type(VirtualRouter& router, std::string_view line) {
  const auto terminal = std::make_shared<Lines>();
  Caller caller;
  caller.terminal = terminal;
  const auto executed = router->execute(line, caller);
  INFO(line << ": " << executed.outcome.line());
  CHECK_FALSE(executed.outcome.failed());
  return terminal;
}

void check_in_order(const std::string& text, std::initializer_list<std::string_view> parts) {
  std::size_t at = 0;
  for (const std::string_view part : parts) {
    INFO("looking for " << part << " in\n" << text);
    at = text.find(part, at);
    REQUIRE(at != std::string::npos);
  }
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a trace tells a packet's way into and out of a tunnel") {
  TwoSites sites({.path = TwoSites::Path::esp});
  const auto near = type(sites.router1(), "lab trace start address=192.168.2.100 protocol=udp port=10000");
  const auto far = type(sites.router2(), "lab trace start protocol=esp count=1");
  sites.send(1, 64);
  sites.settle();
  check_in_order(near->printed, {"Trace   1  vlan1", "192.168.1.100:10000 > 192.168.2.100:2000 UDP, 92 bytes, ttl 64\n",
                                 "ip        route: 100.100.100.2 by eth0\n", "ipsec     policy \"vpn\": bundle 0, SPI ",
                                 ", peer 100.100.100.2\n", "eth0      out to "});
  check_in_order(far->printed,
                 {"eth0      100.100.100.1 > 100.100.100.2 ESP, 152 bytes", "ipsec     SPI ",
                  "SA 0 of policy \"vpn\"\n", "ip        route: 192.168.2.100 by vlan1\n", "vlan1     out to "});
}

TEST_CASE("a trace follows what it was asked to follow, so many packets, and to a terminal that is there") {
  TwoSites sites({});
  VirtualRouter& router = sites.router1();
  const auto two = type(router, "lab trace start port=10001 count=2");
  sites.send(10, 64, 0, 5);  // flows 10000 to 10004, twice
  sites.send(5, 64, 0, 5);
  sites.settle();
  CHECK(two->printed.find(":10000 >") == std::string::npos);
  check_in_order(two->printed, {"Trace   1  vlan1", ":10001 >", "Trace   2  vlan1", ":10001 >"});
  CHECK(two->printed.find("Trace   3") == std::string::npos);
  check_in_order(router.text("lab show trace"), {"Trace ", ". Off", "Port ", ". 10001", "Packets followed", ". 2\n"});
  CHECK(router.run("lab trace stop").outcome.line().find("No trace is running") != std::string::npos);

  auto gone = type(router, "lab trace start");
  gone.reset();
  sites.send(1, 64);
  sites.settle();
  CHECK(router.text("lab show trace").find("Off") != std::string::npos);

  const auto stopped = type(router, "lab trace start address=10.0.0.1-10.0.0.9");
  sites.send(1, 64);
  sites.settle();
  CHECK_FALSE(router.run("lab trace stop").outcome.failed());
  CHECK(lines_of(stopped->printed) == 0);
}

TEST_CASE("a trace says why a packet was dropped") {
  TwoSites sites({.path = TwoSites::Path::esp, .extra = "set ip arp timeout=4\n"});
  VirtualRouter& router = sites.router1();
  router.run("disable ipsec");
  router.run("delete ip rou=192.168.2.0 mask=255.255.255.0 int=eth0 next=100.100.100.2");
  const auto lost = type(router, "lab trace start");
  sites.send(1, 64);
  sites.settle();
  check_in_order(lost->printed, {"Trace   1  vlan1", "Trace   1  ip        dropped: noRoute\n"});
}

TEST_CASE("stages count what goes in and comes out") {
  TwoSites sites({.path = TwoSites::Path::esp});
  VirtualRouter& router = sites.router1();
  router.run("reset ip");
  sites.send(10, 64);
  sites.settle();
  const std::string text = router.text("lab show stages");
  check_in_order(text, {"Stage", "ip input", "10", "10", "0", "route", "10", "10", "0", "ipsec policy out", "10", "10",
                        "0", "ip output", "10", "10", "0"});
}

TEST_CASE("a trace tells of filters, the firewall, fragments, TTL and ARP") {
  TwoSites sites({.path = TwoSites::Path::esp, .extra = "set ip arp timeout=4\n"});
  VirtualRouter& one = sites.router1();
  VirtualRouter& two = sites.router2();
  const auto followed = [&](VirtualRouter& router, std::size_t payload = 64) {
    const auto lines = type(router, "lab trace start protocol=udp");
    sites.send(1, payload);
    sites.settle();
    return lines;
  };
  SECTION("a filter") {
    type(one, "add ip fil=1 so=192.168.1.0 sm=255.255.255.0 ac=exclude");
    type(one, "set ip int=vlan1 fil=1");
    check_in_order(followed(one)->printed, {"Trace   1  vlan1", "ip        dropped: filtered\n"});
  }
  SECTION("a firewall") {
    for (const std::string_view line :
         {"enable firewall", "create firewall policy=net", "add firewall policy=net int=vlan1 type=private",
          "add firewall policy=net int=eth0 type=public"})
      type(two, line);
    check_in_order(followed(two)->printed, {"Trace   1  decrypted", "firewall  denied: "});
  }
  SECTION("a packet that is too long with its SA around it") {
    check_in_order(followed(one, 1450)->printed,
                   {"ipsec     sealed by ESP AES128 SHA, sequence ", "ip        too long for eth0, mtu 1500\n",
                    "arp       next hop 100.100.100.2\n", "eth0      out to ", ", 1500 bytes\n", "eth0      out to "});
    const auto far = type(two, "lab trace start protocol=esp");
    sites.send(1, 1450);
    sites.settle();
    check_in_order(far->printed,
                   {"ip        fragment: waits for the rest\n", "ip        fragment: waits for the rest\n",
                    "ip        put together: ", "ipsec     SPI ", "ipsec     opened\n", "vlan1     out to "});
  }
  SECTION("a TTL that ends") {
    const auto lines = type(two, "lab trace start protocol=udp");
    const auto asked = type(one, "trace 192.168.2.100 maxttl=1");
    sites.time().advance(std::chrono::seconds(1));
    check_in_order(lines->printed, {"ttl 1\n", "ip        dropped: ttlExpired\n"});
  }
  SECTION("a host that is not there, and a port") {
    type(two, "delete ip arp=192.168.2.100");
    const auto lines = followed(two);
    sites.time().advance(std::chrono::seconds(10));
    check_in_order(lines->printed,
                   {"arp       next hop 192.168.2.100: asked for its station\n", "ip        dropped: arpUnresolved\n"});
    type(one, "create ipsec pol=clear int=eth0 ac=permit pos=1");
    type(two, "create ipsec pol=clear int=eth0 ac=permit pos=1");
    const auto local = type(two, "lab trace start protocol=udp");
    const auto asked = type(one, "trace 100.100.100.2 maxttl=1");
    sites.time().advance(std::chrono::seconds(1));
    check_in_order(local->printed, {"ip        for this router\n", "udp       nobody listens on port "});
  }
}
