// Tunnels beside, through and inside each other; interfaces and policies that change under way.
#include <catch2/catch.hpp>

#include "tests/sim/ipsec/figures.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view tunnel = "wiz_Peer1 to Peer2";

/// A hub and two spokes; the spokes know of each other only that they are in 192.168/16, behind the hub.
struct Star {
  explicit Star(std::string_view hub_extra = {})
      : internet(time),
        hub(time, "Hub", "AR415S", 1),
        a(time, "A", "AR415S", 2),
        b(time, "B", "AR415S", 3),
        pc(time, "pc", "192.168.1.100", "192.168.1.254"),
        pc_a(time, "pca", "192.168.2.100", "192.168.2.254"),
        pc_b(time, "pcb", "192.168.3.100", "192.168.3.254") {
    internet.connect(hub.port("eth0"), "100.100.100.0", 10ms);
    internet.connect(a.port("eth0"), "200.200.200.0", 10ms);
    internet.connect(b.port("eth0"), "201.201.201.0", 10ms);
    links.push_back(std::make_unique<MemoryLink>(pc.port(), hub.port("vlan1")));
    links.push_back(std::make_unique<MemoryLink>(pc_a.port(), a.port("vlan1")));
    links.push_back(std::make_unique<MemoryLink>(pc_b.port(), b.port("vlan1")));
    // The hub's second tunnel is a second policy; its first one is widened to the whole of 192.168/16.
    const std::string second = fmt::format(R"(set ipsec pol="{0}" lad=192.168.0.0 lma=255.255.0.0
create isakmp pol="b" pe=201.201.201.1 enc=3desouter key=1 natt=true
create ipsec pol="b" int=eth0 ac=ipsec key=isakmp bund=1 peer=201.201.201.1 isa="b" pos=3
set ipsec pol="b" lad=192.168.0.0 lma=255.255.0.0 rad=192.168.3.0 rma=255.255.255.0
{1})",
                                           tunnel, hub_extra);
    const std::string wide = fmt::format("set ipsec pol=\"{}\" rad=192.168.0.0 rma=255.255.0.0", tunnel);
    boot_site(hub, site_configuration({"Hub", "100.100.100", "192.168.1", "200.200.200.1", "192.168.2", second}));
    boot_site(a, site_configuration({"A", "200.200.200", "192.168.2", "100.100.100.1", "192.168.1", wide}));
    boot_site(b, site_configuration({"B", "201.201.201", "192.168.3", "100.100.100.1", "192.168.1", wide}));
  }
  VirtualTime time;
  Internet internet;
  VirtualRouter hub, a, b;
  Host pc, pc_a, pc_b;
  std::vector<std::unique_ptr<MemoryLink>> links;
};

std::uint64_t policy_counter(VirtualRouter& router, std::string_view policy, const char* name) {
  return figure(router, fmt::format("show ipsec policy=\"{}\" counters", policy), name);
}

}  // namespace

TEST_CASE("hub and spoke: what comes out of one tunnel of the hub goes into the other") {
  Star star;
  for (int i = 0; i < 5; ++i) {
    star.pc_a.ping(star.pc_b.address(), 600);
    star.time.advance(3s);
  }
  CHECK(star.pc_a.answered() >= 4);
  star.pc.ping(star.pc_b.address());
  star.pc_b.ping(star.pc_a.address());
  star.time.advance(3s);
  CHECK(star.pc.answered() == 1);
  CHECK(star.pc_b.answered() == 1);
  CHECK(policy_counter(star.hub, tunnel, "inProcessDone") == policy_counter(star.a, tunnel, "outProcessDone"));
  CHECK(policy_counter(star.hub, "b", "outProcessDone") == policy_counter(star.b, tunnel, "inProcessDone"));
}

TEST_CASE("a policy that moves in front takes the traffic at once, and gives it back") {
  HowToNetwork world(chosen_seed(1));
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  REQUIRE(world.pc1.answered() == 1);
  world.peer1.run("create ipsec pol=stop int=eth0 ac=deny");  // last: nothing changes
  world.ping_for(3s);
  CHECK(world.pc1.answered() == 4);
  world.peer1.run("set ipsec pol=stop pos=1");
  world.ping_for(3s);
  CHECK(world.pc1.answered() == 4);
  CHECK(policy_counter(world.peer1, "stop", "outDeny") >= 3);
  world.peer1.run("set ipsec pol=stop pos=5");
  world.ping_for(3s);
  world.time.advance(1s);
  CHECK(world.pc1.answered() == 7);
  CHECK(world.text("show ipsec sa").find("Valid") != std::string::npos);  // the SAs outlived it
}

TEST_CASE("an interface that changes its address takes its SAs along, and new ones come up") {
  HowToNetwork world(chosen_seed(2));
  world.peer2.run("set isakmp pol=\"wiz_Peer1 to Peer2\" pe=any");
  world.peer2.run("set ipsec pol=\"wiz_Peer1 to Peer2\" peer=dynamic");
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  REQUIRE(world.pc1.answered() == 1);
  world.peer1.run("set ip int=eth0 ip=100.100.100.7 mask=255.255.255.0");
  CHECK(world.text("show ipsec sa").find("Valid") == std::string::npos);
  for (int i = 0; i < 4; ++i) {
    world.pc1.ping(world.pc2.address());
    world.time.advance(5s);
  }
  CHECK(world.pc1.answered() >= 4);
  CHECK(world.peer2.text("show ipsec policy sabundle").find("100.100.100.7") != std::string::npos);
}

TEST_CASE("RESET, DISABLE and PURGE in the middle of traffic leave no SA and no channel behind") {
  HowToNetwork world(chosen_seed(3));
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  const auto channels = [&] { return figure(world.peer1, "show enco", "Channels in use"); };
  CHECK(channels() == 2);
  world.peer1.run("reset ipsec pol=\"wiz_Peer1 to Peer2\"");
  CHECK(channels() == 0);
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 2);
  CHECK(channels() == 2);
  world.peer1.run("disable ipsec");
  CHECK(channels() == 0);
  world.peer1.run("enable ipsec");
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 3);
  world.peer1.run("purge ipsec");
  CHECK(channels() == 0);
}

TEST_CASE("IPROUTETEMPLATE: the route to a remote network comes and goes with the bundle") {
  HowToNetwork world(chosen_seed(4));
  world.peer2.run("add ip rou temp=back int=eth0 next=200.200.200.254 met=2");
  world.peer2.run("set ipsec pol=\"wiz_Peer1 to Peer2\" iprou=BACK");
  const auto route = [&] {
    return world.peer2.text("show ip route").find("192.168.1.0     255.255.255.0   200.200.200.254") !=
           std::string::npos;
  };
  CHECK_FALSE(route());
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 1);
  CHECK(route());
  CHECK(world.peer2.configuration().find("192.168.1.0 mask") == std::string::npos);
  world.peer2.run("reset ipsec pol=\"wiz_Peer1 to Peer2\"");
  CHECK_FALSE(route());
}
