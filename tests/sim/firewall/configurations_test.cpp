// The VPN configurations of reference/isakmp-ipsec.md 5.5 to 5.7, firewall.md 5.5 and 5.6 and configs.md B, as they are
// typed: every line is taken, and the tunnels carry traffic. eth0 with a gateway stands in for ppp0.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// {0} own and {1} far site's third number: WAN 200.100.{0}.1, LAN 192.168.{0}.0/24.
constexpr std::string_view office = R"(ADD USER=secoff PASSWORD=PasswordS PRIVILEGE=SECURITYOFFICER LOGIN=YES
SET USER SECUREDELAY=600
ENABLE IP
ADD IP INT=vlan1 IP=192.168.{0}.1 MASK=255.255.255.0
ADD IP INT=eth0 IP=200.100.{0}.1 MASK=255.255.255.0
ADD IP ROUTE=0.0.0.0 INT=eth0 NEXTHOP=200.100.{0}.254
ENABLE FIREWALL
CREATE FIREWALL POLICY=net
ENABLE FIREWALL POLICY=net ICMP_F=UNREACH,PING
DISABLE FIREWALL POLICY=net IDENTPROXY
ADD FIREWALL POLICY=net INT=vlan1 TYPE=PRIVATE
ADD FIREWALL POLICY=net INT=eth0 TYPE=PUBLIC
ADD FIREWALL POLICY=net NAT=ENHANCED INT=vlan1 GBLINT=eth0
ADD FIREWALL POLICY=net RULE=1 AC=ALLOW INT=eth0 PROT=UDP {2}
ADD FIREWALL POLICY=net RULE=2 AC=NONAT INT=vlan1 PROT=ALL IP=192.168.{0}.1-192.168.{0}.254
SET FIREWALL POLICY=net RULE=2 REMOTEIP=192.168.{1}.1-192.168.{1}.254
ADD FIREWALL POLICY=net RULE=3 AC=NONAT INT=eth0 PROT=ALL IP=192.168.{0}.1-192.168.{0}.254 ENC=IPSEC
CREATE ISAKMP POLICY="i" {3}
CREATE IPSEC SASPEC=1 KEYMAN=ISAKMP PROTOCOL=ESP ENCALG=DES HASHALG=SHA
CREATE IPSEC BUNDLE=1 KEYMAN=ISAKMP STRING="1"
CREATE IPSEC POLICY="isa" INT=eth0 ACTION=PERMIT LPORT=500 RPORT=500 TRANSPORT=UDP
CREATE IPSEC POLICY="vpn" INT=eth0 ACTION=IPSEC KEYMAN=ISAKMP BUNDLE=1 {4}
SET IPSEC POLICY="vpn" LAD=192.168.{0}.0 LMA=255.255.255.0 RAD=192.168.{1}.0 RMA=255.255.255.0
CREATE IPSEC POLICY="inet" INT=eth0 ACTION=PERMIT
ENABLE IPSEC
ENABLE ISAKMP
)";

std::string rule_1(int site) { return fmt::format("GBLPORT=500 GBLIP=200.100.{0}.1 PORT=500 IP=200.100.{0}.1", site); }

struct Place {
  std::string wan = "200.100.10.0", pc = "192.168.10.100", gateway = "192.168.10.1";
};

struct TwoOffices {
  TwoOffices(const std::string& configuration1, const std::string& configuration2, const Place& place1 = {},
             const Place& place2 = {"200.100.20.0", "192.168.20.100", "192.168.20.1"})
      : internet(time),
        one(time, "A", "AR450S", 21),
        two(time, "B", "AR450S", 22),
        pc1(time, "pc1", place1.pc, place1.gateway),
        pc2(time, "pc2", place2.pc, place2.gateway),
        cable1(pc1.port(), one.port("vlan1")),
        cable2(pc2.port(), two.port("vlan1")) {
    internet.connect(one.port("eth0"), place1.wan, 10ms);
    internet.connect(two.port("eth0"), place2.wan, 10ms);
    boot_site(one, configuration1);  // throws when a line is refused
    boot_site(two, configuration2);
  }
  bool ping(Host& from, Host& to) {
    for (int i = 0; i < 4; ++i) {
      const auto before = from.answered();
      from.ping(to.address());
      time.advance(4s);
      if (from.answered() != before) return true;
    }
    return false;
  }
  VirtualTime time;
  Internet internet;
  VirtualRouter one, two;
  Host pc1, pc2;
  MemoryLink cable1, cable2;
};

}  // namespace

