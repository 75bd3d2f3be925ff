// Head offices for roaming callers as they are printed (reference/links.md 16 X3, isakmp-ipsec.md 5.7,
// firewall.md 5.4), with their firewalls, and callers who share a NAT's address, or have the same address behind
// different ones.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <deque>

#include "tests/support/configuration.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

// X3; the Internet of the tests has wider networks.
std::string windows_server() {
  return changed(source_file("config/examples/windows-clients.cfg"),
                 {{"255.255.255.252", "255.255.255.0"}, {"next=200.200.200.2", "next=200.200.200.254"}});
}

// 5.7, and what it leaves to the reader: addresses, users, the firewall's interfaces.
constexpr std::string_view clients_and_branches = R"(add user=dialin1 pass=friend1 lo=no
enable ip
add ip int=vlan1 ip=192.168.140.1 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.254
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
ena l2tp
ena l2tp server=both
create ppp template=1
set ppp template=1 bap=off ippool=roaming authentication=chap echo=10 lqr=off
add l2tp ip=1.1.1.1-255.255.255.254 ppptemplate=1
create ip pool=roaming ip=192.168.143.1-192.168.143.50
add fire poli=main rule=1 ac=allo int=eth0 prot=udp po=500 ip=200.200.200.1 gblip=200.200.200.1 gblp=500
add fire poli=main rule=2 ac=allo int=eth0 prot=udp po=4500 ip=200.200.200.1 gblip=200.200.200.1 gblp=4500
add fire poli=main rule=3 ac=nonat int=eth0 prot=all enc=ips
add fire poli=main rule=4 ac=nonat int=vlan1 prot=all ip=192.168.140.1-192.168.140.254
set fire poli=main rule=4 rem=192.168.141.1-192.168.143.254
)";
constexpr std::string_view branch = R"(enable ip
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

// firewall.md 5.4, and the lines for L2TP that it leaves to the reader.
constexpr std::string_view two_rules_for_ipsec = R"(add user=dialin1 pass=friend1 lo=no
create ppp template=1
set ppp template=1 bap=off ippool=roaming authentication=chap echo=10 lqr=off
enable l2tp
enable l2tp server=both
add l2tp ip=1.1.1.1-255.255.255.254 ppptemplate=1
enable ip
add ip int=vlan1 ip=192.168.140.254 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.254
create ip pool=roaming ip=192.168.143.1-192.168.143.50
enable firewall
create firewall policy=office
enable firewall policy=office icmp_f=unreach,ping
create firewall policy=office dynamic=roaming
add firewall policy=office dynamic=roaming user=any
add firewall policy=office int=vlan1 type=private
add firewall policy=office int=dyn-roaming type=private
add firewall policy=office int=eth0 type=public
add firewall policy=office nat=enhanced int=vlan1 gblint=eth0
add firewall policy=office nat=enhanced int=dyn-roaming gblint=eth0
add firewall policy=office rule=1 int=eth0 action=allow prot=udp ip=200.200.200.1 port=500 gblip=200.200.200.1 gblport=500
add firewall policy=office rule=2 int=eth0 action=allow prot=udp ip=200.200.200.1 port=4500 gblip=200.200.200.1 gblport=4500
add firewall policy=office rule=3 int=eth0 action=allow prot=udp ip=200.200.200.1 port=1701 gblip=200.200.200.1 gblport=1701 encap=ipsec
add firewall policy=office rule=4 int=eth0 action=nonat prot=all encap=ipsec
create ipsec saspec=1 keyman=isakmp protocol=esp encalg=3desouter hashalg=sha mode=transport
create ipsec bundle=1 keyman=isakmp string="1"
create ipsec policy=isakmp int=eth0 action=permit lport=500 rport=500 transport=udp
create ipsec policy=natt int=eth0 action=permit lport=4500 transport=udp
create ipsec policy=roaming int=eth0 action=ipsec keyman=isakmp bundle=1 peer=any transport=udp
set ipsec policy=roaming lport=1701
create ipsec policy=internet int=eth0 action=permit
create isakmp policy=roaming peer=any key=1 mode=main natt=true encalg=3desouter
enable ipsec
enable isakmp
)";

/// {0} name, {1} its network outside, {2} the office's network, {3} group.
constexpr std::string_view caller_lines = R"(set system name="{0}"
add l2tp call=office type=virtual ip=200.200.200.1
create ppp=0 over=tnl-office
set ppp=0 bap=off lqr=off echo=10 iprequest=on username=dialin1 password=friend1
enable l2tp
enable ip
enable ip remote
add ip int=eth0 ip={1}.1 mask=255.255.255.0
add ip int=ppp0 ip=0.0.0.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next={1}.254
add ip rou={2}.0 mask=255.255.255.0 int=ppp0 next=0.0.0.0
add ip rou=99.0.0.0 mask=255.255.255.0 int=ppp0 next=0.0.0.0
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha mode=transport
create ipsec bund=1 key=isakmp string="1"
create ipsec pol=isakmp int=eth0 ac=permit lp=500 tra=udp
create ipsec pol=isakmp_float int=eth0 ac=permit lp=4500 tra=udp
create ipsec pol=office int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 isa=office
set ipsec pol=office lp=1701 rp=1701 tra=udp
create ipsec pol=internet int=eth0 ac=permit
ena ipsec
create isakmp pol=office pe=200.200.200.1 enc=3desouter key=1 natt=true gro={3}
set isakmp pol=office sendd=true sendn=true
ena isakmp
)";

