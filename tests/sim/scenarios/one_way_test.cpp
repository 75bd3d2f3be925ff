// reference/scenarios.md E: was up, now silent, or works from one side only.
#include "netdev/wire/ipv4.h"
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_IPSEC "set ipsec pol=\"wiz_Peer1 to Peer2\" "
#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "
#define SAVE "create config=boot.cfg"

constexpr std::string_view general = "show isakmp counters=general";

}  // namespace

TEST_CASE("31 Power cut at the initiator, aggressive mode") {
  Scenario world(SET_ISAKMP "mode=aggressive sendd=false heart=none");
  CHECK(world.ping12());
  for (std::size_t cut = 1; cut <= 4; ++cut) {
    INFO("cut " << cut);
    world.power_cut(world.peer1);
    CHECK(isakmp_sas(world.peer1) == "");
    const auto out = policy_counter(world.peer2, "outProcessDone");
    const auto unknown = counter(world.peer1, "show ipsec counters=main", "inBadSpi");
    CHECK_FALSE(world.ping21());  // into the dead SPI
    CHECK(policy_counter(world.peer2, "outProcessDone") == out + 1);
    CHECK(counter(world.peer1, "show ipsec counters=main", "inBadSpi") == unknown + 1);
    CHECK(isakmp_sa_count(world.peer2) == cut);
    CHECK(world.ping12());  // P1's own traffic makes a new tunnel
    CHECK(isakmp_sa_count(world.peer1) == 1);
    CHECK(isakmp_sa_count(world.peer2) == cut + 1);
    CHECK(world.ping21());
  }
  SECTION("step 7") {
    world.reset_both();
    world.check_healthy();
  }
  SECTION("heartbeats: what the cut left behind goes") {
    world.reset_both();
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "heart=both", SAVE});
    for (int cut = 0; cut < 4; ++cut) {
      CHECK(world.ping12());
      world.power_cut(world.peer1);
    }
    world.time.advance(80s);
    CHECK(isakmp_sa_count(world.peer2) == 0);
    world.check_healthy();
  }
  SECTION("a shorter EXPIRYSECONDS") {
    world.reset_both();
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "expirys=600", SAVE});
    std::size_t most = 0;
    for (int cut = 0; cut < 12; ++cut) {
      world.ping12(150s);
      most = std::max(most, isakmp_sa_count(world.peer2));
      world.power_cut(world.peer1);
    }
    CHECK(most <= 6);  // the 600 s hold four cuts, and renewals
  }
}

TEST_CASE("32 Recovery by RESPONDBADSPI") {
  Scenario world(SET_ISAKMP "heart=none sendd=false");
  give(world.peer2, {SET_IPSEC "respondbadspi=true", SAVE});
  CHECK(world.ping12());
  const auto dead = ipsec_sas(world.peer1).at(0).out_spi;
  const auto contacts = counter(world.peer1, "show isakmp counters=info", "initialContactRx");
  world.power_cut(world.peer2);
  CHECK_FALSE(world.ping12());
  CHECK(policy_counter(world.peer2, "inBadSpiResponse") == 1);
  CHECK(counter(world.peer2, general, "badSpiRequests") == 1);
  CHECK(times(log_of(world.peer2, "ipsec"),
              "IPsec: packet from 100.100.100.1 with unknown SPI " + std::to_string(dead)) == 1);
  CHECK(counter(world.peer2, "show isakmp counters=info", "initialContactTx") == 1);
  CHECK(counter(world.peer1, "show isakmp counters=info", "initialContactRx") == contacts + 1);
  CHECK(times(log_of(world.peer1, "isakmp"), "Initial contact received from peer 200.200.200.1") == contacts + 1);
  CHECK(isakmp_sa_count(world.peer1) == 1);
  CHECK(ipsec_sas(world.peer1).empty());
  world.check_healthy();
}

TEST_CASE("33 Recovery refused") {
  Scenario world(SET_ISAKMP "heart=none sendd=false");
  std::string counted;
  SECTION("aggressive mode") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "mode=aggressive"});
    counted = "badSpiInAggrMode";
  }
  SECTION("SENDNOTIFY is off") {
    give(world.peer2, {SET_ISAKMP "sendn=false"});
    counted = "badSpiSendNotifyUnset";
  }
  SECTION("another ISAKMP SA to that peer stands") { counted = "badSpiFromKnownPeer"; }
  give(world.peer2, {SET_IPSEC "respondbadspi=true", SAVE});
  CHECK(world.ping12());
  if (counted == "badSpiFromKnownPeer") {
    give(world.peer2, {"reset ipsec pol=\"wiz_Peer1 to Peer2\""});
  } else {
    world.power_cut(world.peer2);
  }
  CHECK(ipsec_sas(world.peer2).empty());
  for (int i = 0; i < 5; ++i) CHECK_FALSE(world.ping12());
  CHECK(counter(world.peer2, general, counted) == 5);
  CHECK(counter(world.peer2, general, "badSpiRequests") == 5);
  CHECK(ipsec_sas(world.peer2).empty());
  CHECK(ipsec_sas(world.peer1).size() == 1);
}

