// L2TP between whole routers: lines between two offices, and a client inside IPsec transport mode as Windows does it
// (reference/links.md 16 X3 and X5, isakmp-ipsec.md 5.7).
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// Boots and shows every refused line.
void boot_clean(VirtualRouter& router, std::string_view configuration) {
  router.boot(configuration);
  for (const RefusedLine& line : router->refused_at_boot()) {
    FAIL_CHECK(line.line << " -> " << line.outcome.line());
  }
}

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

/// isakmp-ipsec.md 5.7, the office; the keys are typed.
constexpr std::string_view office_lines = R"(set system name="office"
add user=dialin1 pass=friend1 lo=no
create ppp template=1
set ppp template=1 bap=off ippool=roaming authentication=chap echo=10 lqr=off
enable ip
add ip int=vlan1 ip=192.168.140.1 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.254
create ip pool=roaming ip=192.168.143.1-192.168.143.50
ena l2tp
ena l2tp server=both
add l2tp ip=1.1.1.1-255.255.255.254 ppptemplate=1
create ipsec sas=2 key=isakmp prot=esp enc=3desouter hasha=sha mode=transport
create ipsec sas=3 key=isakmp prot=esp enc=3desouter hasha=md5 mode=transport
create ipsec sas=4 key=isakmp prot=esp enc=des hasha=sha mode=transport
create ipsec sas=5 key=isakmp prot=esp enc=des hasha=md5 mode=transport
create ipsec bund=2 key=isakmp string="2 or 3 or 4 or 5"
create ipsec pol=isakmp int=eth0 ac=permit lp=500 tra=udp
create ipsec pol=isakmp_float int=eth0 ac=permit lp=4500 tra=udp
create ipsec pol=roaming int=eth0 ac=ipsec key=isakmp bund=2 peer=any isa=roaming
set ipsec pol=roaming lp=1701 tra=udp
create ipsec pol=internet int=eth0 ac=permit
ena ipsec
create isakmp pol=roaming pe=any enc=3desouter key=1 natt=true
set isakmp pol=roaming gro=2 sendd=true sendn=true
ena isakmp
)";

constexpr std::string_view client_lines = R"(set system name="client"
add l2tp call=office type=virtual ip=200.200.200.1
create ppp=0 over=tnl-office
set ppp=0 bap=off lqr=off echo=10 iprequest=on username=dialin1 password=friend1
enable l2tp
enable ip
enable ip remote
add ip int=eth0 ip=100.100.100.1 mask=255.255.255.0
add ip int=ppp0 ip=0.0.0.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
add ip rou=192.168.140.0 mask=255.255.255.0 int=ppp0 next=0.0.0.0
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha mode=transport
create ipsec bund=1 key=isakmp string="1"
create ipsec pol=isakmp int=eth0 ac=permit lp=500 tra=udp
create ipsec pol=isakmp_float int=eth0 ac=permit lp=4500 tra=udp
create ipsec pol=office int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 isa=office
set ipsec pol=office lp=1701 rp=1701 tra=udp
create ipsec pol=internet int=eth0 ac=permit
ena ipsec
create isakmp pol=office pe=200.200.200.1 enc=3desouter key=1 natt=true gro=2
set isakmp pol=office sendd=true sendn=true
ena isakmp
)";

struct World {
  World(std::string_view near_lines, std::string_view far_lines, std::string_view key = {}, Nat* nat = nullptr) {
    internet.connect(near.port("eth0"), "100.100.100.0", 10ms, nat);
    internet.connect(far.port("eth0"), "200.200.200.0", 10ms);
    lan1.emplace(pc1.port(), near.port("vlan1"));
    lan2.emplace(pc2.port(), far.port("vlan1"));
    boot_clean(far, far_lines);
    boot_clean(near, near_lines);
    if (key.empty()) return;
    for (VirtualRouter* const router : {&near, &far}) {
      CHECK_FALSE(router->run(fmt::format("create enco key=1 type=general value={}", key)).outcome.failed());
    }
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
  World world(east_lines, west_lines);
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

TEST_CASE("a client inside IPsec transport mode gets an address of the pool") {
  World world(client_lines, office_lines, "roaming");
  world.time.advance(60s);
  CHECK(world.near.text("show ip interface=ppp0").contains("192.168.143."));
  CHECK(world.near.text("show ipsec sa").contains("Valid"));
  CHECK(world.far.text("show l2tp tunnel").contains("Remote Hostname ............. client"));
  CHECK(world.far.text("show ip interface").contains("ppp0"));
  world.near.run("ping 192.168.140.27 number=5");
  world.time.advance(10s);
  CHECK(world.pc2.requests_seen() == 5);
  SECTION("and its interface goes with the call") {
    world.near.run("destroy ppp=0");
    world.time.advance(5s);
    CHECK_FALSE(world.far.text("show ip interface").contains("ppp0"));
  }
}

TEST_CASE("a wrong password ends the call, and a right one later succeeds") {
  World world(client_lines, office_lines, "roaming");
  world.near.run("set ppp=0 password=wrong");
  world.time.advance(60s);
  CHECK_FALSE(world.near.text("show ip interface=ppp0").contains("192.168.143."));
  world.near.run("set ppp=0 password=friend1");
  world.near.run("reset ppp=0");
  world.time.advance(120s);
  CHECK(world.near.text("show ip interface=ppp0").contains("192.168.143."));
}
