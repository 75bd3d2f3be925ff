// reference/scenarios.md B and C: phase 1 good, phase 2 fails; policies chosen wrongly.
#include "netdev/wire/ipv4.h"
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr auto give_up = 292s;
constexpr std::string_view peer1_wan = "100.100.100.1";
constexpr std::string_view up1 = "200.200.200.1 3DES SHA -/-/- 86400/82080",
                           up2 = "100.100.100.1 3DES SHA -/-/- 86400/82080";

#define SET_IPSEC "set ipsec pol=\"wiz_Peer1 to Peer2\" "
#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

/// Packets of PC1 that crossed the Internet in clear.
std::size_t in_clear(const Scenario& world, std::string_view host) { return world.seen(host, wire::protocol::icmp); }

}  // namespace

TEST_CASE("14, 15, 17 Phase 2 settings differ") {
  struct Fault {
    int at;  // the peer with the fault
    std::string setting, mended, refused, notify;
  };
  const auto fault = GENERATE(
      Fault{2, "set ipsec sas=1 hasha=md5", "set ipsec sas=1 hasha=sha",
            "offered ESP 3DESOUTER SHA TUNNEL; policy wiz_Peer1 to Peer2 has ESP 3DESOUTER MD5 TUNNEL",
            "NO-PROPOSAL-CHOSEN"},
      Fault{2, "set ipsec sas=1 enc=des", "set ipsec sas=1 enc=3desouter",
            "offered ESP 3DESOUTER SHA TUNNEL; policy wiz_Peer1 to Peer2 has ESP DES SHA TUNNEL", "NO-PROPOSAL-CHOSEN"},
      Fault{2, SET_IPSEC "usepfsk=true gro=2", SET_IPSEC "usepfsk=false",
            "offered no PFS; policy wiz_Peer1 to Peer2 has group 2", "NO-PROPOSAL-CHOSEN"},
      Fault{1, SET_IPSEC "usepfsk=true gro=2", SET_IPSEC "usepfsk=false",
            "offered group 2; policy wiz_Peer1 to Peer2 has no PFS", "NO-PROPOSAL-CHOSEN"},
      Fault{1, SET_IPSEC "rad=192.168.0.0 rma=255.255.0.0", SET_IPSEC "rad=192.168.2.0 rma=255.255.255.0",
            "offered local 192.168.0.0/255.255.0.0 remote 192.168.1.0/255.255.255.0; wiz_Peer1 to Peer2 has local "
            "192.168.2.0/255.255.255.0 remote 192.168.1.0/255.255.255.0",
            "INVALID-ID-INFORMATION"});
  CAPTURE(fault.at, fault.setting);
  Scenario world;
  VirtualRouter& faulty = fault.at == 1 ? world.peer1 : world.peer2;
  give(faulty, {fault.setting});

  SECTION("the responder says so") {
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "");
    CHECK(times(log_of(world.peer1, "isakmp"), "Notify " + fault.notify + " received from peer 200.200.200.1") == 1);
    CHECK_FALSE(world.ping12());
    CHECK(times(log_of(world.peer2, "isakmp"), fault.refused) == 2);
  }
  SECTION("the responder is silent") {
    give(world.peer2, {SET_ISAKMP "sendn=false"});
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "2 WAIT_HASH_SA_NONCE 200.200.200.1 QUICK");
    CHECK(exchanges(world.peer2) == "");
    const unsigned first = newest_exchange(world.peer1);
    world.time.advance(give_up);
    CHECK(exchanges(world.peer1) == "");
    CHECK_FALSE(world.ping12());  // new traffic, a new quick mode
    CHECK(exchanges(world.peer1) == "2 WAIT_HASH_SA_NONCE 200.200.200.1 QUICK");
    CHECK(newest_exchange(world.peer1) > first);
    world.time.advance(give_up);
    give(world.peer2, {SET_ISAKMP "sendn=true"});
  }
  // Both times under the one ISAKMP SA.
  CHECK(isakmp_sas(world.peer1) == up1);
  CHECK(isakmp_sas(world.peer2) == up2);
  CHECK(counter(world.peer1, "show isakmp counters=main", "initDone") == 1);
  CHECK(ipsec_sas(world.peer1).empty());
  CHECK(ipsec_sas(world.peer2).empty());
  CHECK(policy_counter(world.peer1, "outProcessDone") == 0);
  CHECK(times(log_of(world.peer2, "isakmp"), fault.refused) == 2);
  CHECK(times(log_of(world.peer1, "ipsec"), "IPsec SA bundle not created: policy wiz_Peer1 to Peer2 bundle 0") == 2);
  give(faulty, {fault.mended});
  world.check_healthy();
}

