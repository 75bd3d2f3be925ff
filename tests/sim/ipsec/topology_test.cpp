// Tunnels beside, through and inside each other; interfaces and policies that change under way.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
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

/// Routers A and D are hosts of the How-To network, on the LANs of Peer1 and Peer2; a PC is behind each.
struct Nested {
  /// D's tunnel ends at `end_of_d`: at A, or at Peer1 itself, where a PC takes A's place.
  Nested(std::string_view peer1_extra, std::string_view peer2_extra, std::string_view end_of_d = "192.168.1.1",
         std::string_view network_of_a = "10.1.0")
      : internet(time),
        peer1(time, "Peer1", "AR415S", 1),
        peer2(time, "Peer2", "AR415S", 2),
        a(time, "A", "AR415S", 3),
        d(time, "D", "AR415S", 4),
        pc_a(time, "pca", "10.1.0.100", "10.1.0.254"),
        pc1(time, "pc1", "192.168.1.100", "192.168.1.254"),
        pc_d(time, "pcd", "10.2.0.100", "10.2.0.254") {
    internet.connect(peer1.port("eth0"), "100.100.100.0", 10ms);
    internet.connect(peer2.port("eth0"), "200.200.200.0", 10ms);
    const bool two_routers = end_of_d == "192.168.1.1";
    const auto plug = [&](MemoryPort& one, MemoryPort& other) {
      links.push_back(std::make_unique<MemoryLink>(one, other));
    };
    plug(two_routers ? a.port("eth0") : pc1.port(), peer1.port("vlan1"));
    plug(d.port("eth0"), peer2.port("vlan1"));
    plug(pc_a.port(), a.port("vlan1"));
    plug(pc_d.port(), d.port("vlan1"));
    const auto boot = [](VirtualRouter& router, const SiteSettings& site) {
      boot_site(router, site_configuration(site));
    };
    boot(peer1, {"Peer1", "100.100.100", "192.168.1", "200.200.200.1", "192.168.2", std::string(peer1_extra)});
    boot(peer2, {"Peer2", "200.200.200", "192.168.2", "100.100.100.1", "192.168.1", std::string(peer2_extra)});
    if (two_routers) boot(a, {"A", "192.168.1", "10.1.0", "192.168.2.1", "10.2.0"});
    boot(d, {"D", "192.168.2", "10.2.0", std::string(end_of_d), std::string(network_of_a)});
    internet.watch([this](ByteView packet) {
      const auto ip = wire::view_ipv4(packet);
      in_clear += ip->protocol() != wire::protocol::esp && ip->protocol() != wire::protocol::udp;
      strangers += ip->source().masked(mask_of(16)) == Ipv4Address(192, 168, 0, 0);
      return true;
    });
  }
  VirtualTime time;
  Internet internet;
  VirtualRouter peer1, peer2, a, d;
  Host pc_a, pc1, pc_d;
  std::vector<std::unique_ptr<MemoryLink>> links;
  std::uint64_t in_clear = 0, strangers = 0;  // packets on the Internet that have no business there
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

TEST_CASE("a tunnel inside the tunnel of another router") {
  // What the peers permit in clear is their own ISAKMP, not that of the routers behind them.
  Nested world("set ipsec pol=\"wiz_isakmp\" lad=100.100.100.1\n",
               "set ipsec pol=\"wiz_isakmp\" lad=200.200.200.1\n");
  for (int i = 0; i < 10; ++i) {
    world.pc_a.ping(world.pc_d.address(), i % 2 == 0 ? 56 : 1400);
    world.time.advance(3s);
  }
  CHECK(world.pc_a.answered() >= 8);  // the first ones met two negotiations, one inside the other
  const auto sealed = policy_counter(world.a, tunnel, "outProcessDone");
  CHECK(sealed >= 8);
  CHECK(policy_counter(world.d, tunnel, "inProcessDone") == sealed);
  CHECK(policy_counter(world.peer1, tunnel, "outProcessDone") >= sealed);
  CHECK(world.in_clear == 0);
  CHECK(world.strangers == 0);
}

TEST_CASE("a tunnel inside another tunnel of the same router") {
  // Peer1 is one end of the inner tunnel itself. Its peer, D, is behind Peer2: what goes there takes the outer tunnel.
  Nested world(R"(set ipsec pol="wiz_isakmp" rad=200.200.200.1
create isakmp pol="inner" pe=192.168.2.1 enc=3desouter key=1 natt=true
create ipsec pol="outer" int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 pos=2
set ipsec pol="outer" lad=100.100.100.1 rad=192.168.2.0 rma=255.255.255.0
create ipsec pol="inner" int=eth0 ac=ipsec key=isakmp bund=1 peer=192.168.2.1 isa="inner" pos=2
set ipsec pol="inner" lad=192.168.1.0 lma=255.255.255.0 rad=10.2.0.0 rma=255.255.255.0
)",
               R"(set ipsec pol="wiz_isakmp" lad=200.200.200.1
create ipsec pol="outer" int=eth0 ac=ipsec key=isakmp bund=1 peer=100.100.100.1 pos=2
set ipsec pol="outer" lad=192.168.2.0 lma=255.255.255.0 rad=100.100.100.1
)",
               "100.100.100.1", "192.168.1");
  for (int i = 0; i < 10; ++i) {
    world.pc1.ping(world.pc_d.address(), i % 2 == 0 ? 56 : 1400);
    world.time.advance(3s);
  }
  CHECK(world.pc1.answered() >= 8);
  const auto inner = policy_counter(world.peer1, "inner", "outProcessDone");
  CHECK(inner >= 8);
  CHECK(policy_counter(world.d, tunnel, "inProcessDone") == inner);
  CHECK(policy_counter(world.peer1, "outer", "outProcessDone") >= inner);
  CHECK(policy_counter(world.peer2, "outer", "inProcessDone") ==
        policy_counter(world.peer1, "outer", "outProcessDone"));
  world.pc_d.ping(world.pc1.address());
  world.time.advance(3s);
  CHECK(world.pc_d.answered() == 1);
  CHECK(world.in_clear == 0);
  CHECK(world.strangers == 0);
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

TEST_CASE("address ranges are negotiated and kept to") {
  HowToNetwork world(chosen_seed(6));
  const auto ranges = [&](VirtualRouter& peer, std::string_view local, std::string_view remote) {
    const auto set = fmt::format("set ipsec pol=\"{}\" lma=255.255.255.255 rma=255.255.255.255 lad={} rad={}", tunnel,
                                 local, remote);
    // A mask goes with an address, not with a range.
    CHECK(peer.run(set).outcome.failed());
    peer.run(fmt::format("set ipsec pol=\"{}\" lad={} rad={}", tunnel, local, remote));
  };
  ranges(world.peer1, "192.168.1.90-192.168.1.101", "192.168.2.99-192.168.2.120");
  ranges(world.peer2, "192.168.2.99-192.168.2.120", "192.168.1.90-192.168.1.101");
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 1);
  CHECK(world.text("show ipsec sa=0").find("192.168.1.90-192.168.1.101") != std::string::npos);
  ranges(world.peer1, "192.168.1.90-192.168.1.99", "192.168.2.99-192.168.2.120");  // PC1 is outside now
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 1);
  CHECK(policy_counter(world.peer1, "wiz_internet", "outPermit") > 0);
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
