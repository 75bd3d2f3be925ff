#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("SHOW IP INTERFACE, the LOCAL row and what follows") {
  IpBench router;
  router.run_all(
      {"enable ip", "add ip int=vlan1 ip=192.168.1.1", "add ip int=eth0 ip=200.200.200.1 mask=255.255.255.252"});
  CHECK(router.run("show ip interface") ==
        R"(Interface     Type     IP Address       Bc Fr PArp Filt RIP Met.   SAMode IPSc
Pri. Filt     Pol.Filt Network Mask     MTU   VJC  GRE  OSPF Met.  DBcast Mul.
Garp          VLAN Tag VLAN Pri         InvArp
--------------------------------------------------------------------------------
LOCAL         ---      Not set          -  -  -    ---  --         Pass   --
---           ---      Not set          1500  -    ---  --         ---    ---
On            none     none             -
vlan1         Static   192.168.1.1      1  n  On   ---  01         Pass   No
---           ---      255.255.255.0    1500  -    ---  0000000001 No     Rec
On            none     none             -
eth0          Static   200.200.200.1    1  n  On   ---  01         Pass   No
---           ---      255.255.255.252  1500  -    ---  0000000001 No     Rec
On            none     none             -
--------------------------------------------------------------------------------
)");
  router.run("set ip local ip=10.1.1.1");
  CHECK(router.run("show ip interface").find("LOCAL         ---      10.1.1.1         -  -  -    ---") !=
        std::string::npos);
  router.run_all({"set ip int=eth0 broad=0 fra=yes proxy=strict fil=3 met=5 sam=block pri=200 pol=100 vjc=on gre=7",
                  "set ip int=eth0 ospf=65534 dir=on mul=both gra=off vlant=100 vlanp=7 inv=on"});
  router.eth0.set_link(false);
  CHECK(router.run("show ip int=eth0") ==
        R"(Interface     Type     IP Address       Bc Fr PArp Filt RIP Met.   SAMode IPSc
Pri. Filt     Pol.Filt Network Mask     MTU   VJC  GRE  OSPF Met.  DBcast Mul.
Garp          VLAN Tag VLAN Pri         InvArp
--------------------------------------------------------------------------------
eth0#         Static   200.200.200.1    0  y  Str  3    05         Block  No
200           100      255.255.255.252  1500  On   7    0000065534 Yes    Both
Off           100      7                On
--------------------------------------------------------------------------------
)");
  CHECK(router.run("show ip int=eth1") == "Error (3005264): Interface does not exist.");
}