TEST_CASE("two offices with fixed addresses") {
  const auto site = [](int own, int far) {
    return fmt::format(fmt::runtime(office), own, far, rule_1(own),
                       fmt::format("PEER=200.100.{}.1 KEY=1 SENDN=TRUE", far), fmt::format("PEER=200.100.{}.1", far));
  };
  TwoOffices world(site(10, 20), site(20, 10));
  CHECK(world.ping(world.pc1, world.pc2));
  CHECK(world.ping(world.pc2, world.pc1));
  // The configuration it writes makes the same router.
  const std::string written = world.one.configuration();
  VirtualRouter copy(world.time, "A", "AR450S", 23);
  copy.boot(written);
  CHECK(copy->refused_at_boot().empty());
  CHECK(copy.configuration() == written);
}

TEST_CASE("a branch with a changing address: aggressive mode, the rule for IKE without GBLIP or with 0.0.0.0") {
  for (const std::string rule : {"GBLPORT=500 GBLIP=0.0.0.0 PORT=500 IP=192.168.20.1", "PORT=500"}) {
    const std::string head =
        fmt::format(fmt::runtime(office), 10, 20, rule_1(10),
                    "PEER=ANY KEY=1 SENDN=TRUE REMOTEID=\"client\" MODE=AGGRESSIVE", "PEER=DYNAMIC ISAKMP=\"i\"");
    const std::string branch =
        fmt::format(fmt::runtime(office), 20, 10, rule,
                    "PEER=200.100.10.1 KEY=1 SENDN=TRUE LOCALID=\"client\" MODE=AGGRESSIVE", "PEER=200.100.10.1");
    TwoOffices world(head, branch);
    CHECK_FALSE(world.ping(world.pc1, world.pc2));  // only the branch can start
    CHECK(world.ping(world.pc2, world.pc1));
    CHECK(world.ping(world.pc1, world.pc2));
  }
}

// Without the lines that answer the clients' L2TP and PPP.
constexpr std::string_view head_office = R"(enable ip
add ip int=vlan1 ip=192.168.140.254 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip route=0.0.0.0 int=eth0 nexthop=200.200.200.254
enable firewall
create firewall policy=main
enable firewall policy=main icmp_f=unreach,ping
add firewall policy=main int=vlan1 type=private
add firewall policy=main int=eth0 type=public
add firewall policy=main nat=enhanced int=vlan1 gblint=eth0
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha
create ipsec sas=2 key=isakmp prot=esp enc=3desouter hasha=sha mode=transport
create ipsec sas=3 key=isakmp prot=esp enc=3desouter hasha=md5 mode=transport
create ipsec sas=4 key=isakmp prot=esp enc=des hasha=sha mode=transport
create ipsec sas=5 key=isakmp prot=esp enc=des hasha=md5 mode=transport
create ipsec bund=1 key=isakmp string="1"
create ipsec bund=2 key=isakmp string="2 or 3 or 4 or 5"
create ipsec pol=isakmp int=eth0 ac=permit lp=500 tra=udp
create ipsec pol=isakmp_float int=eth0 ac=permit lp=4500 tra=udp
create ipsec pol=roaming int=eth0 ac=ipsec key=isakmp bund=2 peer=any isa=roaming
set ipsec pol=roaming lp=1701 tra=udp
create ipsec pol=branch1 int=eth0 ac=ipsec key=isakmp bund=1 peer=222.222.222.1 isa=branch1
set ipsec pol=branch1 lad=192.168.140.0 lma=255.255.255.0 rad=192.168.141.0 rma=255.255.255.0
create ipsec pol=internet int=eth0 ac=permit
ena ipsec
create isakmp pol=roaming pe=any enc=3desouter key=1 natt=true
set isakmp pol=roaming gro=2 sendd=true sendn=true
create isakmp pol=branch1 pe=222.222.222.1 enc=3desouter key=2 natt=true
set isakmp pol=branch1 sendd=true sendn=true heart=both
ena isakmp
add fire poli=main rule=1 ac=allo int=eth0 prot=udp po=500 ip=200.200.200.1 gblip=200.200.200.1 gblp=500
add fire poli=main rule=2 ac=allo int=eth0 prot=udp po=4500 ip=200.200.200.1 gblip=200.200.200.1 gblp=4500
add fire poli=main rule=3 ac=nonat int=eth0 prot=all enc=ips
add fire poli=main rule=4 ac=nonat int=vlan1 prot=all ip=192.168.140.1-192.168.140.254
set fire poli=main rule=4 rem=192.168.141.1-192.168.143.254
)";

