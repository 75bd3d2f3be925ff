// The screens of reference/firewall.md 4, character by character.
#include <catch2/catch.hpp>

#include "modules/firewall/firewall_module.h"
#include "tests/screens/firewall/net.h"

namespace arrouter::test {
namespace {

const Bytes data(16, 9);

}  // namespace

TEST_CASE("SHOW FIREWALL") {
  Net net;
  net.out(FireBench::udp(lan_host, server, 1059, 53, data));
  CHECK(net.run("show firewall") == R"(Firewall Configuration

  Status .................... enabled
  Enabled Notify Options .... manager
  Notify Port ............... 0
  Notify Mail To ............
  Maximum Packet Fragments .. 20
  Sessions:
    Maximum ................. 4000
    Peak .................... 1
    Active .................. 1

  SIP ALG ................... disabled

Policy : net

  Private Interface : vlan1
    Trust Private ................... yes

  Public Interface : eth0
    Method .......................... dynamic
    NAT ............................. enhanced
      Private Interface ............. vlan1
      Global IP ..................... 200.200.200.1
)");
}

TEST_CASE("SHOW FIREWALL POLICY") {
  Net net;
  CHECK(net.run("show firewall policy=net") == R"(Policy : net
  TCP Timeout (s) ................... 3600
  UDP Timeout (s) ................... 1200
  Other Timeout (s) ................. 1200
  TCP Handshake Timeout Mode ........ Normal
  MAC Cache Timeout (m) ............. 1440
  RADIUS Limit ...................... 100
  Accounting ........................ disabled
  Enabled Logging Options ........... none
  Enabled Debug Options ............. none
  Enhanced Fragment Handling ........ none
  Identification Protocol Proxy ..... enabled
  Enabled IP options ................ none
  Enabled ICMP forwarding ........... unreachable ping
  Receive of ICMP PINGS ............. enabled
  Number of Notifications ........... 0
  Number of Deny Events ............. 0
  Number of Allow Events ............ 0
  Number of Active TCP Opens ........ 0
  Number of Active Sessions ......... 0
  Cache Hits ........................ 0
  Discarded ICMP Packets ............ 0
  SMTP Domain ....................... not set
  FTP Data Port ..................... RFC enforced
  TCP Setup Proxy ................... enabled
  UPnP .............................. disabled
  Limit Rules ....................... 0

  Private Interface : vlan1
    Trust Private ................... yes

    Rule ............................ 2
      Action ........................ nonat
      IP ............................ 192.168.10.0 - 192.168.10.255
      Remote IP ..................... 192.168.20.0 - 192.168.20.255
      Protocol ...................... all
      Days .......................... all
      Number of Hits ................ 0

  Public Interface : eth0
    Method .......................... dynamic
    NAT ............................. enhanced
      Private Interface ............. vlan1
      Global IP ..................... 200.200.200.1

    Rule ............................ 1
      Action ........................ allow
      IP ............................ 200.200.200.1
      Protocol ...................... UDP
      Port .......................... 500
      Global IP ..................... 200.200.200.1
      Global Port ................... 500
      Days .......................... all
      Number of Hits ................ 0

    Rule ............................ 3
      Action ........................ nonat
      Protocol ...................... all
      Encapsulation ................. IPSEC
      Days .......................... all
      Number of Hits ................ 0
)");
  CHECK(net.run("show firewall policy=nat") == "Error (3077256): Firewall policy not found.");
}

TEST_CASE("SHOW FIREWALL POLICY COUNTER") {
  Net net;
  net.out(FireBench::udp(lan_host, server, 1059, 53, data));
  net.in(FireBench::udp(server, wan, 1, 2, data));
  CHECK(net.run("show firewall policy=net counter") == R"(Policy : net

  Private Interface : vlan1
    Total Packets Received .......... 1
    Number Dropped Packets .......... 0
    Number Unknown IP Protocol ...... 0
    Number Bad ICMP Packets ......... 0
    Number Dumped ICMP Packets ...... 0
    Number Spoofing Packets ......... 0
    Number Dropped GBLIP Zero Pkts .. 0
    Number No Spare Entries ......... 0

  Public Interface : eth0
    Total Packets Received .......... 1
    Number Dropped Packets .......... 1
    Number Unknown IP Protocol ...... 0
    Number Bad ICMP Packets ......... 0
    Number Dumped ICMP Packets ...... 0
    Number Spoofing Packets ......... 0
    Number Dropped GBLIP Zero Pkts .. 0
    Number No Spare Entries ......... 0
)");
}

TEST_CASE("SHOW FIREWALL SESSION") {
  FireBench net{"add firewall policy=net nat=standard int=vlan1 ip=192.168.1.100 gblint=eth0 gblip=200.200.200.7"};
  namespace flag = wire::tcp_flag;
  net.out(FireBench::tcp(lan_host, server, 1059, 80, flag::syn, 1000));
  net.in(FireBench::tcp(server, ip("200.200.200.7"), 80, 1059, flag::syn | flag::ack, 500, 1001));
  net.out(FireBench::tcp(lan_host, server, 1059, 80, flag::ack, 1001, 501));
  net.wait(std::chrono::seconds(6));
  net.out(FireBench::udp(lan_host, server, 4006, 53, data));
  CHECK(net.run("show firewall session counter") == R"(Policy : net
Current Sessions
-------------------------------------------------------------------------------
0001      IP: 192.168.1.100:1059           Remote IP: 8.8.8.8:80
TCP       Gbl IP: 200.200.200.7:1059       Gbl Remote IP: 8.8.8.8:80
          TCP state .................... established
          Start time ................... 11:00:00 02-Feb-2007
          Seconds to deletion .......... 3594
          Packets from private IP ...... 2
          Octets from private IP ....... 80
          Packets to private IP ........ 1
          Octets to private IP ......... 40
-------------------------------------------------------------------------------
0002      IP: 192.168.1.100:4006           Remote IP: 8.8.8.8:53
UDP       Gbl IP: 200.200.200.7:4006       Gbl Remote IP: 8.8.8.8:53
          Start time ................... 11:00:06 02-Feb-2007
          Seconds to deletion .......... 300
          Packets from private IP ...... 1
          Octets from private IP ....... 44
          Packets to private IP ........ 0
          Octets to private IP ......... 0
-------------------------------------------------------------------------------
)");
  CHECK(net.run("show firewall session summary") == R"(Policy : net
  TCP .................................. 1
  UDP .................................. 1
  ICMP ................................. 0
  Other ................................ 0
  Total ................................ 2
)");
  constexpr std::string_view none = R"(Policy : net
Current Sessions
-------------------------------------------------------------------------------
)";
  CHECK(net.run("show firewall session=0003") == none);
  CHECK(net.run("show firewall session port=81-1058") == none);
  CHECK(net.run("show firewall session ip=192.168.1.101") == none);
  CHECK(net.run("show firewall session gblip=200.200.200.8") == none);
  CHECK(net.run("show firewall session protocol=icmp") == none);
  CHECK(net.run("show firewall session=1 port=80 ip=192.168.1.1-192.168.1.255 remoteip=8.8.8.8 protocol=tcp")
            .find("0001      IP") != std::string::npos);
}

