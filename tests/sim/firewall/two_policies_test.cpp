// The firewall of an AR450S as its GUI makes it (reference/configs.md B): one policy for the LAN, one for the DMZ.
#include <catch2/catch.hpp>

#include "tests/support/configuration.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("two policies over three interfaces: each has to permit a packet") {
  VirtualTime time;
  VirtualRouter router(time, "guarded", "AR450S");
  Host lan(time, "lan", "192.168.1.100", "192.168.1.1"), dmz(time, "dmz", "192.168.2.100", "192.168.2.1"),
      wan(time, "wan", "100.0.0.100", "100.0.0.1");
  MemoryLink cable1(lan.port(), router.port("vlan1")), cable2(dmz.port(), router.port("eth1")),
      cable3(wan.port(), router.port("eth0"));
  boot_clean(router, R"(enable ip
add ip int=vlan1 ip=192.168.1.1
add ip int=eth1 ip=192.168.2.1
add ip int=eth0 ip=100.0.0.1 mask=255.255.255.0
enable firewall
create firewall policy="guidmz"
create firewall policy="guilan"
add firewall policy="guidmz" int=eth1 type=private
add firewall policy="guidmz" int=vlan1 type=public
add firewall policy="guidmz" int=eth0 type=public
add firewall policy="guilan" int=vlan1 type=private
add firewall policy="guilan" int=eth1 type=public
add firewall policy="guilan" int=eth0 type=public
enable firewall policy="guidmz" icmp_f=ping
enable firewall policy="guilan" icmp_f=ping
)");
  CHECK(lan.reaches(wan.address()));
  CHECK(dmz.reaches(wan.address()));
  CHECK_FALSE(wan.reaches(lan.address()));
  CHECK_FALSE(wan.reaches(dmz.address()));
  CHECK_FALSE(dmz.reaches(lan.address()));
  CHECK_FALSE(lan.reaches(dmz.address()));
  router.run("add firewall poli=guidmz ru=60 ac=allow int=eth0 prot=icmp ip=192.168.2.100");
  router.run("add firewall poli=guidmz ru=61 ac=allow int=vlan1 prot=icmp ip=192.168.2.100");
  CHECK(wan.reaches(dmz.address()));
  CHECK(lan.reaches(dmz.address()));
  CHECK_FALSE(wan.reaches(lan.address()));
  CHECK_FALSE(dmz.reaches(lan.address()));
}