constexpr std::string_view branch_office = R"(enable ip
add ip int=vlan1 ip=192.168.141.254 mask=255.255.255.0
add ip int=eth0 ip=222.222.222.1 mask=255.255.255.0
add ip route=0.0.0.0 int=eth0 nexthop=222.222.222.254
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol=isakmp int=eth0 ac=permit lp=500 tra=udp
create ipsec pol=head int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1
set ipsec pol=head lad=192.168.141.0 lma=255.255.255.0 rad=192.168.140.0 rma=255.255.255.0
create ipsec pol=internet int=eth0 ac=permit
ena ipsec
create isakmp pol=head pe=200.200.200.1 enc=3desouter key=2 natt=true
set isakmp pol=head sendd=true sendn=true heart=both
ena isakmp
)";

TEST_CASE("a head office for Windows clients and branches: the branch has its tunnel, and the LAN its way out") {
  TwoOffices world(std::string(head_office), std::string(branch_office),
                   {"200.200.200.0", "192.168.140.27", "192.168.140.254"},
                   {"222.222.222.0", "192.168.141.27", "192.168.141.254"});
  for (VirtualRouter* const router : {&world.one, &world.two}) {
    router->run("create enco key=2 type=general value=\"branch1\"");
  }
  CHECK(world.ping(world.pc1, world.pc2));
  CHECK(world.ping(world.pc2, world.pc1));
  Host stranger(world.time, "stranger", "100.0.0.100", "100.0.0.254");
  world.internet.connect(stranger.port(), "100.0.0.0", 10ms);
  CHECK(world.ping(world.pc1, stranger));
  CHECK_FALSE(world.ping(stranger, world.pc1));
}

TEST_CASE("two policies over three interfaces: each has to permit a packet") {
  VirtualTime time;
  VirtualRouter router(time, "guarded", "AR450S");
  Host lan(time, "lan", "192.168.1.100", "192.168.1.1"), dmz(time, "dmz", "192.168.2.100", "192.168.2.1"),
      wan(time, "wan", "100.0.0.100", "100.0.0.1");
  MemoryLink cable1(lan.port(), router.port("vlan1")), cable2(dmz.port(), router.port("eth1")),
      cable3(wan.port(), router.port("eth0"));
  router.boot(R"(enable ip
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
  CHECK(router->refused_at_boot().empty());
  const auto reaches = [&time](Host& from, Host& to) {
    const auto before = from.answered();
    from.ping(to.address());
    time.advance(2s);
    from.ping(to.address());
    time.advance(2s);
    return from.answered() > before;
  };
  CHECK(reaches(lan, wan));
  CHECK(reaches(dmz, wan));
  CHECK_FALSE(reaches(wan, lan));
  CHECK_FALSE(reaches(wan, dmz));
  CHECK_FALSE(reaches(dmz, lan));
  CHECK_FALSE(reaches(lan, dmz));
  router.run("add firewall poli=guidmz ru=60 ac=allow int=eth0 prot=icmp ip=192.168.2.100");
  router.run("add firewall poli=guidmz ru=61 ac=allow int=vlan1 prot=icmp ip=192.168.2.100");
  CHECK(reaches(wan, dmz));
  CHECK(reaches(lan, dmz));
  CHECK_FALSE(reaches(wan, lan));
  CHECK_FALSE(reaches(dmz, lan));
}