TEST_CASE("SHOW FIREWALL EVENT") {
  Net net;
  net.in(FireBench::tcp(server, wan, 1025, 80, wire::tcp_flag::syn));
  net.in(FireBench::tcp(server, wan, 1026, 80, wire::tcp_flag::syn));
  net.good("delete firewall policy=net nat=enhanced int=vlan1 gblint=eth0");
  net.out(FireBench::udp(lan_host, server, 4006, 53, data));
  CHECK(net.run("show firewall event") == R"(Policy : net - Notify Events:
Date/Time   Dir Prot  Number IP:Port     <Dest> IP:Port /Reason /IP header
-------------------------------------------------------------------------------
-------------------------------------------------------------------------------

Policy : net - Deny Events:
Date/Time   Dir Prot  Number IP:Port     <Dest> IP:Port /Reason /IP header
-------------------------------------------------------------------------------
02 11:00:00 IN  TCP        2 8.8.8.8:1025         200.200.200.1:80
    Policy rejected
    45000028123400004006c7c208080808c8c8c80104010050000003e8000000005002ffff
    06d00000
-------------------------------------------------------------------------------

Policy : net - Allow Events:
Date/Time   Dir Prot  IP:Port  <map> Gbl IP:Port     Gbl Dest IP:Port
-------------------------------------------------------------------------------
02 11:00:00 OUT UDP   192.168.1.100:4006  192.168.1.100:4006  8.8.8.8:53
-------------------------------------------------------------------------------
)");
  net.in(FireBench::udp(server, wan, 1, 2, data));
  CHECK(net.run("show firewall event=deny tail=1").find("TCP") == std::string::npos);
  CHECK(net.run("show firewall event=deny reverse=1").find("TCP") == std::string::npos);
}