void boot_with_key(VirtualRouter& router, std::string_view configuration, int key, std::string_view secret) {
  boot_clean(router, configuration);
  CHECK_FALSE(router.run(fmt::format("create enco key={} type=general value={}", key, secret)).outcome.failed());
}

void set_cable(VirtualRouter& router, bool in) { router->stacks().find("eth0")->second->impairment().set_down(!in); }

struct Office {
  Office(std::string_view lines, std::string lan_network, std::string_view gateway, int group)
      : lan(std::move(lan_network)), group(group), pc(time, "pc", lan + ".27", gateway) {
    internet.connect(router.port("eth0"), "200.200.200.0", 10ms);
    cable.emplace(pc.port(), router.port("vlan1"));
    boot_with_key(router, lines, 1, "roaming");
  }
  /// Another caller, at `network`.1 and perhaps behind a NAT; calls at once.
  VirtualRouter& call(std::string name, const std::string& network, Nat* nat = nullptr) {
    VirtualRouter& caller = callers.emplace_back(time, name, "AR415S", 10 + callers.size());
    internet.connect(caller.port("eth0"), network + ".0", 10ms, nat);
    boot_with_key(caller, fmt::format(fmt::runtime(caller_lines), name, network, lan, group), 1, "roaming");
    time.advance(20s);
    return caller;
  }
  /// How many of three pings from the caller come to the PC and back.
  std::size_t reached(VirtualRouter& caller, std::string_view target = {}) {
    caller.run(fmt::format("ping {} number=3", target.empty() ? to_string(pc.address()) : std::string(target)));
    time.advance(10s);
    const std::string said = caller.text("show ping");
    const std::size_t at = said.find("Packets received");
    INFO(said);
    REQUIRE(at != std::string::npos);
    return static_cast<std::size_t>(said[said.find_first_of("0123456789", at)] - '0');
  }
  bool pc_reaches(std::string_view address) { return pc.reaches(*parse_ipv4(address), 1); }
  std::size_t lines_of(std::string_view screen, std::string_view what) {
    const std::string text = router.text(screen);
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  VirtualTime time;
  Internet internet{time};
  std::string lan;
  int group;
  VirtualRouter router{time, "office", "AR415S", 1};
  Host pc;
  std::optional<MemoryLink> cable;
  std::deque<VirtualRouter> callers;
};

struct WindowsServer : Office {
  WindowsServer() : Office(windows_server(), "192.168.1", "192.168.1.1", 2) {}
};

}  // namespace

TEST_CASE("the server for Windows clients takes its callers into the firewall, and nobody without IPsec") {
  WindowsServer office;
  VirtualRouter& caller = office.call("laptop", "100.100.100");
  CHECK(caller.text("show ip interface=ppp0").contains("192.168.8.1"));
  CHECK(office.reached(caller) == 3);
  CHECK(office.pc_reaches("192.168.8.1"));
  // The caller goes out to the Internet by the office's address.
  Host server(office.time, "server", "99.0.0.100", "99.0.0.254");
  office.internet.connect(server.port(), "99.0.0.0", 10ms);
  CHECK(office.reached(caller, "99.0.0.100") == 3);
  CHECK(server.requests_seen() == 3);
  // In clear the same call meets the firewall and the policies.
  VirtualRouter& naked = office.call("naked", "101.101.101");
  naked.run("disable ipsec");
  naked.run("reset ppp=0");
  office.time.advance(60s);
  CHECK_FALSE(naked.text("show ip interface=ppp0").contains("192.168.8."));
}

TEST_CASE("a caller's interface goes with its call, and a wrong password gets none") {
  WindowsServer office;
  VirtualRouter& caller = office.call("laptop", "100.100.100");
  CHECK(office.router.text("show l2tp tunnel").contains("Remote Hostname ............. laptop"));
  CHECK(office.lines_of("show ip interface", "ppp0") == 1);
  SECTION("gone") {
    caller.run("destroy ppp=0");
    office.time.advance(5s);
    CHECK(office.lines_of("show ip interface", "ppp0") == 0);
  }
  SECTION("another password") {
    caller.run("set ppp=0 password=wrong");
    caller.run("reset ppp=0");
    office.time.advance(60s);
    CHECK_FALSE(caller.text("show ip interface=ppp0").contains("192.168.8."));
    CHECK(office.lines_of("show log module=ppp", "AUTH  FAIL") >= 1);
    caller.run("set ppp=0 password=friend1");
    caller.run("reset ppp=0");
    office.time.advance(120s);
    CHECK(office.reached(caller) == 3);
  }
}

