// reference/scenarios.md 8, 21 and 23-28: the VPN of the How-To Note through firewalls, and what breaks it.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view tunnel = "wiz_Peer1 to Peer2";

void give(VirtualRouter& router, std::string_view line) {
  const auto executed = router.run(line);
  INFO(line << ": " << executed.outcome.line());
  CHECK_FALSE(executed.outcome.failed());
}

/// The firewall of reference/configs.md A; a site is named by the first three numbers of its networks. Rules in
/// `without` are left out.
void protect(VirtualRouter& router, std::string_view site_wan, std::string_view lan, std::string_view far_lan,
             const std::vector<int>& without = {}) {
  const auto wanted = [&without](int rule) { return std::find(without.begin(), without.end(), rule) == without.end(); };
  for (const std::string_view line :
       {"enable firewall", "create firewall policy=\"wiz\"", "enable firewall policy=\"wiz\" icmp_f=all",
        "add firewall policy=\"wiz\" int=vlan1 type=private", "add firewall policy=\"wiz\" int=eth0 type=public",
        "add firewall poli=\"wiz\" nat=enhanced int=vlan1 gblin=eth0"}) {
    give(router, line);
  }
  for (const auto& [rule, port] : {std::pair{1, 500}, std::pair{2, 4500}}) {
    if (!wanted(rule)) continue;
    give(router, fmt::format("add firewall poli=\"wiz\" ru={0} ac=allo int=eth0 prot=udp po={1} ip={2}.1 gblip={2}.1 "
                             "gblp={1}",
                             rule, port, site_wan));
  }
  if (wanted(3)) give(router, "add firewall poli=\"wiz\" ru=3 ac=non int=eth0 prot=ALL enc=ips");
  if (!wanted(4)) return;
  give(router, fmt::format("add firewall poli=\"wiz\" ru=4 ac=non int=vlan1 prot=ALL ip={0}.1-{0}.254", lan));
  give(router, fmt::format("set firewall poli=\"wiz\" ru=4 rem={0}.1-{0}.254", far_lan));
}

std::string value(VirtualRouter& router, std::string_view screen, std::string_view name) {
  const std::string json = router.run(screen).screen.json().dump();
  const std::size_t at = json.find(fmt::format("\"{}\":", name));
  if (at == std::string::npos) return "?";
  const std::size_t begin = at + name.size() + 3;
  return json.substr(begin, json.find_first_of(",}", begin) - begin);
}

std::string policy_counter(VirtualRouter& router, std::string_view name, std::string_view policy = tunnel) {
  return value(router, fmt::format("show ipsec policy=\"{}\" counters", policy), name);
}

bool shows(VirtualRouter& router, std::string_view screen, std::string_view wanted) {
  return router.text(screen).find(wanted) != std::string::npos;
}

/// Rules left out at each peer.
struct Missing {
  std::vector<int> rules1 = {}, rules2 = {};
};

struct FirewalledNetwork : HowToNetwork {
  explicit FirewalledNetwork(const Missing& missing = {}) : HowToNetwork(chosen_seed(8)) {
    protect(peer1, "100.100.100", "192.168.1", "192.168.2", missing.rules1);
    protect(peer2, "200.200.200", "192.168.2", "192.168.1", missing.rules2);
    // Step 1: both WANs know each other's way.
    CHECK(wan_answers());
  }
  bool wan_answers() {
    peer1.run("ping 200.200.200.1 number=1");
    time.advance(5s);
    return shows(peer1, "show firewall session", "Remote IP: 200.200.200.1") &&
           value(peer1, "show ping", "packetsReceived") == "1";
  }
  bool ping12() { return pc1.reaches(pc2.address()); }
  bool ping21() { return pc2.reaches(pc1.address()); }
};

}  // namespace

TEST_CASE("the tunnel of the How-To Note works through both firewalls, from either side") {
  FirewalledNetwork world;
  CHECK(world.ping12());
  CHECK(world.ping21());
  CHECK(policy_counter(world.peer1, "outProcessDone") != "0");
  CHECK(shows(world.peer1, "show firewall session", "IP: 192.168.1.100"));
  // Both ends' addresses are known as they are: the session is not translated.
  CHECK(shows(world.peer1, "show firewall session", "Gbl IP: 192.168.1.100"));
  // It lives through rekeying, which comes in through rule 1.
  world.ping_for(2h, 60s);
  CHECK(world.ping12());
  CHECK(world.ping21());
}

