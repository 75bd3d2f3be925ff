// reference/scenarios.md 27 and 28, and NAT traversal at work: branches behind a NAT, a head office on the Internet.
#include "netdev/wire/ipv4.h"
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_IPSEC "set ipsec pol=\"wiz_Peer1 to Peer2\" "
#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

constexpr std::string_view nat_address = "150.150.150.1";

/// A branch: a router whose WAN is a private network, and its PC.
struct Branch {
  Branch(VirtualTime& time, int number)
      : lan("192.168." + std::to_string(10 + number)),
        wan("10.0." + std::to_string(number)),
        router(time, "Branch" + std::to_string(number), "AR415S", 10 + static_cast<std::uint64_t>(number)),
        pc(time, "pc-b" + std::to_string(number), lan + ".100", lan + ".254"),
        cable(pc.port(), router.port("vlan1")) {}
  std::string lan, wan;
  VirtualRouter router;
  Host pc;
  MemoryLink cable;
};

/// Branches behind one NAT; the head office has LAN 192.168.2.0/24 and takes any peer.
class NatNetwork {
 public:
  explicit NatNetwork(int branches, const std::string& extra = {}, Duration nat_idle = 60s)
      : nat(time, nat_address, nat_idle),
        internet(time),
        office(time, "Peer2", "AR415S", 2),
        pc2(time, "pc2", "192.168.2.100", "192.168.2.254"),
        cable_(pc2.port(), office.port("vlan1")) {
    internet.connect(office.port("eth0"), "200.200.200.0", 10ms);
    const std::string any = SET_IPSEC "rad=any\n";
    boot_site(office, site_configuration({"Peer2", "200.200.200", "192.168.2", "any", "192.168.1", any + extra}));
    for (int number = 1; number <= branches; ++number) {
      Branch& made = *all_.emplace_back(std::make_unique<Branch>(time, number));
      internet.connect(made.router.port("eth0"), made.wan + ".0", 10ms, &nat);
      boot_site(made.router, site_configuration({"Branch", made.wan, made.lan, "200.200.200.1", "192.168.2", extra}));
    }
    internet.watch([this](ByteView packet) {
      esp += wire::view_ipv4(packet)->protocol() == wire::protocol::esp ? 1U : 0U;
      return true;
    });
  }

  Branch& branch(std::size_t number = 1) { return *all_.at(number - 1); }
  bool from_branch(Branch& from) { return from.pc.reaches(pc2.address(), 1, 3s); }
  bool to_branch(Branch& to) { return pc2.reaches(to.pc.address(), 1, 3s); }

  VirtualTime time;
  Nat nat;
  Internet internet;
  VirtualRouter office;
  Host pc2;
  std::size_t esp = 0;  // packets of ESP without UDP that crossed the Internet

 private:
  MemoryLink cable_;
  std::vector<std::unique_ptr<Branch>> all_;
};

}  // namespace

