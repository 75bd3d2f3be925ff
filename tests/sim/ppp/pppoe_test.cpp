#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;

TEST_CASE("a client finds the concentrator, proves itself and gets an address") {
  IspWorld world;
  CHECK(world.client.text("show ip interface=ppp0").contains("ppp0#         Static   0.0.0.0"));
  REQUIRE(world.comes_up());
  CHECK(world.client.text("show ip interface=ppp0").contains("ppp0          Dynamic  200.100.10.1"));
  CHECK(world.isp.text("show ip interface").contains("ppp0          Dynamic  0.0.0.0"));
  CHECK(world.isp.text("show ip route").contains("200.100.10.1"));
  world.isp.run("add ip rou=192.168.10.0 mask=255.255.255.0 int=ppp0 next=0.0.0.0");
  for (int i = 0; i < 5; ++i) {
    world.pc.ping(world.server.address());
    world.time.advance(1s);
  }
  CHECK(world.pc.answered() == 5);
}

TEST_CASE("a wrong password brings no interface up, and the client goes on trying") {
  IspWorld world;
  world.client.run("set ppp=0 password=wrong");
  world.client.run("reset ppp=0");
  CHECK_FALSE(world.comes_up());
  CHECK(world.isp.text("show log").contains("authentication over eth0-any failed"));
  world.client.run("set ppp=0 password=isppasswdA");
  CHECK(world.comes_up());
}

TEST_CASE("a concentrator that falls silent is noticed by echoes, and found again") {
  IspWorld world;
  REQUIRE(world.comes_up());
  Impairment deaf;
  deaf.loss = 100;
  auto& stack = *world.client->stacks().find("eth0")->second;
  stack.impairment().set(ImpairPort::Direction::in, deaf);
  world.time.advance(60s);
  CHECK_FALSE(world.up(world.client));
  CHECK(world.client.text("show ip interface=ppp0").contains("0.0.0.0"));
  stack.impairment().set(ImpairPort::Direction::in, {});
  CHECK(world.comes_up(120s));
}

TEST_CASE("lines typed while the link is open take effect on it") {
  IspWorld world("create ppp=0 over=eth0-any\nset ppp=0 user=user@ispA password=isppasswdA iprequest=on\n");
  world.time.advance(10s);
  CHECK(world.client.text("show ppp").contains("OPENED"));
  world.client.run("enable ip");
  world.client.run("enable ip remote");
  world.client.run("add ip int=ppp0 ip=0.0.0.0");
  CHECK(world.comes_up());
  world.time.advance(5s);
  CHECK(world.client.text("show ip interface=ppp0").contains("Dynamic  200.100.10.1"));
  world.client.run("set ppp=0 iprequest=off");
  world.client.run("set ip int=ppp0 ip=200.100.10.9 mask=255.255.255.255");
  world.isp.run("set ppp template=1 ippool=none");
  world.time.advance(30s);
  CHECK(world.isp.text("show ip route").contains("200.100.10.9"));
}

TEST_CASE("PADT: whoever ends the session, the other side knows at once") {
  IspWorld world;
  REQUIRE(world.comes_up());
  CHECK(world.isp.text("show ppp").contains("ppp0"));
  world.client.run("disable ppp=0");
  world.time.advance(1s);
  CHECK_FALSE(world.isp.text("show ppp").contains("ppp0"));
  world.client.run("enable ppp=0");
  REQUIRE(world.comes_up());
  world.isp.run("disable ppp accessconcentrator");
  world.time.advance(1s);
  CHECK_FALSE(world.up(world.client));
  world.isp.run("enable ppp accessconcentrator");
  CHECK(world.comes_up(120s));
}

TEST_CASE("on demand: the first packet dials, silence hangs up, the next packet dials again") {
  IspWorld world;
  world.client.run("set ppp=0 idle=30");
  world.client.run("reset ppp=0");
  world.isp.run("add ip rou=192.168.10.0 mask=255.255.255.0 blackhole");
  world.time.advance(60s);
  CHECK_FALSE(world.isp.text("show ppp").contains("ppp0"));
  world.pc.ping(world.server.address());
  world.time.advance(5s);
  CHECK(world.isp.text("show ppp").contains("ppp0"));
  CHECK(world.client.text("show ppp idletimer").contains("ppp0         30"));
  world.time.advance(40s);
  CHECK_FALSE(world.isp.text("show ppp").contains("ppp0"));
  world.pc.ping(world.server.address());
  world.time.advance(5s);
  CHECK(world.isp.text("show ppp").contains("ppp0"));
}

TEST_CASE("packets that wait for a link are few") {
  IspWorld world;
  world.isp.run("disable ppp accessconcentrator");
  world.client.run("set ppp=0 idle=30");
  world.client.run("reset ppp=0");
  for (std::size_t i = 0; i <= limits::ppp_held_packets; ++i) {
    world.pc.ping(world.server.address());
    world.time.advance(100ms);
    const std::size_t held = std::min(i + 1, limits::ppp_held_packets);
    CHECK(world.client.text("show ppp txstatus").contains(fmt::format("Packets queued ................. {}\n", held)));
  }
}

TEST_CASE("limits: a link that has carried its megabytes stays down until it is reset") {
  IspWorld world;
  world.client.run("set ppp=0 outdatalimit=1");
  REQUIRE(world.comes_up());
  for (int i = 0; i < 800 && world.up(world.client); ++i) {
    world.pc.ping(world.server.address(), 1400);
    world.time.advance(10ms);
  }
  world.time.advance(60s);
  CHECK_FALSE(world.up(world.client));
  CHECK(world.client.text("show ppp limits").contains("EXCEEDED"));
  world.client.run("reset ppp=0");
  CHECK(world.comes_up());
}

TEST_CASE("two sessions over one port keep apart, each with its routes") {
  IspWorld world;
  REQUIRE(world.comes_up());
  world.client.run("create ppp=1 over=eth0-any");
  world.client.run("set ppp=1 over=eth0-any user=user@ispA password=isppasswdA lqr=off echo=10");
  world.client.run("set ppp=1 bap=off iprequest=on");
  world.client.run("add ip int=ppp1 ip=0.0.0.0");
  world.client.run("reset ppp=1");
  world.time.advance(30s);
  CHECK(world.up(world.client, "ppp1"));
  CHECK(world.client.text("show ip interface=ppp1").contains("200.100.10.2"));
  CHECK(world.client.text("show ppp pppoe").contains("PPP1:"));
  world.client.run("destroy ppp=1");
  CHECK(world.up(world.client));
  CHECK_FALSE(world.client.text("show ip interface").contains("ppp1"));
}