TEST_CASE("extra local interfaces stand below LOCAL") {
  IpBench router;
  router.two_interfaces();
  CHECK(router.run("set ip local=1 ip=10.1.1.1") == "Error (3005319): Local interface not found.");
  CHECK(router.run("delete ip local=1") == "Error (3005319): Local interface not found.");
  CHECK(router.run("add ip local=1 ip=10.1.1.1 fil=7") == "Info (1005003): Operation successful.");
  CHECK(router.run("add ip local=1 ip=10.1.1.2") == "Error (3005318): Local interface already exists.");
  CHECK(router.run("add ip local=2 ip=10.1.1.1") == "Error (3005272): IP address is already in use.");
  CHECK(router.run("add ip local=2 ip=192.168.1.1") == "Error (3005272): IP address is already in use.");
  CHECK(router.run("add ip local=2 ip=127.0.0.1").starts_with("Error (3005298)"));
  CHECK(router.run("add ip local=2 ip=0.0.0.0").starts_with("Error (3005298)"));
  CHECK(router.run("add ip local=0 ip=10.1.1.2").starts_with("Error (3035"));
  CHECK(router.run("add ip local=16 ip=10.1.1.2").starts_with("Error (3035"));
  const std::string screen = router.run("show ip interface");
  CHECK(screen.find(R"(On            none     none             -
local1        ---      10.1.1.1         -  -  -    7    --         Pass   --
---           ---      255.255.255.255  1500  -    ---  --         ---    ---
On            none     none             -
)") != std::string::npos);
  CHECK(screen.find("local1") > screen.find("LOCAL"));
  CHECK(screen.find("local2") == std::string::npos);
  router.run("purge ip");
  CHECK(router.run("show ip interface").find("local1") == std::string::npos);
}

TEST_CASE("SHOW IP DEBUG has the packets dropped last, while it is enabled") {
  IpBench router;
  router.two_interfaces();
  router.learn(router.vlan1, ip("192.168.1.100"), mac(0x11), ip("192.168.1.1"));
  const auto lose = [&](std::uint16_t port) {
    router.vlan1.inject({router.from_lan(IpBench::udp(ip("192.168.1.100"), ip("10.9.9.9"), 1, port, Bytes(4)))});
  };
  const std::string empty = R"(IP Debug
-------------------------------------------------------------------------------
Interface           Age       Length    Reason
-------------------------------------------------------------------------------
-------------------------------------------------------------------------------
)";
  lose(1);
  CHECK(router.run("show ip debug") == empty);
  router.run("enable ip debug");
  lose(0x1234);
  router.services.time.advance(3s);
  CHECK(router.run("show ip debug") == R"(IP Debug
-------------------------------------------------------------------------------
Interface           Age       Length    Reason
-------------------------------------------------------------------------------
vlan1               3         32        noRoute
  45 00 00 20 12 34 00 00 40 11 93 7b c0 a8 01 64
  0a 09 09 09 00 01 12 34 00 0c 18 83 00 00 00 00
-------------------------------------------------------------------------------
)");
  router.run("disable ip debug");
  lose(2);
  CHECK(router.run("show ip debug").find("00 01 00 02") == std::string::npos);
  router.run("enable ip debug");
  for (std::uint16_t port = 0x2000; port < 0x2000 + 41; ++port) lose(port);
  const std::string full = router.run("show ip debug");
  CHECK(std::ranges::count(full, '\n') == 4 + 40 * 3 + 1);
  CHECK(full.find("00 01 20 00") == std::string::npos);
  CHECK(full.find("00 01 20 01") != std::string::npos);
  CHECK(full.find("00 01 20 28") != std::string::npos);
  router.run("reset ip");
  CHECK(router.run("show ip debug") == empty);
}

TEST_CASE("SHOW IP INTERFACE COUNTER") {
  IpBench router;
  router.two_interfaces();
  router.learn(router.vlan1, ip("192.168.1.100"), mac(0x11), ip("192.168.1.1"));
  const Bytes echo = IpBench::icmp(ip("192.168.1.100"), ip("192.168.1.1"), 8, 0, 1, Bytes(4));
  for (int i = 0; i < 3; ++i) router.vlan1.inject({router.from_lan(echo)});
  router.vlan1.inject({IpBench::ethernet(broadcast_mac, mac(0x11), wire::ether_type::ipv4,
                                         IpBench::udp(ip("192.168.1.100"), ip("192.168.1.255"), 1, 2, Bytes(4)))});
  CHECK(router.run("show ip int=vlan1 counter") ==
        R"(Interface   ifInPkts    ifInBcastPkts   ifInUcastPkts   ifInDiscards
Type        ifOutPkts   ifOutBcastPkts  ifOutUcastPkts  ifOutDiscards
--------------------------------------------------------------------------------
vlan1               4               1               3              0
Static              3               0               3              0
--------------------------------------------------------------------------------
)");
  router.run("reset ip int=vlan1");
  CHECK(router.run("show ip int=vlan1 counter").find("vlan1               0") != std::string::npos);
}