TEST_CASE("SHOW FIREWALL EVENT=NOTIFY and POLICY ATTACK") {
  Net net;
  net.good("set firewall policy=net attack=portscan intrigger=1 outtrigger=4294967295 detail=0 time=1");
  for (std::uint16_t port = 20; port < 24; ++port) net.in(FireBench::tcp(server, wan, 1025, port, wire::tcp_flag::syn));
  net.wait(std::chrono::seconds(120));
  CHECK(net.run("show firewall event=notify") == R"(Policy : net - Notify Events:
Date/Time   Dir Prot  Number IP:Port     <Dest> IP:Port /Reason /IP header
-------------------------------------------------------------------------------
02 11:00:00 IN  TCP        1 8.8.8.8:1025         200.200.200.1:22
    Port scan
02 11:02:00 IN  TCP        1 8.8.8.8:1025         200.200.200.1:22
    Port scan has finished
-------------------------------------------------------------------------------
)");
  CHECK(net.run("show firewall policy=net attack") == R"(Policy : net

  Attack        InTrigger  OutTrigger  Detail  Time(min)
  ------------------------------------------------------
  DoSFlood             80          80       5          2
  Fragment              1           1       1          2
  HostScan             64         128       5          2
  IPSpoof               1           1       1          2
  Land                  1           1       1          2
  PingOfDeath           1           1       1          2
  PortScan              1  4294967295       0          1
  SMTPRelay             1           1       1          2
  Smurf                 1           1       1          2
  SmurfAmp              1           1       1          2
  Spam                  1           1       1          2
  SYNAttack            32         128       5          2
  TCPTiny               1           1       1          2
  UDPAttack            32         128       5          2
)");
}

TEST_CASE("SHOW FIREWALL ACCOUNTING") {
  Net net;
  net.good("enable firewall policy=net accounting");
  namespace flag = wire::tcp_flag;
  const std::uint16_t mapped =
      FireBench::key(net.out(FireBench::tcp(lan_host, server, 1036, 80, flag::syn, 1))).source.port;
  net.in(FireBench::tcp(server, wan, 80, mapped, flag::syn | flag::ack, 5, 2));
  net.out(FireBench::tcp(lan_host, server, 1036, 80, flag::ack, 2, 6));
  net.wait(std::chrono::seconds(5));
  net.good("delete firewall session=all");
  net.out(FireBench::udp(lan_host, server, 4006, 53, data));
  CHECK(net.run("show firewall accounting") == R"(Policy : net
 Date/Time   Event  Dir Prot IP:Port <-> Dest IP:Port /Traffic statistics
-------------------------------------------------------------------------------
 02 11:00:00 START  OUT TCP  192.168.1.100:1036 8.8.8.8:80
 02 11:00:05 END    OUT TCP  192.168.1.100:1036 8.8.8.8:80
      Traffic out 2:80 in 1:40
 02 11:00:05 START  OUT UDP  192.168.1.100:4006 8.8.8.8:53
-------------------------------------------------------------------------------
)");
  CHECK(net.run("show firewall accounting tail=1").find("TCP") == std::string::npos);
  CHECK(net.run("show firewall accounting reverse=2").find("START  OUT TCP") == std::string::npos);
  REQUIRE(net.services.records.size() == 3);
  CHECK(net.services.records[1].message == "end OUT TCP 192.168.1.100:1036 8.8.8.8:80 Traffic out 2:80 in 1:40");
  CHECK(net.services.records[1].subtype == "ACCO");
  CHECK(net.services.records[1].severity == LogSeverity::info);
}

TEST_CASE("SHOW FIREWALL MONITOR") {
  Net net;
  net.good("add firewall monitor=7 ip=192.168.1.100 copyto=vlan1 applyto=private");
  CHECK(net.run("add firewall monitor=7 ip=1.1.1.1 copyto=vlan1") == "Error (3077283): Entry already exists.");
  CHECK(net.run("add firewall monitor=8 ip=1.1.1.1 copyto=eth5") == "Error (3077260): Interface not found.");
  CHECK(net.run("set firewall monitor=8 ip=1.1.1.1") == "Error (3077282): Entry not found.");
  CHECK(net.run("show firewall monitor") == R"(Firewall Monitors

  Status .................... disabled

  Monitor ................... 7
    IP ...................... 192.168.1.100
    Copy To ................. vlan1
    Apply To ................ private
)");
}

TEST_CASE("LOG= writes a line for what it names") {
  Net net;
  net.good("enable firewall policy=net log=indeny,outaudp");
  net.in(FireBench::tcp(server, wan, 3022, 139, wire::tcp_flag::syn));
  net.good("delete firewall policy=net nat=enhanced int=vlan1 gblint=eth0");
  net.out(FireBench::udp(lan_host, server, 4006, 53, data));
  net.out(FireBench::tcp(lan_host, server, 4006, 53, wire::tcp_flag::syn));
  REQUIRE(net.services.records.size() == 2);
  const LogRecord& denied = net.services.records[0];
  CHECK(denied.message == "TCP - Source 8.8.8.8:3022 Dest 200.200.200.1:139");
  CHECK(denied.type == "FIRE");
  CHECK(denied.subtype == "INDTC");
  CHECK(denied.severity == LogSeverity::notice);
  CHECK(net.services.records[1].message == "UDP - Source 192.168.1.100:4006 Dest 8.8.8.8:53");
  CHECK(net.services.records[1].subtype == "OUTAU");
}

}  // namespace arrouter::test