TEST_CASE("15 PFS alike on both ends") {
  Scenario world(SET_IPSEC "usepfsk=true gro=2");
  world.check_healthy();
}

TEST_CASE("16 Local and remote swapped") {
  Scenario world;
  give(world.peer1, {SET_IPSEC "lad=192.168.2.0 rad=192.168.1.0"});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "");
  CHECK(isakmp_sas(world.peer1) == "");
  CHECK(in_clear(world, "192.168.1.100") == 1);
  CHECK(policy_counter(world.peer1, "outPermit", "wiz_internet") >= 1);
  CHECK_FALSE(world.ping21());
  CHECK(isakmp_sas(world.peer1) == up1);
  CHECK(isakmp_sas(world.peer2) == up2);
  CHECK(ipsec_sas(world.peer2).empty());
  CHECK(times(log_of(world.peer2, "isakmp"), "Notify INVALID-ID-INFORMATION received from peer 100.100.100.1") == 1);
  CHECK(counter(world.peer1, "show isakmp counters=quick", "idMismatch") == 1);
  CHECK(shows(world.peer1, "show config dynamic=ipsec", "lad=192.168.2.0"));
  CHECK(shows(world.peer2, "show config dynamic=ipsec", "lad=192.168.2.0"));
  give(world.peer1, {SET_IPSEC "lad=192.168.1.0 rad=192.168.2.0"});
  world.check_healthy();
}

TEST_CASE("18 Both LANs have the same subnet") {
  Scenario world;
  Host twin(world.time, "twin", "192.168.1.200", "192.168.1.254");  // what PC2 would be called
  const auto sent = world.sightings.size();
  const auto permitted = policy_counter(world.peer1, "outPermit", "wiz_internet");
  world.pc1.ping(twin.address());  // PC1 asks its own LAN
  world.time.advance(5s);
  CHECK(world.pc1.answered() == 0);
  CHECK(exchanges(world.peer1) == "");
  CHECK(world.sightings.size() == sent);
  CHECK(policy_counter(world.peer1, "outNoBundle") == 0);
  CHECK(policy_counter(world.peer1, "outPermit", "wiz_internet") == permitted);
  world.check_healthy();  // with different networks
}

TEST_CASE("19 Catch-all permit not last") {
  Scenario world;
  give(world.peer1, {"set ipsec pol=\"wiz_internet\" pos=1"});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "");
  CHECK(isakmp_sas(world.peer1) == "");
  CHECK(in_clear(world, "192.168.1.100") == 1);
  CHECK_FALSE(world.ping21());
  REQUIRE(ipsec_sas(world.peer1).size() == 1);  // PC2's ping builds the tunnel, its answers leave in clear
  CHECK(policy_counter(world.peer2, "outProcessDone") == 1);
  CHECK(policy_counter(world.peer2, "inProcessDone") == 0);
  CHECK(policy_counter(world.peer1, "inProcessDone") == 1);
  CHECK(policy_counter(world.peer1, "outProcessDone") == 0);
  CHECK(in_clear(world, "192.168.1.100") == 2);
  give(world.peer1, {"set ipsec pol=\"wiz_internet\" pos=4"});
  world.check_healthy();
}