TEST_CASE("27 NAT-T off behind NAT") {
  NatNetwork world(1, SET_ISAKMP "natt=false");
  VirtualRouter& router = world.branch().router;
  SECTION("the head office takes any peer: SAs Valid, and nothing passes") {
    CHECK_FALSE(world.from_branch(world.branch()));
    CHECK(isakmp_sas(world.office) == "150.150.150.1 3DES SHA -/-/- 86400/82080");
    REQUIRE(ipsec_sas(router).size() == 1);
    REQUIRE(ipsec_sas(world.office).size() == 1);
    CHECK(ipsec_sas(router)[0].state == "Valid");
    CHECK(ipsec_sas(router)[0].out_spi == ipsec_sas(world.office)[0].in_spi);
    CHECK(policy_counter(router, "outProcessDone") == 1);
    CHECK(policy_counter(world.office, "inProcessDone") == 0);
    CHECK(world.nat.dropped() == 1);  // the ESP packet
  }
  SECTION("the head office knows one address: phase 1 ends at the ID") {
    give(world.office, {SET_ISAKMP "pe=150.150.150.1"});
    CHECK_FALSE(world.from_branch(world.branch()));
    CHECK(exchanges(router) == "1 AUTHSENT 200.200.200.1 MAIN");
    CHECK(exchanges(world.office) == "");
    CHECK(times(log_of(world.office, "isakmp"),
                "Phase 1 [main] with peer 150.150.150.1 failed: remote ID mismatch "
                "(received 10.0.1.1; configured 150.150.150.1)") == 1);
  }
  for (VirtualRouter* const peer : {&router, &world.office}) {
    give(*peer, {SET_ISAKMP "natt=true", "disable ipsec", "disable isakmp", "enable isakmp", "enable ipsec"});
  }
  CHECK(world.from_branch(world.branch()));
  for (VirtualRouter* const peer : {&router, &world.office}) {
    REQUIRE(ipsec_sas(*peer).size() == 1);
    CHECK(shows(*peer, "show ipsec sa=" + std::to_string(ipsec_sas(*peer)[0].id), "UDP_ENCAP_TUNNEL"));
  }
  CHECK(shows(router, "show isakmp sa detail", "NAT discovered ....................... LOCAL"));
  CHECK(shows(world.office, "show isakmp sa detail", "NAT discovered ....................... REMOTE"));
  CHECK(world.to_branch(world.branch()));
}

TEST_CASE("40, 42 A client behind NAT in transport mode: NAT-T off at the router, or another name than REMOTEID") {
  NatNetwork world(1);
  VirtualRouter& client = world.branch().router;  // plays the Windows client
  for (VirtualRouter* const peer : {&client, &world.office}) {
    give(*peer, {"create ipsec sas=2 key=isakmp prot=esp mode=transport enc=3desouter hasha=sha",
                 "create ipsec bund=2 key=isakmp string=\"2\""});
  }
  give(client, {SET_ISAKMP "localid=pc7.example heart=none",
                "create ipsec pol=host int=eth0 ac=ipsec key=isakmp bund=2 peer=200.200.200.1 pos=1",
                "set ipsec pol=host lad=10.0.1.1 rad=200.200.200.1 tra=icmp"});
  give(world.office, {SET_ISAKMP "heart=none remoteid=any",
                      "create ipsec pol=host int=eth0 ac=ipsec key=isakmp bund=2 peer=any pos=1",
                      "set ipsec pol=host lad=200.200.200.1 tra=icmp"});
  SECTION("40: both have valid SAs, ESP does not pass the NAT; the cure is NATT=TRUE") {
    give(world.office, {SET_ISAKMP "natt=false"});
    CHECK_FALSE(ping_from(client, world.time, "200.200.200.1"));
    CHECK_FALSE(ping_from(client, world.time, "200.200.200.1"));
    CHECK(isakmp_sa_count(world.office) == 1);
    CHECK(policy_counter(client, "outProcessDone", "host") > 0);
    CHECK(policy_counter(world.office, "inProcessStart", "host") == 0);
    CHECK(world.esp == 0);  // the NAT drops what has no ports
    give(world.office, {SET_ISAKMP "natt=true"});
  }
  SECTION("42: the key is right, the ID is not; the cure is its full name, or any") {
    give(world.office, {SET_ISAKMP "remoteid=WindowsVPN"});
    CHECK_FALSE(ping_from(client, world.time, "200.200.200.1"));
    CHECK(log_of(world.office, "isakmp").find("remote ID mismatch (received pc7.example; configured WindowsVPN)") !=
          std::string::npos);
    CHECK(ipsec_sas(client).empty());
    const std::string cure = GENERATE("any", "pc7.example");
    give(world.office, {SET_ISAKMP "remoteid=" + cure});
  }
  for (VirtualRouter* const peer : {&client, &world.office})
    give(*peer, {"disable ipsec", "disable isakmp", "enable isakmp", "enable ipsec"});
  ping_from(client, world.time, "200.200.200.1");
  CHECK(ping_from(client, world.time, "200.200.200.1"));
}

