// Whole routers on simulated cables.
#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace arrouter {
namespace {

using namespace std::chrono_literals;
using test::VirtualRouter;
using test::VirtualTime;

// What a command prints after it has returned.
class Listener final : public Terminal {
 public:
  void print(std::string_view text) override { printed += text; }
  void hold() override { ++holds; }
  void release() override { --holds; }
  std::string printed;
  int holds = 0;
};

struct Network : test::ExampleNetwork {
  explicit Network(std::uint64_t seed = 1) : ExampleNetwork(seed) {}
  /// How many of so many pings from PC to PC were answered.
  std::uint64_t pings_answered(int count) {
    const std::uint64_t before = pc1.answered();
    ping_for(std::chrono::seconds(count));
    return pc1.answered() - before;
  }
};

TEST_CASE("Two routers on a cable ping each other in virtual time") {
  VirtualTime time;
  VirtualRouter left(time, "Left"), right(time, "Right", "AR450S");
  left.boot("enable ip\nadd ip int=eth0 ip=10.0.0.1 mask=255.255.255.0\n");
  right.boot("enable ip\nadd ip int=eth0 ip=10.0.0.2 mask=255.255.255.0\n");
  MemoryLink cable(left.port("eth0"), right.port("eth0"), 5ms);
  const auto listener = std::make_shared<Listener>();
  Caller caller;
  caller.terminal = listener;
  left->execute("ping 10.0.0.2 number=2", caller);
  CHECK(listener->holds == 1);
  time.advance(10s);
  CHECK(listener->holds == 0);
  CHECK(listener->printed.starts_with("Echo reply 1 from 10.0.0.2 time delay "));
  CHECK(listener->printed.ends_with("\nEcho reply 2 from 10.0.0.2 time delay 10 ms\n"));

  SECTION("the cable is pulled by a restart of the other side and works again after it") {
    right->restart(RestartKind::reboot, std::nullopt);
    time.advance(1s);
    listener->printed.clear();
    left->execute("ping 10.0.0.2 number=1", caller);
    time.advance(10s);
    CHECK(listener->printed.find("Echo reply 1 from 10.0.0.2") != std::string::npos);
  }
  SECTION("a restart in the middle of a ping leaves nothing behind") {
    left->execute("ping 10.0.0.9 number=5", caller);
    left->restart(RestartKind::router, std::nullopt);
    time.advance(30s);
    CHECK(left.text("show ip interface").find("10.0.0.1") != std::string::npos);
  }
}

TEST_CASE("The example configurations bring the tunnel up with the first packet") {
  Network network;
  CHECK(network.pings_answered(5) >= 4);  // the first may wait for the exchange longer than its time-out
  CHECK(network.pings_answered(5) == 5);
  CHECK(network.peer1.text("show isakmp sa").find("200.200.200.1") != std::string::npos);
  CHECK(network.peer1.text("show ipsec sa").find("wiz_Peer1 to Peer2") != std::string::npos);
}

TEST_CASE("The tunnel lives through a day of lifetimes") {
  Network network;
  network.pings_answered(2);
  for (int hour = 0; hour < 26; ++hour) {
    network.time.advance(1h);
    INFO("hour " << hour);
    CHECK(network.pings_answered(3) >= 2);
  }
  CHECK(network.pings_answered(5) == 5);
}

TEST_CASE("A peer that restarts is found again") {
  Network network;
  network.pings_answered(2);
  network.peer2->restart(RestartKind::reboot, std::nullopt);
  network.time.advance(1s);
  network.peer2.run("create enco key=1 type=general value=\"sharedsecret\"");
  network.time.advance(5min);  // heartbeats, or the deletes of the one that went, make room for a new tunnel
  CHECK(network.pings_answered(5) >= 4);
}

TEST_CASE("A seed repeats a run byte for byte") {
  const auto tunnel = [](std::uint64_t seed) {
    Network network(seed);
    network.pings_answered(3);
    return network.peer1.text("show ipsec sa") + network.peer2.text("show log");
  };
  const std::string first = tunnel(7);
  CHECK(first == tunnel(7));
  CHECK(first != tunnel(8));
}

}  // namespace
}  // namespace arrouter