TEST_CASE("an interface needs an enabled module, a link, and an address of its own") {
  IpBench router;
  CHECK(router.run("add ip int=eth0 ip=10.0.0.1") == "Warning (2005267): The IP module is not enabled.");
  CHECK(router.run("enable ip") == "Info (1005287): IP module has been enabled.");
  CHECK(router.run("enable ip") == "Error (3005256): IP module already enabled.");
  CHECK(router.run("add ip int=ETH0-0 ip=10.0.0.1") == "Info (1005275): interface successfully added.");
  CHECK(router.run("add ip int=eth0 ip=10.0.0.1") == "Error (3005270): IP interface is already in use.");
  CHECK(router.run("add ip int=vlan1 ip=10.0.0.1") == "Error (3005272): IP address is already in use.");
  CHECK(router.run("add ip int=vlan1 ip=10.0.0.2") ==
        "Error (3005277): IP network overlaps the network of another interface.");
  for (const char* bad : {"ip=0.0.0.0", "ip=127.0.0.1", "ip=224.0.0.1", "ip=11.0.0.0", "ip=11.255.255.255",
                          "ip=192.168.1.4 mask=255.255.255.252", "ip=192.168.1.1 mask=0.0.0.0"}) {
    CAPTURE(bad);
    CHECK(router.run("add ip int=vlan1 " + std::string(bad)) == "Error (3005273): Invalid IP address or mask.");
  }
  CHECK(router.run("add ip int=vlan1 ip=192.168.1.5 mask=255.255.255.255") ==
        "Info (1005275): interface successfully added.");
  CHECK(router.run("delete ip int=vlan1") == "Info (1005276): interface successfully deleted.");
  CHECK(router.run("delete ip int=vlan1") == "Error (3005264): Interface does not exist.");
  CHECK(router.run("set ip int=vlan1 fra=yes") == "Error (3005264): Interface does not exist.");
  CHECK(router.run("disable ip") == "Info (1005288): IP module has been disabled.");
  CHECK(router.run("disable ip") == "Error (3005257): IP module already disabled.");
}

TEST_CASE("SHOW IP") {
  IpBench router;
  router.two_interfaces();
  router.run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.2");
  CHECK(router.run("show ip") == R"(IP Module Configuration
--------------------------------------------------------------
Module Status .................. ENABLED
IP Packet Forwarding ........... ENABLED
IP Echo Reply .................. ENABLED
Debugging ...................... DISABLED
IP Fragment Offset Filtering ... ENABLED
Default Name Servers
  Primary Name Server .......... Not Set
  Secondary Name Server ........ Not Set
Name Server .................... Not Set
Secondary Name Server .......... Not Set
Source-Routed Packets .......... Discarded
Remote IP address assignment ... DISABLED
DNS Relay ...................... DISABLED
IP ARP LOG ..................... DISABLED
IP ARP refresh by hit .......... ENABLED

Routing Protocols
  RIP Neighbours ............... 0
  EGP Status ................... DISABLED
  Autonomous System Number ..... Not Set
  Transit Traffic .............. DISABLED

ICMP Replies
  Network unreachable .......... ENABLED
  Host unreachable ............. ENABLED
  Redirect ..................... ENABLED

Active Routes .................. 3
IP Filters ..................... 0
IP Interfaces .................. 2
--------------------------------------------------------------
)");
  for (const char* line : {"disable ip for", "disable ip echo", "disable ip fof", "enable ip srcroute",
                           "enable ip arp log", "disable ip icmp=host", "enable ip remote", "enable ip debug"}) {
    CAPTURE(line);
    CHECK(router.run(line) == "Info (1005003): Operation successful.");
  }
  const std::string screen = router.run("show ip");
  CHECK(screen.find("IP Packet Forwarding ........... DISABLED") != std::string::npos);
  CHECK(screen.find("Source-Routed Packets .......... Forwarded") != std::string::npos);
  CHECK(screen.find("  Host unreachable ............. DISABLED") != std::string::npos);
  CHECK(screen.find("  Redirect ..................... ENABLED") != std::string::npos);
  CHECK(router.run("purge ip") == "Info (1005003): Operation successful.");
  CHECK(router.run("show ip").find("IP Interfaces .................. 0") != std::string::npos);
  CHECK(router.dump().empty());
}

