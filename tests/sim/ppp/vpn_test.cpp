// The printed configurations with PPPoE (reference/configs.md C, isakmp-ipsec.md 5.5 and 5.6, firewall.md 5.3, 5.5 and
// 5.6): the examples, and what the manuals change in them.
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

/// Two subscribers: east has an address of its own, west gets one from the pool.
constexpr std::string_view provider = R"(set system name="isp"
ADD USER=user@ispA PASS=isppasswdA LOGIN=NO
ADD USER=user@ispB PASS=isppasswdB LOGIN=NO
CREATE PPP TEMPLATE=1 AUTHENTICATION=CHAP LQR=OFF ECHO=10 BAP=OFF
CREATE PPP TEMPLATE=2 COPY=1 IPPOOL=west
ADD PPP ACSERVICE=east TEMPLATE=1 ACINTERFACE=eth0
ADD PPP ACSERVICE=west TEMPLATE=2 ACINTERFACE=eth1
ENABLE PPP ACCESSCONCENTRATOR
ENABLE IP
ADD IP INT=vlan1 IP=10.0.0.1 MASK=255.255.255.0
CREATE IP POOL=west IP=200.100.20.1
)";

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

std::string head_office() { return source_file("config/examples/pppoe-head.cfg"); }
std::string branch_office() { return source_file("config/examples/pppoe-branch.cfg"); }

/// Both with addresses of their own: the head office and the branch, in main mode.
std::pair<std::string, std::string> fixed_offices() {
  return {changed(head_office(), {{"PEER=ANY", "PEER=200.100.20.1"},
                                  {"PEER=DYNAMIC", "PEER=200.100.20.1"},
                                  {"MODE=AGGRESSIVE REMOTEID=\"client\"", ""}}),
          changed(branch_office(),
                  {{"IPREQUEST=ON", ""},
                   {"ENABLE IP REMOTEASSIGN\n", ""},
                   {"INT=ppp0 IP=0.0.0.0", "INT=ppp0 IP=200.100.20.1 MASK=255.255.255.255"},
                   {"GBLIP=0.0.0.0 PORT=500 IP=192.168.20.1", "GBLIP=200.100.20.1 PORT=500 IP=200.100.20.1"},
                   {"MODE=AGGRESSIVE LOCALID=\"client\"", ""}})};
}

}  // namespace

TEST_CASE("PPPoE sites, one dynamic: the branch brings the tunnel up, also after its address has changed") {
  Offices net(head_office(), branch_office());
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

TEST_CASE("only the branch starts the tunnel, with an address in its rule for IKE or without") {
  const std::string rule = GENERATE("GBLPORT=500 GBLIP=0.0.0.0 PORT=500 IP=192.168.20.1", "PORT=500");
  Offices net(head_office(), changed(branch_office(), {{"GBLPORT=500 GBLIP=0.0.0.0 PORT=500 IP=192.168.20.1", rule}}));
  CHECK_FALSE(net.pc1.reaches(net.pc2.address()));
  net.ping();
  CHECK(net.ping() == 5);
  CHECK(net.pc1.reaches(net.pc2.address(), 1));
}

TEST_CASE("an office with its LAN on eth0 and its line on eth1 keeps key and tunnel over a restart in security mode") {
  auto [head, branch] = fixed_offices();
  head = changed(std::move(head), {{"eth0", "eth1"},
                                   {"vlan1", "eth0"},
                                   {"IP=192.168.10.1-192.168.10.254 ENCAP", "ENCAP"},
                                   {"LPORT=500 TRANSPORT", "LPORT=500 RPORT=500 TRANSPORT"}});
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
  Offices net(head_office(), branch_office());
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
