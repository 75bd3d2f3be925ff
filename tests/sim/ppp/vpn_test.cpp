// The printed configurations with PPPoE: reference/configs.md C, isakmp-ipsec.md 5.5 and 5.6, firewall.md 5.3.
#include <fmt/format.h>

#include "os/base/text.h"
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

/// Two subscribers: east has an address of its own, west gets one from the pool.
constexpr std::string_view provider = R"(set system name="isp"
ADD USER=user@ispA PASS=pwispA LOGIN=NO
ADD USER=user@ispB PASS=pwispB LOGIN=NO
CREATE PPP TEMPLATE=1 AUTHENTICATION=CHAP LQR=OFF ECHO=10 BAP=OFF
CREATE PPP TEMPLATE=2 COPY=1 IPPOOL=west
ADD PPP ACSERVICE=east TEMPLATE=1 ACINTERFACE=eth0
ADD PPP ACSERVICE=west TEMPLATE=2 ACINTERFACE=eth1
ENABLE PPP ACCESSCONCENTRATOR
ENABLE IP
ADD IP INT=vlan1 IP=10.0.0.1 MASK=255.255.255.0
CREATE IP POOL=west IP=200.100.20.1
)";

struct Office {
  std::string lan, remote, wan, isp, ppp, isakmp, ipsec, rule;
};

/// `value` in the place of each `mark`.
void put(std::string& text, std::string_view mark, std::string_view value) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) {
    text.replace(at, mark.size(), value);
  }
}

/// reference/configs.md C with what differs between the two offices.
std::string office(const Office& of) {
  std::string text = R"(ADD USER=secoff PASSWORD=PasswordS PRIVILEGE=SECURITYOFFICER
CREATE PPP=0 OVER=eth0-ANY
SET PPP=0 OVER=eth0-ANY USERNAME=user@@isp@ PASSWORD=pw@isp@ LQR=OFF BAP=OFF ECHO=ON@ppp@
ENABLE IP@remote assign@
ADD IP INT=vlan1 IP=@lan@.1 MASK=255.255.255.0
ADD IP INT=ppp0 IP=@wan@
ADD IP ROUTE=0.0.0.0 MASK=0.0.0.0 INT=ppp0 NEXTHOP=0.0.0.0
ENABLE FIREWALL
CREATE FIREWALL POLICY=net
ENABLE FIREWALL POLICY=net ICMP_F=UNREACH,PING
DISABLE FIREWALL POLICY=net IDENTPROXY
ADD FIREWALL POLICY=net INT=vlan1 TYPE=PRIVATE
ADD FIREWALL POLICY=net INT=ppp0 TYPE=PUBLIC
ADD FIREWALL POLICY=net NAT=ENHANCED INT=vlan1 GBLINT=ppp0
ADD FIREWALL POLICY=net RU=1 AC=ALLOW INT=ppp0 PROT=UDP GBLPORT=500 @rule@ PORT=500
ADD FIREWALL POLICY=net RU=2 AC=NONAT INT=vlan1 PROT=ALL IP=@lan@.1-@lan@.254
SET FIREWALL POLICY=net RU=2 REMOTEIP=@remote@.1-@remote@.254
ADD FIREWALL POLICY=net RU=3 AC=NONAT INT=ppp0 PROT=ALL IP=@lan@.1-@lan@.254 ENCAP=IPSEC
CREATE ISAKMP POLICY="i" @isakmp@ KEY=1 SENDN=TRUE
CREATE IPSEC SASPEC=1 KEYMAN=ISAKMP PROTOCOL=ESP ENCALG=DES HASHALG=SHA
CREATE IPSEC BUNDLE=1 KEYMAN=ISAKMP STRING="1"
CREATE IPSEC POLICY="isa" INT=ppp0 ACTION=PERMIT LPORT=500 TRANSPORT=UDP
CREATE IPSEC POLICY="vpn" INT=ppp0 ACTION=IPSEC KEYMAN=ISAKMP BUNDLE=1 @ipsec@
SET IPSEC POLICY="vpn" LAD=@lan@.0 LMA=255.255.255.0 RAD=@remote@.0 RMA=255.255.255.0
CREATE IPSEC POLICY="inet" INT=ppp0 ACTION=PERMIT
ENABLE IPSEC
ENABLE ISAKMP
)";
  const auto replace = [&](std::string_view mark, std::string_view value) { put(text, mark, value); };
  replace("@remote assign@", of.wan == "0.0.0.0" ? "\nENABLE IP REMOTEASSIGN" : "");
  replace("@isp@", "isp" + of.isp);
  replace("@lan@", of.lan);
  replace("@remote@", of.remote);
  replace("@wan@", of.wan);
  replace("@ppp@", of.ppp);
  replace("@rule@", of.rule);
  replace("@isakmp@", of.isakmp);
  replace("@ipsec@", of.ipsec);
  return text;
}

struct Offices {
  Offices(const std::string& head_lines, const std::string& branch_lines, std::string_view head_wan = "eth0",
          std::string_view head_lan = "vlan1") {
    east.emplace(head.port(head_wan), isp.port("eth0"), 5ms);
    west.emplace(branch.port("eth0"), isp.port("eth1"), 5ms);
    lan1.emplace(pc1.port(), head.port(head_lan));
    lan2.emplace(pc2.port(), branch.port("vlan1"));
    boot_clean(isp, provider);
    boot_clean(head, head_lines);
    boot_clean(branch, branch_lines);
    for (VirtualRouter* const router : {&head, &branch}) {
      CHECK_FALSE(router->run("CREATE ENCO KEY=1 TYPE=GENERAL VALUE=\"secret\"").outcome.failed());
    }
    time.advance(30s);
  }
  /// Pings from the branch's PC to the head office's; how many came back.
  std::uint64_t ping(int count = 5) {
    const std::uint64_t before = pc2.answered();
    for (int i = 0; i < count; ++i) {
      pc2.ping(pc1.address());
      time.advance(1s);
    }
    return pc2.answered() - before;
  }