TEST_CASE("28 NAT-T on, UDP 4500 blocked") {
  NatNetwork world(1);
  bool blocked = true;
  world.internet.watch([&](ByteView packet) {
    const auto ip = *wire::view_ipv4(packet);
    const bool floated = ip.protocol() == wire::protocol::udp && load_be16(ip.payload().data() + 2) == 4500;
    return !blocked || !floated;
  });
  CHECK_FALSE(world.from_branch(world.branch()));
  CHECK(exchanges(world.branch().router) == "1 AUTHSENT 200.200.200.1 MAIN");
  CHECK(exchanges(world.office) == "1 KESENT 150.150.150.1 MAIN");
  CHECK(counter(world.office, "show isakmp counters=main", "badMessage") == 0);  // no wrong key: nothing came
  blocked = false;
  world.time.advance(10s);
  CHECK(world.branch().pc.answered() == 1);
  CHECK(world.to_branch(world.branch()));
}

TEST_CASE("NAT-T: keep-alives hold the mapping of a silent tunnel") {
  const std::string_view mode = GENERATE("main", "aggressive");
  CAPTURE(mode);
  // No heartbeats: only keep-alives pass while nobody sends.
  NatNetwork world(1, SET_ISAKMP "heart=none mode=" + std::string(mode), 30s);
  CHECK(world.from_branch(world.branch()));
  for (int i = 0; i < 6; ++i) {
    world.time.advance(30min);
    CHECK(world.to_branch(world.branch()));
  }
  CHECK(counter(world.branch().router, "show isakmp counters=network", "natTKeepaliveTx") >= 3 * 3600 / 20);
  CHECK(counter(world.office, "show isakmp counters=network", "natTKeepaliveTx") == 0);
  CHECK(isakmp_sa_count(world.office) == 1);
  CHECK(world.esp == 0);
}

TEST_CASE("NAT-T: the NAT changes its mapping and the head office follows") {
  NatNetwork world(1);
  CHECK(world.from_branch(world.branch()));
  const std::string change = GENERATE("port", "address");
  CAPTURE(change);
  if (change == "port") {
    world.nat.forget();
  } else {
    world.nat.renumber("150.150.150.9");
  }
  CHECK_FALSE(world.to_branch(world.branch()));  // nobody has told the head office
  CHECK(world.from_branch(world.branch()));      // a packet of the branch does
  CHECK(world.to_branch(world.branch()));
  world.time.advance(10min);
  CHECK(world.from_branch(world.branch()));
  CHECK(world.to_branch(world.branch()));
  CHECK(isakmp_sa_count(world.office) == 1);
  CHECK(ipsec_sas(world.office).size() == 1);
  if (change == "address") CHECK(isakmp_sas(world.office).starts_with("150.150.150.9 "));
}

TEST_CASE("NAT-T: ISAKMP is silent while the mapping changes, and follows what ESP shows") {
  NatNetwork world(1, SET_ISAKMP "heart=none");
  VirtualRouter& router = world.branch().router;
  CHECK(world.from_branch(world.branch()));
  const std::string change = GENERATE("port", "address");
  CAPTURE(change);
  if (change == "port") {
    world.nat.forget();
  } else {
    world.nat.renumber("150.150.150.9");
  }
  CHECK(world.from_branch(world.branch()));  // ESP alone: the next keep-alive is some seconds away, and proves nothing
  CHECK(world.to_branch(world.branch()));
  CHECK(isakmp_sas(world.office) ==
        std::string(change == "port" ? "150.150.150.1" : "150.150.150.9") + " 3DES SHA -/-/- 86400/82080");
  // What the head office says under its ISAKMP SA arrives.
  REQUIRE(ipsec_sas(router).size() == 1);
  give(world.office, {"reset ipsec policy=\"wiz_Peer1 to Peer2\""});
  world.time.advance(1s);
  CHECK(ipsec_sas(router).empty());
  CHECK(counter(router, "show isakmp counters=info", "deleteRx") == 1);
  CHECK(world.from_branch(world.branch()));
  CHECK(isakmp_sa_count(world.office) == 1);
}

