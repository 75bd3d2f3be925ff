#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"
#include "os/base/limits.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("SHOW IP ROUTE") {
  IpBench router;
  router.run_all(
      {"enable ip", "add ip int=vlan1 ip=192.168.1.1", "add ip int=eth0 ip=200.200.200.1 mask=255.255.255.252"});
  router.services.time.advance(3s);
  CHECK(router.run("add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.2") ==
        "Info (1005274): IP route successfully added.");
  router.services.time.advance(1139s);
  CHECK(router.run("show ip route") == R"(IP Routes
-------------------------------------------------------------------------------
Destination     Mask            NextHop         Interface           Age
DLCI/Circ.      Type    Policy  Protocol        Metrics             Preference
-------------------------------------------------------------------------------
0.0.0.0         0.0.0.0         200.200.200.2   eth0                1139
-               remote  0       static          1                   360
192.168.1.0     255.255.255.0   0.0.0.0         vlan1               1142
-               direct  0       interface       1                   0
200.200.200.0   255.255.255.252 0.0.0.0         eth0                1142
-               direct  0       interface       1                   0
-------------------------------------------------------------------------------
)");
  router.eth0.set_link(false);
  const std::string shown = router.run("show ip route"), full = router.run("show ip route full");
  CHECK(shown.find("0.0.0.0         0.0.0.0         200") == std::string::npos);
  CHECK(full.find("0.0.0.0         0.0.0.0         200.200.200.2   eth0#") != std::string::npos);
  CHECK(router.run("show ip route=192.168.1.0").find("200.200.200.0") == std::string::npos);
}

