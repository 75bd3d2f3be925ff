#include <catch2/catch.hpp>

#include "netdev/make_port.h"
#include "netdev/memory_port.h"
#include "tests/support/virtual_time.h"
#include "tests/unit/netdev/frames.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct Pair {
  VirtualTime time;
  PacketPool left_pool{1200, 4}, right_pool{1200, 4};
  MemoryPort left{"eth0", router_mac, left_pool, time.scheduler, time};
  MemoryPort right{"eth0", host_mac, right_pool, time.scheduler, time};
  Received at_right{right};
  Packet frame(std::string_view text) { return left_pool.copy(text_frame(host_mac, router_mac, text)); }
};

}  // namespace

TEST_CASE("without a cable a memory port has no link and discards") {
  Pair pair;
  CHECK_FALSE(pair.left.link_up());
  send_one(pair.left, pair.frame("x"));
  CHECK(pair.left.counters().out_discards == 1);
  CHECK(pair.left.counters().out_frames == 0);
}

TEST_CASE("a cable carries frames after its delay, in order, into the other pool") {
  Pair pair;
  MemoryLink link(pair.left, pair.right, 3ms);
  CHECK(pair.left.link_up());
  CHECK(pair.right.link_up());
  send_one(pair.left, pair.frame("a"));
  link.set_delay(1ms);
  send_one(pair.left, pair.frame("b"));  // must not overtake
  CHECK(pair.left_pool.available() == pair.left_pool.total());
  CHECK(pair.right_pool.available() == pair.right_pool.total() - 2);
  pair.time.advance(3ms - 1ns);
  CHECK(pair.at_right.frames.empty());
  pair.time.advance(1ns);
  REQUIRE(pair.at_right.frames.size() == 2);
  CHECK(text_of(pair.at_right.frames[0]) == "a");
  CHECK(text_of(pair.at_right.frames[1]) == "b");
  CHECK(pair.right.counters().in_frames == 2);
}

TEST_CASE("a cable without delay never delivers inside send()") {
  Pair pair;
  MemoryLink link(pair.left, pair.right);
  send_one(pair.left, pair.frame("a"));
  CHECK(pair.at_right.frames.empty());
  pair.time.advance(0s);
  CHECK(pair.at_right.frames.size() == 1);
}

TEST_CASE("super-frames are cut and completed on a simulated wire") {
  Pair pair;
  MemoryLink link(pair.left, pair.right);
  send_one(pair.left, super_frame(pair.left_pool, Segmentation::tcp4, 10'000, 1000));
  pair.time.advance(0s);
  REQUIRE(pair.at_right.frames.size() == 10);
  CHECK(pair.at_right.frames[9]->meta.checksum == Checksum::complete);
  const auto ip = wire::view_ipv4(pair.at_right.frames[9]->view().subspan(14));
  REQUIRE(ip);
  CHECK(wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination()));
}

TEST_CASE("more than a burst, and the limit of a cable") {
  Pair pair;
  MemoryLink link(pair.left, pair.right, 1ms);
  for (std::size_t i = 0; i < limits::memory_queue + 1; ++i) send_one(pair.left, pair.frame("x"));
  CHECK(pair.right.counters().in_discards == 1);
  pair.time.advance(1ms);
  CHECK(pair.at_right.frames.size() == limits::memory_queue);
}

TEST_CASE("unplugging takes both links down and loses what was under way") {
  Pair pair;
  std::vector<bool> changes;
  pair.right.set_link_listener([&](bool up) { changes.push_back(up); });
  auto link = std::make_unique<MemoryLink>(pair.left, pair.right, 1ms);
  send_one(pair.left, pair.frame("x"));
  link.reset();
  pair.time.advance(1s);
  CHECK(pair.at_right.frames.empty());
  CHECK(pair.right_pool.available() == pair.right_pool.total());
  CHECK(changes == std::vector<bool>{true, false});
}

TEST_CASE("a port that goes away unplugs its cable") {
  Pair pair;
  auto third = std::make_unique<MemoryPort>("eth1", host_mac, pair.right_pool, pair.time.scheduler, pair.time);
  MemoryLink link(pair.left, *third);
  third.reset();
  CHECK_FALSE(pair.left.link_up());
  send_one(pair.left, pair.frame("x"));
  CHECK(pair.left.counters().out_discards == 1);
}

TEST_CASE("specs of ports") {
  VirtualTime time;
  PacketPool pool(50, 4);
  const PortEnvironment environment{pool, time.scheduler, time, time};
  const auto make = [&](std::string_view spec) { return make_port("eth0", router_mac, spec, environment); };
  const auto reason = [&](std::string_view spec) {
    const auto port = make(spec);
    REQUIRE_FALSE(port);
    return port.error().text;
  };
  const auto unattached = make("");
  REQUIRE(unattached);
  CHECK_FALSE((*unattached)->link_up());
  send_one(**unattached, pool.copy(text_frame(host_mac, router_mac, "x")));
  CHECK((*unattached)->counters().out_discards == 1);
  REQUIRE(make("memory"));
  CHECK(reason("pigeon:1") == "pigeon:1: wanted is tap:IFNAME, packet:IFNAME, udp:LPORT:HOST:RPORT or memory");
  CHECK(reason("tap") == "tap: an interface name is missing");
  CHECK(reason("tap:") == "tap:: an interface name is missing");
  CHECK(reason("tap:sixteenletters00") == "tap:sixteenletters00: an interface name has at most 15 characters");
  CHECK(reason("tap:t%d") == "tap:t%d: that is no interface name");
  CHECK(reason("udp:1:2") == "udp:1:2: wanted is udp:LPORT:HOST:RPORT");
  CHECK(reason("udp:0:127.0.0.1:5") == "udp:0:127.0.0.1:5: wanted is udp:LPORT:HOST:RPORT");
  CHECK(reason("udp:5:127.0.0.1:65536") == "udp:5:127.0.0.1:65536: wanted is udp:LPORT:HOST:RPORT");
  CHECK(reason("udp:5::6") == "udp:5::6: wanted is udp:LPORT:HOST:RPORT");
}