TEST_CASE("8 UDP 500 blocked at the responder") {
  SECTION("rule 1 missing at the responder") {
    FirewalledNetwork world({{}, {1}});
    CHECK_FALSE(world.ping12());
    CHECK(shows(world.peer1, "show isakmp exchange", "SASENT"));
    CHECK_FALSE(shows(world.peer2, "show isakmp exchange", "SARECV"));
    CHECK(shows(world.peer2, "show firewall event=deny", "100.100.100.1:500"));
    CHECK(shows(world.peer2, "show firewall event=deny", "200.200.200.1:500"));
    give(world.peer2,
         "add firewall poli=wiz ru=1 ac=allo int=eth0 prot=udp po=500 ip=200.200.200.1 gblip=200.200.200.1 gblp=500");
    world.time.advance(300s);
    CHECK(world.ping12());
  }
  SECTION("missing at the initiator: it can start, the other cannot") {
    FirewalledNetwork world({{1}, {}});
    CHECK_FALSE(world.ping21());
    world.time.advance(600s);
    CHECK(world.ping12());
    CHECK(world.ping21());
  }
}

TEST_CASE("21 No permit policy for the Internet: the firewall lets out what IPsec then drops") {
  FirewalledNetwork world;
  give(world.peer1, "destroy ipsec policy=wiz_internet");
  CHECK(world.ping12());
  const auto forwarded = world.internet.forwarded();
  world.pc1.ping(*parse_ipv4("200.200.200.9"));
  world.time.advance(1s);
  CHECK(world.internet.forwarded() == forwarded);
  CHECK(shows(world.peer1, "show firewall session", "Gbl Remote IP: 200.200.200.9"));
  CHECK(value(world.peer1, "show ipsec counters=main", "outNoPolicy") != "0");
}

TEST_CASE("23 No private nonat rule: one way only") {
  FirewalledNetwork world({{4}, {}});
  CHECK_FALSE(world.ping12());
  CHECK_FALSE(shows(world.peer1, "show isakmp exchange", "SENT"));
  CHECK(policy_counter(world.peer1, "outPermit", "wiz_internet") != "0");
  CHECK(shows(world.peer1, "show firewall session", "Gbl IP: 100.100.100.1"));
  CHECK(world.ping21());  // the reply belongs to the session that rule 3 opened
  give(world.peer1,
       "add firewall poli=wiz ru=4 ac=non int=vlan1 prot=ALL ip=192.168.1.1-192.168.1.254 "
       "rem=192.168.2.1-192.168.2.254");
  world.time.advance(300s);
  CHECK(world.ping12());
}

TEST_CASE("on a private interface ENCAPSULATION=IPSEC names what IPsec will take") {
  FirewalledNetwork world({{4}, {}});
  give(world.peer1, "add firewall poli=wiz ru=4 ac=non int=vlan1 prot=ALL enc=ips");
  CHECK(world.ping12());
  // What goes to the Internet still meets NAT.
  world.pc1.ping(*parse_ipv4("200.200.200.9"));
  world.time.advance(1s);
  CHECK(shows(world.peer1, "show firewall session gblip=100.100.100.1", "Gbl Remote IP: 200.200.200.9"));
}

TEST_CASE("24 No public nonat rule with ENCAPSULATION=IPSEC") {
  FirewalledNetwork world({{}, {3}});
  CHECK_FALSE(world.ping12());
  CHECK(policy_counter(world.peer1, "outProcessDone") != "0");
  CHECK(policy_counter(world.peer1, "inProcessDone") == "0");
  CHECK(policy_counter(world.peer2, "inProcessDone") != "0");
  CHECK(shows(world.peer2, "show firewall event=deny", "192.168.2.100"));
  CHECK(world.pc2.requests_seen() == 0);
  CHECK(world.ping21());
}

TEST_CASE("25 Rule order: a deny with a lower number") {
  FirewalledNetwork world({{}, {3}});
  give(world.peer2, "add firewall poli=wiz ru=2 ac=deny int=eth0 prot=icmp ip=192.168.2.1-192.168.2.254");
  give(world.peer2, "add firewall poli=wiz ru=30 ac=non int=eth0 prot=ALL enc=ips");
  CHECK_FALSE(world.ping12());
  const std::string rule = world.peer2.text("show firewall policy=wiz");
  const std::size_t at = rule.find("Rule ............................ 30");
  REQUIRE(at != std::string::npos);
  CHECK(rule.find("Number of Hits ................ 0", at) != std::string::npos);
  give(world.peer2, "delete firewall poli=wiz ru=2");
  CHECK(world.ping12());
}