TEST_CASE("34 Expiry differs") {
  Scenario world(SET_ISAKMP "heart=none");
  give(world.peer2, {SET_ISAKMP "expirys=3600"});
  SECTION("Deletes are sent: two rows only until the old one ends") {
    CHECK(world.ping12());
    CHECK(isakmp_sas(world.peer1) == "200.200.200.1 3DES SHA -/-/- 86400/82080");
    CHECK(isakmp_sas(world.peer2) == "100.100.100.1 3DES SHA -/-/- 3600/3420");
    world.time.advance(3415s);
    CHECK(isakmp_sa_count(world.peer2) == 1);
    world.time.advance(10s);  // 95 %: Peer2 begins anew
    CHECK(isakmp_sa_count(world.peer2) == 2);
    CHECK(isakmp_sa_count(world.peer1) == 2);
    CHECK(counter(world.peer2, "show isakmp counters=main", "initDone") == 1);
    world.time.advance(180s);
    CHECK(isakmp_sa_count(world.peer1) == 1);
    CHECK(times(log_of(world.peer1, "isakmp"), "Delete received from peer 200.200.200.1 for SA 1") == 1);
    CHECK(world.ping12());
  }
  SECTION("Peer1's firewall lets nobody in: Peer2 cannot renew, and Peer1 begins anew when it has something to say") {
    CHECK(world.ping12());
    world.block_udp("200.200.200.1", {500, 4500});
    world.time.advance(3600s);
    CHECK(isakmp_sa_count(world.peer2) == 1);  // the one it tries to begin; the old one is over
    CHECK(exchanges(world.peer2) == "1 SASENT 100.100.100.1 MAIN");
    CHECK(times(log_of(world.peer2, "isakmp"), "SA 1 to peer 100.100.100.1 expired") == 1);
    CHECK(world.ping12());  // by the IPsec SA, which has its own life
    world.time.advance(24h);
    CHECK_FALSE(world.ping12());  // nobody's answers come in
    world.unblock();
    world.time.advance(5min);
    CHECK(world.ping12(10s));
  }
  SECTION("no Deletes: Peer1 keeps its row for its own 86400 s") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "sendd=false"});
    CHECK(world.ping12());
    world.time.advance(3h);
    CHECK(isakmp_sas(world.peer1) ==
          "200.200.200.1 3DES SHA -/-/- 86400/82080; 200.200.200.1 3DES SHA -/-/- 3600/3420");
    CHECK(isakmp_sas(world.peer2) == "100.100.100.1 3DES SHA -/-/- 3600/3420");
    CHECK(world.ping12());
  }
}

TEST_CASE("36 Dynamic address changed") {
  Scenario world(SET_ISAKMP "heart=none sendd=false");
  give(world.peer2, {SET_ISAKMP "pe=any", SET_IPSEC "peer=any"});
  const auto reconnect = [&](const std::string& address) {
    give(world.peer1, {"set ip int=eth0 ip=" + address + " mask=255.255.255.0"});
    world.time.advance(1s);
  };
  SECTION("no heartbeats: the head office keeps both addresses") {
    CHECK(world.ping12());
    reconnect("100.100.100.7");
    CHECK(ipsec_sas(world.peer1).empty());
    CHECK(isakmp_sas(world.peer1) == "");
    CHECK(world.ping12(6s));
    CHECK(isakmp_sas(world.peer2) ==
          "100.100.100.1 3DES SHA -/-/- 86400/82080; 100.100.100.7 3DES SHA -/-/- 86400/82080");
    CHECK(ipsec_sas(world.peer2).size() == 2);
    CHECK(world.ping21());
    world.time.advance(1h);
    CHECK(isakmp_sa_count(world.peer2) == 2);
  }
  SECTION("heartbeats on both ends: the old address goes within 61 s") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "heart=both"});
    CHECK(world.ping12());
    reconnect("100.100.100.7");
    CHECK(world.ping12(6s));
    world.time.advance(80s);
    CHECK(isakmp_sas(world.peer2) == "100.100.100.7 3DES SHA -/-/- 86400/82080");
    CHECK(ipsec_sas(world.peer2).size() == 1);
    CHECK(world.ping21());
    CHECK(world.ping12());
  }
}

TEST_CASE("37 Head office tries to call a dynamic branch") {
  const std::string_view kind = GENERATE("any", "dynamic");
  CAPTURE(kind);
  Scenario world;
  give(world.peer2, {SET_ISAKMP "pe=any", std::string(SET_IPSEC "peer=") + std::string(kind)});
  CHECK_FALSE(world.ping21());
  CHECK(exchanges(world.peer2) == "");
  CHECK(isakmp_sas(world.peer2) == "");
  CHECK(policy_counter(world.peer2, "outNoBundleFail") == 1);
  CHECK(world.seen("200.200.200.1", wire::protocol::udp) == 0);
  world.check_healthy();  // the branch starts, then both ways work
}

TEST_CASE("38 IPsec disabled on one end") {
  Scenario world(SET_ISAKMP "heart=none sendd=false");
  CHECK(world.ping12());
  give(world.peer2, {"disable ipsec"});
  CHECK(ipsec_sas(world.peer2).empty());
  const auto out = policy_counter(world.peer1, "outProcessDone");
  CHECK_FALSE(world.ping12());
  CHECK(ipsec_sas(world.peer1).size() == 1);
  CHECK(policy_counter(world.peer1, "outProcessDone") == out + 1);
  CHECK(counter(world.peer2, "show ipsec counters=main", "inNoSa") == 1);
  CHECK_FALSE(world.ping21());
  CHECK(world.seen("192.168.2.100", wire::protocol::icmp) == 1);  // in clear
  give(world.peer2, {"enable ipsec"});
  world.reset_both();
  world.check_healthy();
}