TEST_CASE("SHOW IP ARP") {
  IpBench router;
  router.two_interfaces();
  router.learn(router.vlan1, ip("192.168.1.10"), {{0x00, 0x00, 0xf4, 0x11, 0x22, 0x33}}, ip("192.168.1.1"));
  router.run("add ip arp=200.200.200.2 int=eth0 eth=00-00-cd-00-45-c7");
  CHECK(router.run("show ip arp") ==
        R"(Interface       IP Address       Physical Address   ARP Type   Status
-------------------------------------------------------------------------------
eth0            200.200.200.2    00-00-cd-00-45-c7  Static     Active
eth0            200.200.200.255  ff-ff-ff-ff-ff-ff  Other      Active
vlan1           192.168.1.10     00-00-f4-11-22-33  Dynamic    Active
vlan1           192.168.1.255    ff-ff-ff-ff-ff-ff  Other      Active
-------------------------------------------------------------------------------
)");
  CHECK(router.run("show ip arp=192.168.1.10") ==
        R"(Interface       IP Address       Physical Address   ARP Type   Status
-------------------------------------------------------------------------------
vlan1           192.168.1.10     00-00-f4-11-22-33  Dynamic    Active
-------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW IP UDP and SHOW IP HOST") {
  IpBench router;
  router.api->listen_udp(500, "ISAKMP", [](const UdpDatagram&) {});
  router.api->listen_udp(4500, "IPSEC NAT-T", [](const UdpDatagram&) {});
  CHECK(router.run("show ip udp") ==
        R"(Local port      Local address    Remote port     Remote address    Process
------------------------------------------------------------------------------
   500              0.0.0.0           0             0.0.0.0        ISAKMP
  4500              0.0.0.0           0             0.0.0.0        IPSEC NAT-T
------------------------------------------------------------------------------
)");
  CHECK(router.run("add ip host=bulbul ipaddress=192.168.1.1") == "Info (1005003): Operation successful.");
  CHECK(router.run("add ip host=BULBUL ip=192.168.1.2") == "Error (3005295): IP host already exists.");
  CHECK(router.run("set ip host=Bulbul ip=192.168.1.5") == "Info (1005003): Operation successful.");
  CHECK(router.run("show ip host") ==
        R"(IP Address        Host Name
-------------------------------------------------------------------------------
192.168.1.5       bulbul
-------------------------------------------------------------------------------
)");
  CHECK(router.run("delete ip host=bulbul") == "Info (1005003): Operation successful.");
  CHECK(router.run("delete ip host=bulbul") == "Error (3005296): IP host not found.");
}

TEST_CASE("SHOW IP COUNTER by group") {
  IpBench router;
  router.two_interfaces();
  router.learn(router.vlan1, ip("192.168.1.100"), mac(0x11), ip("192.168.1.1"));
  for (int i = 0; i < 12; ++i) {
    router.vlan1.inject({router.from_lan(IpBench::icmp(ip("192.168.1.100"), ip("192.168.1.1"), 8, 0, 1, Bytes(4)))});
  }
  const std::string screen = router.run("show ip counter=ip");
  CHECK(screen.starts_with(R"(IP counters
 inReceives .................... 12      outRequests .................... 12
 inHdrErrors .................... 0      outDiscards ..................... 0
 inAddrErrors ................... 0      outNoRoutes ..................... 0
 forwDatagrams .................. 0      inDelivers ..................... 12
 inUnknownProtos ................ 0      inDiscards ...................... 0
 reasmReqds ..................... 0      reasmOKs ........................ 0
 reasmFails ..................... 0      reasmTimeout ................... 60
 fragOKs ........................ 0      fragFails ....................... 0
 fragCreates .................... 0      routingDiscards ................. 0
)"));
  CHECK(router.run("show ip counter=icmp")
            .find(" inEchos ....................... 12      outEchos ........................ 0\n"
                  " inEchoReps ..................... 0      outEchoReps .................... 12\n") !=
        std::string::npos);
  CHECK(router.run("show ip counter=udp") == R"(UDP counters
 inDatagrams .................... 0      outDatagrams .................... 0
 inErrors ....................... 0      noPorts ......................... 0
)");
  CHECK(router.run("reset ip counter=icmp") == "Info (1005003): Operation successful.");
  CHECK(router.run("show ip counter=icmp").find(" inEchos ........................ 0") != std::string::npos);
  CHECK(router.run("show ip counter=ip").find(" inReceives .................... 12") != std::string::npos);
  router.run("reset ip counter=all");
  CHECK(router.run("show ip counter=ip").find(" inReceives ..................... 0") != std::string::npos);
}

}  // namespace
}  // namespace arrouter::test