TEST_CASE("routes are added, changed and deleted by destination, mask, interface and next hop") {
  IpBench router;
  CHECK(router.run("show ip route") == "Info (1005283): No IP routes exist.");
  CHECK(router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.2") ==
        "Warning (2005267): The IP module is not enabled.");
  router.two_interfaces();
  CHECK(router.run("add ip rou=10.1.2.3 int=eth0 next=200.200.200.2 met=16 pref=65535 tag=9") ==
        "Info (1005274): IP route successfully added.");
  CHECK(router.run("show ip route=10.0.0.0").find("10.0.0.0        255.0.0.0       200.200.200.2   eth0") !=
        std::string::npos);
  CHECK(router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.2") == "Error (3005280): IP route already exists.");
  CHECK(router.run("add ip rou=10.0.0.0 int=eth9 next=200.200.200.2") == "Error (3005264): Interface does not exist.");
  CHECK(router.run("set ip rou=10.0.0.0 mask=255.0.0.0 int=eth0 next=200.200.200.2 metric1=2") ==
        "Info (1005003): Operation successful.");
  CHECK(router.run("show ip route=10.0.0.0 full").find("static          2                   65535\nTag 9\n") !=
        std::string::npos);
  CHECK(router.run("delete ip rou=10.0.0.0 mask=255.0.0.0 int=eth0 next=200.200.200.3") ==
        "Error (3005279): IP route not found.");
  CHECK(router.run("delete ip rou=10.0.0.0 mask=255.0.0.0 int=eth0 next=200.200.200.2") ==
        "Info (1005278): IP route successfully deleted.");
  CHECK(router.run("add ip rou=10.0.0.0 blackhole") == "Info (1005274): IP route successfully added.");
  CHECK(router.run("show ip route=10.0.0.0")
            .find("-               other   0       static          1                   5") != std::string::npos);
  CHECK(router.run("set ip rou=10.0.0.0 blackhole pref=7") == "Info (1005003): Operation successful.");
  CHECK(router.run("delete ip rou=10.0.0.0 blackhole mask=255.0.0.0") ==
        "Info (1005278): IP route successfully deleted.");
  CHECK(router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.2 metric=17").starts_with("Error (3035"));
}

TEST_CASE("an interface takes its routes with it") {
  IpBench router;
  router.two_interfaces();
  router.run("add ip rou=10.0.0.0 int=eth0 next=200.200.200.2");
  router.run("delete ip int=eth0");
  const std::string screen = router.run("show ip route full");
  CHECK(screen.find("10.0.0.0") == std::string::npos);
  CHECK(screen.find("200.200.200.0") == std::string::npos);
  CHECK(screen.find("192.168.1.0") != std::string::npos);
}

TEST_CASE("the local interface has a host route") {
  IpBench router;
  router.two_interfaces();
  router.run("set ip local ip=10.1.1.1");
  CHECK(router.run("show ip route=10.1.1.1").find("10.1.1.1        255.255.255.255 0.0.0.0         LOCAL") !=
        std::string::npos);
  router.run("set ip local ip=0.0.0.0");
  CHECK(router.run("show ip route").find("LOCAL") == std::string::npos);
}

TEST_CASE("an extra local interface has a host route of its own") {
  IpBench router;
  router.two_interfaces();
  router.run("set ip local ip=10.1.1.1");
  router.run("add ip local=15 ip=10.1.1.2");
  CHECK(router.run("show ip route=10.1.1.2").find("10.1.1.2        255.255.255.255 0.0.0.0         local15") !=
        std::string::npos);
  CHECK(router.run("show ip route=10.1.1.1").find("LOCAL") != std::string::npos);
  router.run("set ip local=15 ip=10.1.1.3");
  CHECK(router.run("show ip route").find("10.1.1.2") == std::string::npos);
  CHECK(router.run("show ip route=10.1.1.3").find("local15") != std::string::npos);
  router.run("delete ip local=15");
  CHECK(router.run("show ip route").find("local15") == std::string::npos);
}

TEST_CASE("preferences of protocols are kept until they are set to their defaults") {
  IpBench router;
  router.run_all(
      {"set ip rou pref=77 prot=rip", "set ip rou pref=65535 prot=bgp-ext", "set ip rou pref=9 prot=ospf-int"});
  const std::string screen = router.run("show ip route preference");
  CHECK(screen.find("RIP             77\n") != std::string::npos);
  CHECK(screen.find("BGP-EXT         65535\n") != std::string::npos);
  CHECK(screen.find("BGP-INT         170\n") != std::string::npos);
  CHECK(router.dump() == std::vector<std::string>{"set ip rou pref=77 prot=rip", "set ip rou pref=65535 prot=bgp-ext"});
  CHECK(router.run("set ip rou pref=default prot=rip") == "Info (1005003): Operation successful.");
  CHECK(router.dump() == std::vector<std::string>{"set ip rou pref=65535 prot=bgp-ext"});
  router.run("set ip rou pref=5 prot=all");
  CHECK(router.dump().size() == 8);
  router.run("set ip rou pref=def prot=all");
  CHECK(router.dump().empty());
  CHECK(router.run("set ip rou pref=0 prot=rip").starts_with("Error (3035"));
  CHECK(router.run("set ip rou pref=65536 prot=rip").starts_with("Error (3035"));
}

TEST_CASE("a route by template is used and shown, and is in no configuration") {
  IpBench router;
  router.two_interfaces();
  router.run("add ip rou temp=branch int=eth0 next=200.200.200.9 met=3 pref=70");
  const auto before = router.dump();
  CHECK_FALSE(router.api->add_route("nobody", ip("10.1.2.3"), mask_of(24)));
  const auto made = router.api->add_route("BRANCH", ip("10.1.2.3"), mask_of(24));
  REQUIRE(made);
  CHECK_FALSE(router.api->add_route("branch", ip("10.1.2.0"), mask_of(24)));  // it is there already
  CHECK(router.api->route(ip("10.1.2.200"))->next_hop == ip("200.200.200.9"));
  const std::string screen = router.run("show ip route=10.1.2.0");
  CHECK(screen.find("10.1.2.0        255.255.255.0   200.200.200.9   eth0") != std::string::npos);
  CHECK(screen.find("-               remote  0       static          3                   70") != std::string::npos);
  CHECK(router.dump() == before);
  router.run("delete ip rou temp=branch");  // the route stays until it is taken back
  CHECK(router.api->route(ip("10.1.2.200"))->next_hop == ip("200.200.200.9"));
  router.api->remove_route(*made);
  CHECK_FALSE(router.api->route(ip("10.1.2.200")));
}

TEST_CASE("templates, preferences, cache and counts") {
  IpBench router;
  router.two_interfaces();
  CHECK(router.run("add ip rou temp=branch int=eth0 next=200.200.200.2 pref=80") ==
        "Info (1005003): Operation successful.");
  CHECK(router.run("add ip rou temp=branch int=eth0 next=200.200.200.2") ==
        "Error (3005284): IP route template already exists.");
  CHECK(router.run("set ip rou temp=branch met=3") == "Info (1005003): Operation successful.");
  CHECK(router.run("show ip route template=BRANCH") == R"(IP Route Templates
-------------------------------------------------------------------------------
Name ............ branch
Interface ....... eth0
Next Hop ........ 200.200.200.2
Policy .......... 0
Metric1 ......... 3
Metric2 ......... 1
Preference ...... 80
Tag ............. -
-------------------------------------------------------------------------------
)");
  router.run("add ip rou temp=other int=vlan1 next=192.168.1.9 tag=7");
  CHECK(router.run("show ip route template=branch").find("other") == std::string::npos);
  CHECK(router.run("show ip rou temp").find("Name ............ other\n") != std::string::npos);
  CHECK(router.run("show ip rou temp=nobody") == "Error (3005285): IP route template not found.");
  router.run("delete ip rou temp=other");
  CHECK(router.dump().back() == "add ip rou temp=\"branch\" int=eth0 next=200.200.200.2 met=3 pref=80");
  CHECK(router.run("delete ip rou temp=branch") == "Info (1005003): Operation successful.");
  CHECK(router.run("delete ip rou temp=branch") == "Error (3005285): IP route template not found.");
  CHECK(router.run("show ip route preference") == R"(IP Route Preference
Protocol        Preference
---------------------------
RIP             100
OSPF-INTRA      10
OSPF-INTER      11
OSPF-EXT1       150
OSPF-EXT2       151
OSPF-OTHER      152
BGP-INT         170
BGP-EXT         170
)");
  router.run("enable ip route count");
  router.learn(router.vlan1, ip("192.168.1.100"), mac(0x11), ip("192.168.1.1"));
  for (int i = 0; i < 3; ++i) {
    router.vlan1.inject({router.from_lan(IpBench::udp(ip("192.168.1.100"), ip("200.200.200.9"), 1, 2, Bytes(4)))});
  }
  CHECK(router.run("show ip route cache").find("200.200.200.9   200.200.200.9   eth0") != std::string::npos);
  CHECK(
      router.run("show ip route count").find("200.200.200.0   255.255.255.0   0.0.0.0         eth0                3") !=
      std::string::npos);
  CHECK(router.run("show ip route general")
            .starts_with("IP Route General Information\n"
                         "-------------------------------------------------------------------------------\n"
                         "Number of routes ............ 2        Route cache size ............ 1024\n"
                         "Number of interface routes .. 2        "));
  router.run("disable ip route cache");
  CHECK(router.api->route(ip("200.200.200.9")).has_value());
}

TEST_CASE("the table is full at its limit") {
  IpBench router;
  router.two_interfaces();
  std::string reply;
  std::size_t added = 2;  // connected routes
  for (std::size_t i = 0; i + 2 < limits::routes + 1; ++i) {
    const Ipv4Address to(static_cast<std::uint32_t>(0x0a000000 + i * 256));
    reply = router.run("add ip rou=" + to_string(to) + " mask=255.255.255.0 int=eth0 next=200.200.200.2");
    if (reply.starts_with("Info")) ++added;
  }
  CHECK(reply == "Error (3005281): IP route table is full.");
  CHECK(added == limits::routes);
  const std::string next = "add ip rou=172.16.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.2";
  CHECK(router.run(fmt::format("lab set ip maxroutes={}", limits::routes + 1)).starts_with("Info"));
  CHECK(router.run(next).starts_with("Info"));
  CHECK(router.run("add ip rou=172.17.0.0 int=eth0 next=200.200.200.2") == reply);
  CHECK(router.run("lab set ip maxroutes=0").starts_with("Error"));
  CHECK(router.run("lab set ip maxroutes=1000001").starts_with("Error"));
}

/// A configuration is what it writes: dump, a fresh router, dump again.
TEST_CASE("the configuration script gives the same router again") {
  IpBench router;
  CHECK(router.dump().empty());
  router.run_all({"enable ip", "add ip int=vlan1 ip=192.168.1.1",
                  "add ip int=eth0 ip=200.200.200.1 mask=255.255.255.252",
                  "add ip rou=0.0.0.0 int=eth0 next=200.200.200.2"});
  CHECK(router.dump() == std::vector<std::string>{"enable ip", "add ip int=vlan1 ip=192.168.1.1",
                                                  "add ip int=eth0 ip=200.200.200.1 mask=255.255.255.252",
                                                  "add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.2"});
  router.run_all(
      {"add ip int=eth0-1 ip=10.0.0.1 broad=0 dir=yes fil=99 flush=on fra=yes gra=off gre=100 igmp=upstream "
       "inv=on mul=send ospf=2 pol=199 pri=299 proxy=defroute ripm=16 sam=block vjc=on vlanp=0 vlant=4094",
       "set ip int=vlan1 mul=off proxy=off fil=0",
       "disable ip int=eth0-1",
       "set ip local ip=172.16.0.1 fil=299 pol=1 pri=2 ripm=3 ospf=4 gre=5",
       "add ip local=2 ip=172.16.0.2 fil=298 pol=2 pri=3 ripm=4 ospf=5 gre=6",
       "set ip rou pref=12 prot=ospf-intra",
       "enable ip advertise",
       "add ip arp=192.168.1.9 int=vlan1 eth=00-00-cd-00-11-22 port=3",
       "add ip rou=10.2.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.2 met=2 metric2=3 poli=4 pref=5 tag=6",
       "add ip rou=10.3.0.0 mask=255.255.0.0 blackhole met=2 pref=5",
       "add ip rou temp=\"one two\" int=eth0 next=0.0.0.0",
       "add ip host=\"a b\" ip=1.2.3.4",
       "disable ip for",
       "disable ip echo",
       "disable ip icmp=net",
       "disable ip icmp=red",
       "disable ip fof",
       "enable ip srcroute",
       "enable ip debug",
       "enable ip remote",
       "enable ip arp log",
       "enable ip arp agepoll",
       "enable ip mac",
       "disable ip rou cache",
       "enable ip rou count",
       "disable ip rou multipath",
       "disable ip spoofcheck",
       "set ip arp timeout=7",
       "set ip arpwait=2",
       "set ping 1.2.3.4 sipadd=192.168.1.1 num=continuous len=100 time=2 del=3 tos=4 patt=abcd scr=no",
       "set trace 1.2.3.5 so=192.168.1.1 num=4 time=5 tos=6 port=7 mint=8 maxt=9 addro=no scr=no"});
  const auto before = router.dump();
  CHECK(before.size() == 34);
  const auto replay = [](const std::vector<std::string>& lines) {
    IpBench fresh;
    for (const std::string& line : lines) {
      CAPTURE(line);
      CHECK(fresh.run(line).starts_with("Info"));
    }
    return fresh.dump();
  };
  CHECK(replay(before) == before);
  // A disabled module keeps its configuration, and the script does so too.
  router.run("disable ip");
  const auto disabled = router.dump();
  CHECK(disabled.back() == "disable ip");
  CHECK(replay(disabled) == disabled);
}

}  // namespace
}  // namespace arrouter::test
