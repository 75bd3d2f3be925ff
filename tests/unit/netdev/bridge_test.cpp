#include <catch2/catch.hpp>

#include "netdev/bridge_port.h"
#include "netdev/port_stack.h"
#include "tests/support/virtual_time.h"
#include "tests/unit/netdev/frames.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

MacAddress host(std::uint32_t number) {
  MacAddress mac = *parse_mac("02-00-00-00-00-00");
  store_be32(mac.octets.data() + 2, number);
  return mac;
}

struct Switch {
  VirtualTime time;
  PacketPool pool{400, 8};
  TestPort port1{pool, "port1"}, port2{pool, "port2"}, port3{pool, "port3"};
  BridgePort vlan{"vlan1", router_mac, pool, time.scheduler, time, {&port1, &port2, &port3}};
  Received router{vlan};

  void arrive(TestPort& port, const MacAddress& destination, const MacAddress& source, std::string_view text = "x") {
    router.frames.clear();
    port.arrive(text_frame(destination, source, text));
  }
  std::vector<std::size_t> sent() const { return {port1.sent.size(), port2.sent.size(), port3.sent.size()}; }
};
using Counts = std::vector<std::size_t>;

}  // namespace

TEST_CASE("an unknown destination is flooded to the others, a learned one is not") {
  Switch vlan;
  vlan.arrive(vlan.port1, host(2), host(1));
  CHECK(vlan.sent() == Counts{0, 1, 1});
  vlan.arrive(vlan.port2, host(1), host(2));
  CHECK(vlan.sent() == Counts{1, 1, 1});
  vlan.arrive(vlan.port1, host(2), host(1));
  CHECK(vlan.sent() == Counts{1, 2, 1});
  CHECK(vlan.router.frames.empty());
}

TEST_CASE("broadcasts reach every other member and the router; its own frames stop there") {
  Switch vlan;
  vlan.arrive(vlan.port1, MacAddress::broadcast(), host(1));
  CHECK(vlan.sent() == Counts{0, 1, 1});
  REQUIRE(vlan.router.frames.size() == 1);
  CHECK(vlan.router.frames[0]->meta.link_broadcast);
  vlan.arrive(vlan.port2, router_mac, host(2));
  CHECK(vlan.sent() == Counts{0, 1, 1});
  CHECK(vlan.router.frames.size() == 1);
  CHECK(vlan.vlan.counters().in_frames == 2);
}

TEST_CASE("the router sends to where a host was seen") {
  Switch vlan;
  vlan.arrive(vlan.port3, router_mac, host(3));
  send_one(vlan.vlan, vlan.pool.copy(text_frame(host(3), router_mac, "answer")));
  CHECK(vlan.sent() == Counts{0, 0, 1});
  send_one(vlan.vlan, vlan.pool.copy(text_frame(MacAddress::broadcast(), router_mac, "who")));
  CHECK(vlan.sent() == Counts{1, 1, 2});
  CHECK(vlan.vlan.counters().out_frames == 2);
}

TEST_CASE("a host that moves is learned anew, one on the same port is not repeated") {
  Switch vlan;
  vlan.arrive(vlan.port1, router_mac, host(1));
  vlan.arrive(vlan.port2, router_mac, host(1));
  send_one(vlan.vlan, vlan.pool.copy(text_frame(host(1), router_mac, "x")));
  CHECK(vlan.sent() == Counts{0, 1, 0});
  vlan.arrive(vlan.port2, host(1), host(9));
  CHECK(vlan.sent() == Counts{0, 1, 0});
}

