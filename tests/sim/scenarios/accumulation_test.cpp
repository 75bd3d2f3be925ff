// reference/scenarios.md 30 and 35, and the How-To Note's page 22: why ISAKMP SAs pile up at the peer, and that each
// of its cures ends it. A day with a ping every ten seconds.
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

/// The Note's Router 1 and Router 2: aggressive, heartbeats only at one end, no Deletes.
void give_example_problem(Scenario& world) {
  give(world.peer1, {SET_ISAKMP "mode=aggressive localid=ARRouter1 remoteid=ARRouter2",
                     SET_ISAKMP "sendn=true sendd=false", SET_ISAKMP "heart=both"});
  give(world.peer2, {SET_ISAKMP "pe=any mode=aggressive localid=ARRouter2 remoteid=ARRouter1",
                     SET_ISAKMP "sendn=true sendd=false", SET_ISAKMP "heart=none"});
}

struct Day {
  std::size_t most_isakmp = 0, most_ipsec = 0;  // rows at Peer2
  bool every_hour_works = true;
};
Day live_a_day(Scenario& world) {
  Day day;
  for (int hour = 0; hour < 24; ++hour) {
    world.ping_for(1h, 10s);
    day.most_isakmp = std::max(day.most_isakmp, isakmp_sa_count(world.peer2));
    day.most_ipsec = std::max(day.most_ipsec, ipsec_sas(world.peer2).size());
    day.every_hour_works = day.every_hour_works && world.ping12(10s);
    world.sightings.clear();
  }
  return day;
}

}  // namespace

TEST_CASE("30 Heartbeats differ: a row for every cycle, all day") {
  Scenario world;
  give_example_problem(world);
  world.ping12();
  REQUIRE(isakmp_sa_count(world.peer1) == 1);
  REQUIRE(isakmp_sa_count(world.peer2) == 1);
  world.ping_for(10min, 10s);
  const std::size_t cycles = counter(world.peer1, "show isakmp counters=heartbeat", "heartbeatTimeout");
  CHECK(cycles >= 8);  // a minute and a little each
  CHECK(cycles <= 10);
  CHECK(isakmp_sa_count(world.peer1) <= 1);
  CHECK(isakmp_sa_count(world.peer2) == cycles + isakmp_sa_count(world.peer1));
  const Day day = live_a_day(world);
  CHECK(day.most_isakmp > 1000);
  CHECK(day.most_ipsec > 300);  // eight hours of them
  CHECK(isakmp_sa_count(world.peer1) <= 1);
  CHECK(isakmp_sas(world.peer2).starts_with("100.100.100.1 3DES SHA -/-/- 86400/82080; 100.100.100.1 "));
  CHECK(day.every_hour_works);
}

TEST_CASE("30 The Note's cures stop it") {
  Scenario world;
  give_example_problem(world);
  SECTION("the same heartbeats") { give(world.peer2, {SET_ISAKMP "heart=both"}); }
  SECTION("no heartbeats on either end") { give(world.peer1, {SET_ISAKMP "heart=none"}); }
  SECTION("main mode, whose Initial Contact clears the peer") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "mode=main"});
  }
  SECTION("Deletes") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "sendd=true"});
  }
  SECTION("all of it: the Note's robust form") {
    for (VirtualRouter* const peer : {&world.peer1, &world.peer2})
      give(*peer, {SET_ISAKMP "mode=main sendn=true sendd=true heart=both"});
  }
  const Day day = live_a_day(world);
  CHECK(day.most_isakmp <= 2);
  CHECK(day.most_ipsec <= 2);
  CHECK(day.every_hour_works);
}

TEST_CASE("35 EXPIRYKBYTES too low") {
  Scenario world(SET_ISAKMP "expiryk=2 sendd=false");
  world.ping12();
  CHECK(isakmp_sas(world.peer1) == "200.200.200.1 3DES SHA 2048/1946/" +
                                       isakmp_sas(world.peer1).substr(33, isakmp_sas(world.peer1).find(' ', 33) - 33) +
                                       " 86400/82080");
  std::size_t before = 1;
  for (int hour = 0; hour < 6; ++hour) {
    world.ping_for(1h, 10s);
    CHECK(isakmp_sa_count(world.peer1) > before);
    CHECK(isakmp_sa_count(world.peer2) > before);
    before = isakmp_sa_count(world.peer1);
    world.sightings.clear();
  }
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) give(*peer, {SET_ISAKMP "expiryk=1000"});
  world.reset_both();
  world.ping_for(4h, 10s);
  CHECK(isakmp_sa_count(world.peer1) == 1);
  CHECK(isakmp_sa_count(world.peer2) == 1);
  CHECK(world.ping12());
}

TEST_CASE("PHASE2XCHGLIMIT makes new ISAKMP SAs and keeps the old") {
  Scenario world(SET_ISAKMP "pha=1 sendd=false");
  give(world.peer1, {"set ipsec bund=1 expirys=600"});
  world.ping_for(1h, 10s);
  CHECK(isakmp_sa_count(world.peer1) >= 5);
  CHECK(isakmp_sa_count(world.peer2) == isakmp_sa_count(world.peer1));
  CHECK(world.pc1.answered() == world.pc1.sent());
}