TEST_CASE("callers behind one NAT, and one with the same address behind another, get their own answers") {
  WindowsServer office;
  Nat hotel(office.time, "150.0.0.1"), home(office.time, "160.0.0.1");
  VirtualRouter& first = office.call("first", "192.168.5", &hotel);
  VirtualRouter& second = office.call("second", "192.168.6", &hotel);
  VirtualRouter& third = office.call("third", "192.168.5", &home);
  CHECK(office.lines_of("show ipsec sa", "Valid") == 3);
  CHECK(office.lines_of("show l2tp tunnel", "established") >= 3);
  const auto all_work = [&] {
    return office.reached(first) == 3 && office.reached(second) == 3 && office.reached(third) == 3 &&
           office.reached(first) == 3 && office.pc_reaches("192.168.8.1") && office.pc_reaches("192.168.8.2") &&
           office.pc_reaches("192.168.8.3");
  };
  CHECK(all_work());
  SECTION("through hours of renewals") {
    for (int hour = 0; hour < 20; ++hour) office.time.advance(1h);
    CHECK(all_work());
  }
  SECTION("after their NAT has given them other ports") {
    hotel.forget();
    office.time.advance(30s);
    CHECK(all_work());
  }
  SECTION("and when one of them vanishes, it is noticed, and the others stay; it comes back by another port") {
    set_cable(first, false);
    office.time.advance(10min);
    CHECK(office.lines_of("show ip interface", "ppp") == 2);
    CHECK(office.lines_of("show l2tp tunnel", "Remote Tunnel ID") == 2);
    CHECK(office.lines_of("show ip pool=myippool", "inuse") == 2);
    CHECK(office.reached(second) == 3);
    CHECK(office.pc_reaches("192.168.8.2"));
    hotel.forget();
    set_cable(first, true);
    office.time.advance(3min);
    CHECK(office.reached(first) == 3);
    CHECK(office.reached(second) == 3);
    CHECK(office.lines_of("show ip interface", "ppp") == 3);
  }
}

TEST_CASE("without echoes of PPP it is L2TP that misses a caller") {
  WindowsServer office;
  office.router.run("set ppp template=1 echo=off");
  VirtualRouter& caller = office.call("laptop", "100.100.100");
  CHECK(office.reached(caller) == 3);
  set_cable(caller, false);
  office.time.advance(15s);
  CHECK(office.lines_of("show ip interface", "ppp0") == 1);
  office.time.advance(2min);
  CHECK(office.lines_of("show ip interface", "ppp0") == 0);
  CHECK(office.lines_of("show l2tp tunnel", "Remote Tunnel ID") == 0);
}

TEST_CASE("a head office for Windows clients and branches serves both") {
  Office office(clients_and_branches, "192.168.140", "192.168.140.1", 2);
  CHECK_FALSE(office.router.run("create enco key=2 type=general value=branch1").outcome.failed());
  VirtualRouter far(office.time, "branch", "AR415S", 2);
  Host colleague(office.time, "colleague", "192.168.141.27", "192.168.141.254");
  MemoryLink cable(colleague.port(), far.port("vlan1"));
  office.internet.connect(far.port("eth0"), "222.222.222.0", 10ms);
  boot_with_key(far, branch, 2, "branch1");
  Nat hotel(office.time, "150.0.0.1");
  VirtualRouter& plain = office.call("plain", "100.100.100");
  VirtualRouter& behind = office.call("behind", "192.168.5", &hotel);
  CHECK(office.reached(plain) == 3);
  CHECK(office.reached(behind) == 3);
  for (int i = 0; i < 5; ++i) {
    office.pc.ping(colleague.address());
    office.time.advance(2s);
  }
  CHECK(colleague.requests_seen() >= 4);  // the first may wait for keys
  CHECK(office.pc.answered() >= 4);
  CHECK(office.pc_reaches("192.168.143.1"));
  // The LAN has its way out, and nobody outside a way in.
  Host stranger(office.time, "stranger", "99.0.0.100", "99.0.0.254");
  office.internet.connect(stranger.port(), "99.0.0.0", 10ms);
  CHECK(office.pc_reaches("99.0.0.100"));
  CHECK_FALSE(stranger.reaches(office.pc.address()));
}

TEST_CASE("an office whose rules allow what came out of IPsec takes callers") {
  Office office(two_rules_for_ipsec, "192.168.140", "192.168.140.254", 1);
  Nat hotel(office.time, "150.0.0.1");
  VirtualRouter& plain = office.call("plain", "100.100.100");
  VirtualRouter& behind = office.call("behind", "192.168.5", &hotel);
  CHECK(office.reached(plain) == 3);
  CHECK(office.reached(behind) == 3);
  CHECK(office.pc_reaches("192.168.143.2"));
}