TEST_CASE("20 Two ISAKMP policies for any peer, same proposal") {
  // Peer2 serves branches by `isakmp` and clients by `isakmp2`; Peer1 is a client: key 2, no heartbeats.
  Scenario world;
  give(world.peer2,
       {"destroy ipsec pol=\"wiz_Peer1 to Peer2\"", "destroy isakmp pol=\"wiz_Peer1 to Peer2\"",
        "create ipsec pol=\"wiz_Peer1 to Peer2\" int=eth0 ac=ipsec key=isakmp bund=1 peer=any",
        SET_IPSEC "lad=192.168.2.0 lma=255.255.255.0 rad=192.168.1.0 rma=255.255.255.0", SET_IPSEC "pos=3",
        "create enco key=2 type=general value=\"of-clients\"",
        "create isakmp pol=isakmp pe=any key=1 mode=main natt=true enc=3desouter",
        "set isakmp pol=isakmp localid=example1 remoteid=ARRouter", "set isakmp pol=isakmp sendn=true sendd=true",
        "set isakmp pol=isakmp heart=both", "create isakmp pol=isakmp2 pe=any key=2 mode=main natt=true enc=3desouter",
        "set isakmp pol=isakmp2 localid=example2 remoteid=client", "set isakmp pol=isakmp2 sendn=true sendd=true",
        "set isakmp pol=isakmp2 heart=none"});
  give(world.peer1, {"create enco key=2 type=general value=\"of-clients\"",
                     SET_ISAKMP "key=2 localid=client remoteid=example2 heart=none"});
  const auto served_by = [&] {
    const std::string detail = world.peer2.text("show isakmp sa detail");
    const auto at = detail.find("Policy name");
    return at == std::string::npos ? "" : detail.substr(detail.find(". ", at) + 2, 8);
  };
  const auto check_client_served = [&] {
    world.time.advance(give_up);
    CHECK(world.ping12());
    CHECK(served_by().starts_with("isakmp2\n"));
    world.time.advance(10min);
    CHECK(isakmp_sa_count(world.peer2) == 1);
    CHECK(world.ping12());
  };

  SECTION("another key: the first policy's does not fit") {
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 AUTHSENT 200.200.200.1 MAIN");
    CHECK(exchanges(world.peer2) == "1 KESENT 100.100.100.1 MAIN");
    CHECK(served_by().starts_with("isakmp\n"));
    SECTION("cure: another encryption for routers") {
      give(world.peer2, {"set isakmp pol=isakmp enc=3des2key"});
      check_client_served();
    }
    SECTION("cure: aggressive mode for routers") {
      give(world.peer2, {"set isakmp pol=isakmp mode=aggressive"});
      check_client_served();
    }
  }
  SECTION("one key, any ID: authenticated, and dropped when the heartbeats stay away") {
    give(world.peer2, {"set isakmp pol=isakmp key=2 localid=example2 remoteid=any"});
    CHECK(world.ping12());
    CHECK(served_by().starts_with("isakmp\n"));
    world.time.advance(70s);
    CHECK(times(log_of(world.peer2, "isakmp"), "Heartbeat timeout: SA 1 to peer 100.100.100.1 deleted") == 1);
    CHECK(isakmp_sa_count(world.peer2) == 0);
    give(world.peer2, {"set isakmp pol=isakmp enc=3des2key"});
    check_client_served();
  }
}

TEST_CASE("21 No permit for the Internet") {
  Scenario world;
  give(world.peer1, {"destroy ipsec pol=\"wiz_internet\""});
  CHECK_FALSE(world.wan_answers());
  CHECK(counter(world.peer1, "show ipsec counters=main", "outNoPolicy") == 1);
  world.check_healthy();  // IKE has its own permit
  const auto sent = in_clear(world, "192.168.1.100");
  world.pc1.ping(*parse_ipv4("200.200.200.254"));
  world.time.advance(1s);
  CHECK(in_clear(world, "192.168.1.100") == sent);
  give(world.peer1, {"create ipsec pol=\"wiz_internet\" int=eth0 ac=permit"});
  CHECK(world.wan_answers());
  world.check_healthy();
}

TEST_CASE("22 No permit for UDP 500, wide encrypting policy") {
  Scenario world;
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_IPSEC "lad=any rad=any"});
  give(world.peer1, {"destroy ipsec pol=\"wiz_isakmp\""});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  CHECK(exchanges(world.peer2) == "");
  CHECK(world.seen(peer1_wan, wire::protocol::udp) == 0);
  world.time.advance(60s);
  CHECK(world.seen(peer1_wan, wire::protocol::udp) == 0);
  give(world.peer1, {"create ipsec pol=\"wiz_isakmp\" int=eth0 ac=permit lp=500 pos=1"});
  world.time.advance(give_up);
  world.check_healthy();
}