TEST_CASE("26 The LAN is not attached: its traffic passes as if there were no firewall") {
  FirewalledNetwork world;
  give(world.peer1, "delete firewall poli=wiz int=vlan1");
  CHECK_FALSE(shows(world.peer1, "show firewall policy=wiz", "vlan1"));
  CHECK(world.ping12());  // by chance
  // To the Internet it goes with its private address, to which nobody can answer.
  bool private_source = false;
  world.internet.watch([&private_source](ByteView packet) {
    private_source = private_source || wire::view_ipv4(packet)->source() == *parse_ipv4("192.168.1.100");
    return true;
  });
  world.pc1.ping(*parse_ipv4("200.200.200.9"));
  world.time.advance(1s);
  CHECK(private_source);
}

namespace {

/// A branch behind a NAT and a head office, both with firewalls.
struct NatNetwork {
  explicit NatNetwork(const std::vector<int>& office_without = {})
      : nat(time, "150.150.150.1"),
        internet(time),
        branch(time, "Branch", "AR415S", 11),
        office(time, "Office", "AR415S", 12),
        pc(time, "pc", "192.168.11.100", "192.168.11.254"),
        pc2(time, "pc2", "192.168.2.100", "192.168.2.254"),
        cable(pc.port(), branch.port("vlan1")),
        cable2(pc2.port(), office.port("vlan1")) {
    internet.connect(office.port("eth0"), "200.200.200.0", 10ms);
    internet.connect(branch.port("eth0"), "10.0.1.0", 10ms, &nat);
    boot_site(office, site_configuration({"Office", "200.200.200", "192.168.2", "any", "192.168.11",
                                          "set ipsec pol=\"wiz_Peer1 to Peer2\" rad=any"}));
    boot_site(branch, site_configuration({"Branch", "10.0.1", "192.168.11", "200.200.200.1", "192.168.2"}));
    protect(branch, "10.0.1", "192.168.11", "192.168.2");
    protect(office, "200.200.200", "192.168.2", "192.168.11", office_without);
    internet.watch([this](ByteView packet) {
      const auto ip = wire::view_ipv4(packet);
      esp += ip->protocol() == wire::protocol::esp ? 1U : 0U;
      const auto udp = ip->protocol() == wire::protocol::udp ? wire::view_udp(ip->payload()) : std::nullopt;
      floated += udp && udp->destination_port == 4500 ? 1U : 0U;
      return true;
    });
  }
  bool ping() { return pc.reaches(pc2.address()); }

  VirtualTime time;
  Nat nat;
  Internet internet;
  VirtualRouter branch, office;
  Host pc, pc2;
  MemoryLink cable, cable2;
  std::size_t esp = 0, floated = 0;
};

}  // namespace

TEST_CASE("27 NAT-T off behind a NAT: ESP does not pass, no firewall is to blame") {
  NatNetwork world;
  for (VirtualRouter* const router : {&world.branch, &world.office}) {
    give(*router, "set isakmp pol=\"wiz_Peer1 to Peer2\" natt=false");
  }
  CHECK_FALSE(world.ping());
  CHECK(world.nat.dropped() != 0);  // the ESP packets
  CHECK(world.floated == 0);
  CHECK(policy_counter(world.branch, "outProcessDone") != "0");
  CHECK(policy_counter(world.office, "inProcessDone") == "0");
  CHECK(value(world.office, "show firewall policy=wiz", "numberOfDenyEvents") == "0");
}

TEST_CASE("28 NAT-T on, UDP 4500 blocked at the responder") {
  NatNetwork world({2});
  CHECK_FALSE(world.ping());
  CHECK(world.floated != 0);
  CHECK(shows(world.branch, "show isakmp exchange", "AUTHSENT"));
  CHECK(shows(world.office, "show isakmp exchange", "KESENT"));
  CHECK(shows(world.office, "show firewall event=deny", "200.200.200.1:4500"));
  give(world.office,
       "add firewall poli=wiz ru=2 ac=allo int=eth0 prot=udp po=4500 ip=200.200.200.1 gblip=200.200.200.1 gblp=4500");
  world.time.advance(300s);
  CHECK(world.ping());
  CHECK(world.esp == 0);
}