TEST_CASE("NAT-T: renewals through a NAT lose nothing") {
  NatNetwork world(1, SET_ISAKMP "expirys=900\nset ipsec bund=1 expirys=600");
  for (int i = 0; i < 2 * 360; ++i) {
    world.branch().pc.ping(world.pc2.address());
    world.time.advance(10s);
  }
  CHECK(world.branch().pc.answered() == world.branch().pc.sent());
  CHECK(isakmp_sa_count(world.office) <= 2);
  CHECK(ipsec_sas(world.office).size() <= 2);
}

TEST_CASE("NAT-T, draft 00: ISAKMP and ESP share port 500 through the NAT") {
  const std::string_view mode = GENERATE("main", "aggressive");
  const bool both = GENERATE(true, false);  // speak nothing newer
  CAPTURE(mode, both);
  NatNetwork world(1, SET_ISAKMP "heart=none expirys=900 mode=" + std::string(mode) + "\nset ipsec bund=1 expirys=600");
  VirtualRouter& router = world.branch().router;
  give(router, {"lab set isakmp natt=draft00"});
  if (both) give(world.office, {"lab set isakmp natt=draft00"});
  std::size_t floated = 0, marked = 0;
  world.internet.watch([&](ByteView packet) {
    const auto ip = *wire::view_ipv4(packet);
    if (ip.protocol() == wire::protocol::esp) ++world.esp;
    if (ip.protocol() != wire::protocol::udp) return true;
    const ByteView udp = ip.payload();
    if (load_be16(udp.data()) == 4500 || load_be16(udp.data() + 2) == 4500) ++floated;
    if (udp.size() > 16 && load_be64(udp.data() + 8) == 0) ++marked;
    return true;
  });
  CHECK(world.from_branch(world.branch()));
  CHECK(world.to_branch(world.branch()));
  CHECK(marked == 4);
  for (VirtualRouter* const peer : {&router, &world.office}) {
    REQUIRE(ipsec_sas(*peer).size() == 1);
    CHECK(shows(*peer, "show ipsec sa=" + std::to_string(ipsec_sas(*peer)[0].id), "UDP_ENCAP_TUNNEL"));
  }
  SECTION("keep-alives hold the mapping, renewals lose nothing") {
    for (int i = 0; i < 12; ++i) {
      world.time.advance(10min);
      CHECK(world.to_branch(world.branch()));
    }
    CHECK(counter(router, "show isakmp counters=network", "natTKeepaliveTx") >= 2 * 3600 / 20 - 1);
    CHECK(counter(world.office, "show isakmp counters=network", "natTKeepaliveRx") >= 2 * 3600 / 20 - 1);
    CHECK(counter(world.office, "show isakmp counters=network", "udpRxBad") == 0);
  }
  SECTION("the NAT gives another port") {
    world.nat.forget();
    CHECK(world.from_branch(world.branch()));
    CHECK(world.to_branch(world.branch()));
  }
  SECTION("the marker counts for what fits: 1430 bytes of 1500 with 3DES") {
    const auto before = world.branch().pc.answered();
    world.branch().pc.ping(world.pc2.address(), 1402);
    world.time.advance(3s);
    CHECK(world.branch().pc.answered() == before + 1);
    world.branch().pc.ping(world.pc2.address(), 1403);
    world.time.advance(3s);
    CHECK(world.branch().pc.answered() == before + 1);  // in two pieces, and this NAT passes none
  }
  CHECK(floated == 0);
  CHECK(world.esp == 0);
}

