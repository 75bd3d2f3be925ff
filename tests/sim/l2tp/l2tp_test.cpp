// L2TP between whole routers: lines between two offices (reference/links.md 16 X5).
#include <catch2/catch.hpp>

#include "tests/support/configuration.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view east_lines = R"(set system name="east"
add l2tp call=hq type=virtual ip=200.200.200.1 remote=branch precedence=in
create ppp=1 over=tnl-hq
set ppp=1 bap=off lqr=off echo=10
enable l2tp
enable l2tp server=both
enable ip
add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0
add ip int=eth0 ip=100.100.100.1 mask=255.255.255.0
add ip int=ppp1 ip=10.9.0.1 mask=255.255.255.252
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
add ip rou=192.168.140.0 mask=255.255.255.0 int=ppp1 next=0.0.0.0
)";

constexpr std::string_view west_lines = R"(set system name="west"
add l2tp call=branch type=virtual ip=100.100.100.1 remote=hq precedence=out
create ppp=1 over=tnl-branch
set ppp=1 bap=off lqr=off echo=10
enable l2tp
enable l2tp server=both
enable ip
add ip int=vlan1 ip=192.168.140.1 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip int=ppp1 ip=10.9.0.2 mask=255.255.255.252
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.254
add ip rou=192.168.1.0 mask=255.255.255.0 int=ppp1 next=0.0.0.0
)";

struct World {
  World() {
    internet.connect(near.port("eth0"), "100.100.100.0", 10ms);
    internet.connect(far.port("eth0"), "200.200.200.0", 10ms);
    lan1.emplace(pc1.port(), near.port("vlan1"));
    lan2.emplace(pc2.port(), far.port("vlan1"));
    boot_clean(far, west_lines);
    boot_clean(near, east_lines);
  }
  std::uint64_t ping(int count) {
    const std::uint64_t before = pc1.answered();
    for (int i = 0; i < count; ++i) {
      pc1.ping(pc2.address());
      time.advance(1s);
    }
    return pc1.answered() - before;
  }

  VirtualTime time;
  Internet internet{time};
  VirtualRouter near{time, "near", "AR415S", 1};
  VirtualRouter far{time, "far", "AR415S", 2};
  Host pc1{time, "pc1", "192.168.1.100", "192.168.1.254"};
  Host pc2{time, "pc2", "192.168.140.27", "192.168.140.1"};
  std::optional<MemoryLink> lan1, lan2;
};

}  // namespace

TEST_CASE("a line between two offices carries their LANs, whoever called") {
  World world;
  world.time.advance(60s);
  CHECK(world.ping(5) == 5);
  CHECK(world.near.text("show l2tp tunnel").contains("State ....................... established"));
  CHECK(world.far.text("show ppp").contains("OPENED"));
  SECTION("and comes back after the call was taken away") {
    world.near.run("deactivate l2tp call=hq");
    world.time.advance(5s);
    CHECK(world.ping(2) == 0);
    world.near.run("activate l2tp call=hq");
    world.time.advance(60s);
    CHECK(world.ping(5) == 5);
  }
  SECTION("and ends when one of them disables L2TP") {
    world.far.run("disable l2tp");
    world.time.advance(5s);
    CHECK(world.ping(2) == 0);
    world.far.run("enable l2tp");
    world.time.advance(90s);
    CHECK(world.ping(5) == 5);
  }
}