  VirtualTime time;
  VirtualRouter isp{time, "isp", "AR450S", 1};
  VirtualRouter head{time, "head", "AR450S", 2};
  VirtualRouter branch{time, "branch", "AR415S", 3};
  Host pc1{time, "pc1", "192.168.10.100", "192.168.10.1"};
  Host pc2{time, "pc2", "192.168.20.100", "192.168.20.1"};
  std::optional<MemoryLink> east, west, lan1, lan2;
};

const Office fixed_head{.lan = "192.168.10",
                        .remote = "192.168.20",
                        .wan = "200.100.10.1 MASK=255.255.255.255",
                        .isp = "A",
                        .ppp = "",
                        .isakmp = "PEER=ANY MODE=AGGRESSIVE REMOTEID=\"client\"",
                        .ipsec = "PEER=DYNAMIC",
                        .rule = "GBLIP=200.100.10.1 IP=200.100.10.1"};
const Office dynamic_branch{.lan = "192.168.20",
                            .remote = "192.168.10",
                            .wan = "0.0.0.0",
                            .isp = "B",
                            .ppp = " IPREQUEST=ON",
                            .isakmp = "PEER=200.100.10.1 MODE=AGGRESSIVE LOCALID=\"client\"",
                            .ipsec = "PEER=200.100.10.1",
                            .rule = "GBLIP=0.0.0.0 IP=192.168.20.1"};

}  // namespace

TEST_CASE("PPPoE sites, one dynamic: the branch brings the tunnel up, also after its address has changed") {
  Offices net(office(fixed_head), office(dynamic_branch));
  CHECK(net.branch.text("show ip interface=ppp0").contains("200.100.20.1"));
  CHECK(net.ping() >= 4);  // the first ones wait for keys
  CHECK(net.branch.text("show ipsec sa").contains("Valid"));
  CHECK(net.ping() == 5);

  // The provider has other addresses now, and the line is cut.
  net.isp.run("destroy ip pool=west");
  net.isp.run("create ip pool=west ip=200.100.30.7");
  net.west.reset();
  net.time.advance(5s);
  CHECK(net.branch.text("show ip interface=ppp0").contains("ppp0#         Static   0.0.0.0"));
  net.west.emplace(net.branch.port("eth0"), net.isp.port("eth1"), 5ms);
  net.time.advance(90s);
  CHECK(net.branch.text("show ip interface=ppp0").contains("200.100.30.7"));
  net.ping(10);
  CHECK(net.ping() == 5);
}

/// Both with fixed addresses: the head office and the branch.
std::pair<std::string, std::string> fixed_offices() {
  Office head = fixed_head, branch = dynamic_branch;
  head.isakmp = "PEER=200.100.20.1";
  head.ipsec = "PEER=200.100.20.1";
  branch.wan = "200.100.20.1 MASK=255.255.255.255";
  branch.ppp = "";
  branch.isakmp = "PEER=200.100.10.1";
  branch.rule = "GBLIP=200.100.20.1 IP=200.100.20.1";
  return {office(head), office(branch)};
}

TEST_CASE("an office with its LAN on eth0 and its line on eth1 keeps key and tunnel over a restart in security mode") {
  auto [head, branch] = fixed_offices();
  put(head, "eth0", "eth1");
  put(head, "vlan1", "eth0");
  put(head, "IP=192.168.10.1-192.168.10.254 ENCAP", "ENCAP");
  put(head, "LPORT=500 TRANSPORT", "LPORT=500 RPORT=500 TRANSPORT");
  Offices net(head, branch, "eth1", "eth0");
  net.ping();
  CHECK(net.ping() == 5);
  for (const char* const line : {"ENABLE SYSTEM SECURITY_MODE", "CREATE CONFIG=vpn.cfg", "SET CONFIG=vpn.cfg"}) {
    CHECK_FALSE(net.head.run(line).outcome.failed());
  }
  net.head.run("restart router");
  net.time.advance(90s);
  for (int i = 0; i < 5; ++i) {  // the branch does not know yet that its SAs are gone
    net.pc1.ping(net.pc2.address());
    net.time.advance(2s);
  }
  CHECK(net.pc1.answered() >= 3);
  CHECK(net.ping() == 5);
}

TEST_CASE("two offices with fixed addresses over PPPoE") {
  const auto [head, branch] = fixed_offices();
  Offices net(head, branch);
  net.ping();
  CHECK(net.ping() == 5);
  CHECK(net.head.text("show ipsec sa").contains("Valid"));
  CHECK(net.head.text("show ip interface=ppp0").contains("1492"));
}

TEST_CASE("a router that restarts finds the concentrator again") {
  Offices net(office(fixed_head), office(dynamic_branch));
  net.ping();
  net.branch.run("restart router");
  net.time.advance(90s);
  net.branch.run("CREATE ENCO KEY=1 TYPE=GENERAL VALUE=\"secret\"");
  net.ping(10);
  CHECK(net.ping() == 5);
  net.isp.run("restart router");
  net.time.advance(120s);
  CHECK(net.ping(20) >= 15);
}