TEST_CASE("NAT-T: two branches behind one NAT") {
  const std::string heartbeat = GENERATE("both", "none");
  CAPTURE(heartbeat);
  NatNetwork world(2, SET_ISAKMP "heart=" + heartbeat);
  CHECK(world.from_branch(world.branch(1)));
  CHECK(world.from_branch(world.branch(2)));
  for (int i = 0; i < 12; ++i) {
    INFO("round " << i);
    for (std::size_t number = 1; number <= 2; ++number) {
      CHECK(world.from_branch(world.branch(number)));
      CHECK(world.to_branch(world.branch(number)));
    }
    world.time.advance(10min);
  }
  CHECK(isakmp_sa_count(world.office) == 2);
  CHECK(ipsec_sas(world.office).size() == 2);
  SECTION("one of them goes: the other stays") {
    give(world.branch(1).router, {"disable ipsec", "disable isakmp"});
    world.time.advance(2min);
    CHECK(world.from_branch(world.branch(2)));
    CHECK(world.to_branch(world.branch(2)));
  }
  SECTION("the NAT forgets both") {
    world.nat.forget();
    for (std::size_t number = 1; number <= 2; ++number) {
      CHECK(world.from_branch(world.branch(number)));
      CHECK(world.to_branch(world.branch(number)));
    }
  }
}

TEST_CASE("NAT-T: transport mode between the routers themselves, with the original addresses") {
  NatNetwork world(1);
  VirtualRouter& router = world.branch().router;
  for (VirtualRouter* const peer : {&router, &world.office}) {
    give(*peer, {"create ipsec sas=2 key=isakmp prot=esp mode=transport enc=3desouter hasha=sha",
                 "create ipsec bund=2 key=isakmp string=\"2\""});
  }
  give(router, {"create ipsec pol=host int=eth0 ac=ipsec key=isakmp bund=2 peer=200.200.200.1 pos=1",
                "set ipsec pol=host lad=10.0.1.1 rad=200.200.200.1 tra=icmp"});
  give(world.office, {"create ipsec pol=host int=eth0 ac=ipsec key=isakmp bund=2 peer=any pos=1",
                      "set ipsec pol=host lad=200.200.200.1 tra=icmp"});
  CHECK(ping_from(router, world.time, "200.200.200.1"));
  CHECK(ping_from(router, world.time, "200.200.200.1"));
  CHECK(policy_counter(router, "outProcessDone", "host") == policy_counter(world.office, "inProcessDone", "host"));
  REQUIRE(ipsec_sas(world.office).size() == 1);
  const std::string screen = "show ipsec sa=" + std::to_string(ipsec_sas(world.office)[0].id);
  CHECK(shows(world.office, screen, "Mode ................................... UDP_ENCAP_TRANSPORT"));
  CHECK(shows(world.office, screen, "Peer original source IP address ...... 10.0.1.1"));
  CHECK(shows(world.office, screen, "Peer original destination IP address.. 200.200.200.1"));
  CHECK(world.esp == 0);
}

TEST_CASE("UDPTUNNEL carries ESP through a NAT of which nobody was told, and heartbeats keep its mapping") {
  const bool heartbeats = GENERATE(true, false);
  NatNetwork world(1, fmt::format(SET_ISAKMP "natt=false\n" SET_IPSEC "udpt=true udph={}", heartbeats));
  Branch& branch = world.branch();
  CHECK(world.from_branch(branch));
  CHECK(world.to_branch(branch));
  CHECK(world.esp == 0);
  CHECK(shows(world.office, "show ipsec sa=0", "UDP_ENCAP_TUNNEL"));
  CHECK(counter(world.office, "show ipsec counters=udp", "inTunnel") == 2);
  world.time.advance(5min);  // the NAT forgets after one
  CHECK(world.to_branch(branch) == heartbeats);
  CHECK((counter(world.office, "show ipsec counters=udp", "inHeartbeat") >= 14) == heartbeats);
  CHECK(world.from_branch(branch));  // from another port of the NAT's, if it had forgotten
  CHECK(world.to_branch(branch));
  CHECK(ipsec_sas(world.office).size() == 1);
}