TEST_CASE("addresses age, are limited and never group or the router's own") {
  Switch vlan;
  vlan.arrive(vlan.port1, router_mac, host(1));
  vlan.time.advance(299s);
  vlan.arrive(vlan.port2, router_mac, host(2));
  CHECK(vlan.vlan.learned().size() == 2);
  vlan.time.advance(1s);
  REQUIRE(vlan.vlan.learned().size() == 1);
  CHECK(vlan.vlan.learned()[0].mac == host(2));
  CHECK(vlan.vlan.learned()[0].port == &vlan.port2);
  vlan.arrive(vlan.port1, router_mac, router_mac);
  vlan.arrive(vlan.port1, router_mac, *parse_mac("01-00-5e-00-00-01"));
  CHECK(vlan.vlan.learned().size() == 1);

  for (std::uint32_t i = 2; i < limits::bridge_addresses + 1; ++i) vlan.arrive(vlan.port1, router_mac, host(i));
  CHECK(vlan.vlan.learned().size() == limits::bridge_addresses - 1);
  vlan.arrive(vlan.port1, router_mac, host(100'000));
  CHECK(vlan.vlan.learned().size() == limits::bridge_addresses);
  vlan.arrive(vlan.port1, router_mac, host(100'001));
  CHECK(vlan.vlan.learned().size() == limits::bridge_addresses);
  vlan.time.advance(300s);
  vlan.arrive(vlan.port1, router_mac, host(100'001));
  CHECK(vlan.vlan.learned().size() == 1);
  vlan.time.advance(1h);
  CHECK_FALSE(vlan.time.scheduler.next());  // an empty table needs no deadline
}

TEST_CASE("a member without link forgets its hosts; the VLAN is up while any member is") {
  Switch vlan;
  std::vector<bool> changes;
  vlan.vlan.set_link_listener([&](bool up) { changes.push_back(up); });
  vlan.arrive(vlan.port1, router_mac, host(1));
  vlan.port1.set_link(false);
  CHECK(vlan.vlan.learned().empty());
  send_one(vlan.vlan, vlan.pool.copy(text_frame(host(1), router_mac, "x")));
  CHECK(vlan.sent() == Counts{0, 1, 1});
  vlan.port2.set_link(false);
  CHECK(vlan.vlan.link_up());
  vlan.port3.set_link(false);
  CHECK_FALSE(vlan.vlan.link_up());
  vlan.port2.set_link(true);
  CHECK(changes == std::vector<bool>{false, true});
}

TEST_CASE("reserved group addresses stay on their cable, tagged frames stay out") {
  Switch vlan;
  vlan.arrive(vlan.port1, *parse_mac("01-80-c2-00-00-0f"), host(1));
  CHECK(vlan.sent() == Counts{0, 0, 0});
  CHECK(vlan.router.frames.size() == 1);
  vlan.arrive(vlan.port1, *parse_mac("01-80-c2-00-00-10"), host(1));
  CHECK(vlan.sent() == Counts{0, 1, 1});
  Bytes tagged = text_frame(host(2), host(7), "abcd");
  store_be16(tagged.data() + 12, wire::ether_type::vlan);
  store_be16(tagged.data() + 14, 7);
  vlan.port1.arrive(tagged);
  CHECK(vlan.vlan.counters().in_errors == 1);
  CHECK(vlan.sent() == Counts{0, 1, 1});
  CHECK(vlan.vlan.learned().size() == 1);
}

TEST_CASE("super-frames cross whole to members that take them and are cut for others") {
  Switch vlan;
  vlan.port2.can = {true, true, true};
  vlan.port1.arrive(super_frame(vlan.pool, Segmentation::tcp4, 5000, 1000));  // to the router
  CHECK(vlan.router.frames.size() == 1);
  Packet frame = super_frame(vlan.pool, Segmentation::tcp4, 5000, 1000);
  std::copy_n(host(5).octets.begin(), 6, frame->data());
  vlan.port1.arrive(std::move(frame));
  CHECK(vlan.sent() == Counts{0, 1, 5});
}

TEST_CASE("a stack hands up what is for the router and counts the rest") {
  VirtualTime time;
  PacketPool pool(50, 4);
  WallClock wall(time, {});
  const PortEnvironment environment{pool, time.scheduler, time, time};
  for (const bool promiscuous : {false, true}) {
    auto driver = std::make_unique<TestPort>(pool);
    TestPort& wire = *driver;
    PortStack stack(std::move(driver), "tap:test", environment, wall, 1, promiscuous);
    Received up(stack);
    wire.arrive(text_frame(router_mac, host_mac, "to us"));
    wire.arrive(text_frame(MacAddress::broadcast(), host_mac, "to all"));
    wire.arrive(text_frame(host_mac, host_mac, "to another"));
    CHECK(up.frames.size() == (promiscuous ? 3U : 2U));
    CHECK(stack.filtered() == (promiscuous ? 0U : 1U));
    CHECK(stack.counters().in_frames == 3);
    stack.impairment().set_down(true);
    CHECK_FALSE(stack.link_up());
    stack.impairment().set_down(false);
    stack.set_receiver({});
    wire.arrive(text_frame(router_mac, host_mac, "nobody listens"));
    CHECK(stack.counters().in_discards == 1);
    send_one(stack, super_frame(pool, Segmentation::tcp4, 3000, 1000));
    CHECK(wire.sent.size() == 3);
  }
}
