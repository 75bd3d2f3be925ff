// reference/scenarios.md A: phase 1 fails.
#include "netdev/wire/ipv4.h"
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr auto give_up = 292s;  // eight retransmissions and the last wait
constexpr std::string_view peer1_wan = "100.100.100.1";
constexpr std::string_view unfinished = "200.200.200.1 - - 0/0/0 0/0/0";
constexpr std::string_view main_counters = "show isakmp counters=main";

#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

}  // namespace

TEST_CASE("Healthy picture") {
  Scenario world;
  world.check_healthy();
  CHECK(times(log_of(world.peer1, "isakmp"), "completed successfully with peer 200.200.200.1") == 2);
  CHECK(times(log_of(world.peer1, "ipsec"),
              "IPsec SA bundle created: policy wiz_Peer1 to Peer2 bundle 0 peer 200.200.200.1") == 1);
}

TEST_CASE("Unanswered: retransmissions at 4, 12, 28, 52, 84, 124, 172 and 228 s, the end 64 s later") {
  Scenario world;
  world.block_udp(peer1_wan, {500});
  world.ping12(291s);
  std::vector<std::int64_t> at;
  for (const Sighting& sighting : world.sightings) {
    if (sighting.from == *parse_ipv4(peer1_wan) && sighting.destination_port == 500)
      at.push_back(
          std::chrono::duration_cast<std::chrono::milliseconds>(sighting.at - world.sightings.front().at).count());
  }
  CHECK(at == std::vector<std::int64_t>{0, 4000, 12000, 28000, 52000, 84000, 124000, 172000, 228000});
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  world.time.advance(1s);
  CHECK(exchanges(world.peer1) == "");
  CHECK(isakmp_sas(world.peer1) == "");
  CHECK(times(log_of(world.peer1, "isakmp"),
              "Phase 1 [main] with peer 200.200.200.1 failed: retransmission limit reached") == 1);
  CHECK(counter(world.peer1, "show isakmp counters=general", "msgRetransmit") == 8);
  world.time.advance(1h);  // without RETRYIKEATTEMPTS only new traffic starts another try
  CHECK(world.seen(peer1_wan, wire::protocol::udp, 500) == 9);
}

TEST_CASE("1 Pre-shared key differs, main mode") {
  Scenario world;
  give(world.peer2, {"destroy enco key=1", "create enco key=1 type=general value=\"sharedSecret\""});
  CHECK(world.wan_answers());
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 AUTHSENT 200.200.200.1 MAIN");
  CHECK(exchanges(world.peer2) == "1 KESENT 100.100.100.1 MAIN");
  CHECK(isakmp_sas(world.peer1) == unfinished);
  world.time.advance(give_up);
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) {
    CHECK(exchanges(*peer) == "");
    CHECK(isakmp_sas(*peer) == "");
    CHECK(ipsec_sas(*peer).empty());
    CHECK(counter(*peer, main_counters, "timeout") == 1);
  }
  CHECK(counter(world.peer2, main_counters, "badMessage") == 9);
  CHECK(policy_counter(world.peer1, "outProcessDone") == 0);
  CHECK(policy_counter(world.peer1, "outNoBundleFail") == 1);
  CHECK(world.peer1.text("show enco key=1") != world.peer2.text("show enco key=1"));

  give(world.peer2, {"destroy enco key=1", "create enco key=1 type=general value=\"sharedsecret\""});
  CHECK(world.peer1.text("show enco key=1") == world.peer2.text("show enco key=1"));
  world.reset_both();
  world.check_healthy();
}

TEST_CASE("2 Pre-shared key differs, aggressive mode") {
  Scenario world(SET_ISAKMP "mode=aggressive");
  give(world.peer2, {"destroy enco key=1", "create enco key=1 type=general value=\"sharedSecret\""});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "");
  CHECK(times(log_of(world.peer1, "isakmp"),
              "Phase 1 [aggressive] with peer 200.200.200.1 failed: authentication failed") == 1);
  CHECK(counter(world.peer1, "show isakmp counters=aggressive", "authFailed") == 1);
  CHECK(exchanges(world.peer2) == "1 SAKEAUTHSENT 100.100.100.1 AGGRESSIVE");
  world.time.advance(give_up);
  CHECK(exchanges(world.peer2) == "");
  CHECK(counter(world.peer2, "show isakmp counters=aggressive", "timeout") == 1);
  give(world.peer2, {"destroy enco key=1", "create enco key=1 type=general value=\"sharedsecret\""});
  world.check_healthy();
}

TEST_CASE("3, 4 Phase 1 proposal differs") {
  struct Fault {
    std::string mode, setting, mended, state, configured;  // what P2's log says of its own side
  };
  const std::string at_sa = "SASENT 200.200.200.1 MAIN", at_sa_ke = "SAKESENT 200.200.200.1 AGGRESSIVE";
  const auto fault =
      GENERATE_COPY(Fault{"main", "enc=des", "enc=3desouter", at_sa, "configured DES SHA PRESHARED MODP768"},
                    Fault{"main", "hasha=md5", "hasha=sha", at_sa, "configured 3DES MD5 PRESHARED MODP768"},
                    Fault{"main", "gro=2", "gro=1", at_sa, "configured 3DES SHA PRESHARED MODP1024"},
                    Fault{"aggressive", "enc=des", "enc=3desouter", at_sa_ke, "configured DES SHA PRESHARED MODP768"},
                    Fault{"aggressive", "gro=2", "gro=1", at_sa_ke, "configured 3DES SHA PRESHARED MODP1024"});
  CAPTURE(fault.mode, fault.setting);
  Scenario world(SET_ISAKMP "mode=" + fault.mode);
  give(world.peer2, {SET_ISAKMP + fault.setting});
  const std::string refused =
      "Phase 1 [" + fault.mode + "] with peer 100.100.100.1 failed: no proposal chosen (offered ";

  SECTION("the responder says so") {
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "");
    CHECK(times(log_of(world.peer1, "isakmp"), "with peer 200.200.200.1 failed: peer sent NO-PROPOSAL-CHOSEN") == 1);
    CHECK(times(log_of(world.peer2, "isakmp"), refused) == 1);
  }
  SECTION("the responder is silent") {
    give(world.peer2, {SET_ISAKMP "sendn=false"});
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 " + fault.state);
    CHECK(isakmp_sas(world.peer1) == unfinished);
    CHECK(exchanges(world.peer2) == "");
    CHECK(isakmp_sas(world.peer2) == "");
    world.time.advance(give_up);
    CHECK(exchanges(world.peer1) == "");
    CHECK(times(log_of(world.peer2, "isakmp"), refused) == 9);
    give(world.peer2, {SET_ISAKMP "sendn=true"});
  }
  CHECK(times(log_of(world.peer2, "isakmp"), fault.configured) > 0);
  give(world.peer2, {SET_ISAKMP + fault.mended});
  world.check_healthy();
}

TEST_CASE("5 Aggressive on one end, main on the other") {
  Scenario world;
  give(world.peer1, {SET_ISAKMP "mode=aggressive"});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SAKESENT 200.200.200.1 AGGRESSIVE");
  CHECK(exchanges(world.peer2) == "");
  CHECK(counter(world.peer2, "show isakmp counters=spd", "getPolicyByPeerFailed") == 1);
  CHECK(times(log_of(world.peer2, "isakmp"), "Phase 1 request from 100.100.100.1: no matching policy") == 1);
  give(world.peer2, {SET_ISAKMP "mode=aggressive"});
  CHECK(world.ping12(5s));  // the next retransmission finds its policy
  world.check_healthy();
}

TEST_CASE("6 Remote ID differs") {
  SECTION("aggressive mode: refused at the first message") {
    Scenario world(SET_ISAKMP "mode=aggressive");
    give(world.peer1, {SET_ISAKMP "localid=\"brnch2\""});
    give(world.peer2, {SET_ISAKMP "pe=any remoteid=\"branch2\" sendn=false"});
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 SAKESENT 200.200.200.1 AGGRESSIVE");
    CHECK(exchanges(world.peer2) == "");
    CHECK(times(log_of(world.peer2, "isakmp"),
                "Phase 1 [aggressive] with peer 100.100.100.1 failed: remote ID mismatch (received brnch2; configured "
                "branch2)") == 1);
    CHECK(counter(world.peer2, "show isakmp counters=aggressive", "idFailed") == 1);
    world.time.advance(give_up);
    give(world.peer1, {SET_ISAKMP "localid=\"branch2\""});
    world.check_healthy();
  }
  SECTION("main mode: late, when the IDs come") {
    Scenario world;
    give(world.peer1, {SET_ISAKMP "localid=\"brnch2\""});
    give(world.peer2, {SET_ISAKMP "pe=any remoteid=\"branch2\""});
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 AUTHSENT 200.200.200.1 MAIN");
    CHECK(exchanges(world.peer2) == "");
    CHECK(times(log_of(world.peer2, "isakmp"),
                "Phase 1 [main] with peer 100.100.100.1 failed: remote ID mismatch (received brnch2; configured "
                "branch2)") == 1);
    CHECK(counter(world.peer2, main_counters, "idFailed") == 1);
    world.time.advance(give_up);
    give(world.peer1, {SET_ISAKMP "localid=\"branch2\""});
    world.check_healthy();
  }
}

TEST_CASE("7 Wrong peer address") {
  Scenario world;
  give(world.peer1, {SET_ISAKMP "pe=200.200.200.11"});
  CHECK(world.wan_answers());
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.11 MAIN");
  CHECK(isakmp_sas(world.peer1) == "200.200.200.11 - - 0/0/0 0/0/0");
  CHECK(exchanges(world.peer2) == "");
  CHECK(log_of(world.peer2, "isakmp").find("Phase 1") == std::string::npos);
  give(world.peer1, {SET_ISAKMP "pe=200.200.200.1"});
  world.reset_both();
  world.check_healthy();
}

TEST_CASE("8 UDP 500 blocked") {
  Scenario world;
  SECTION("at the responder") {
    world.block_udp(peer1_wan, {500});
    CHECK(world.wan_answers());
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
    CHECK(exchanges(world.peer2) == "");
    CHECK(log_of(world.peer2, "isakmp").find("Phase 1") == std::string::npos);
    CHECK(counter(world.peer2, "show isakmp counters=network", "udpRx") == 0);
    world.unblock();
    world.time.advance(10s);  // the retransmission comes through, and the ping that waited with it
    CHECK(world.pc1.answered() == 1);
    world.check_healthy();
  }
  SECTION("at the initiator only: it can start, its peer cannot") {
    bool from_inside = false;
    world.internet.watch([&](ByteView packet) {
      const auto ip = *wire::view_ipv4(packet);
      if (ip.protocol() != wire::protocol::udp) return true;
      from_inside = from_inside || ip.source() == *parse_ipv4(peer1_wan);
      return from_inside;
    });
    CHECK_FALSE(world.ping21());
    CHECK(exchanges(world.peer2) == "1 SASENT 100.100.100.1 MAIN");
    CHECK(exchanges(world.peer1) == "");
    world.time.advance(give_up);
    world.check_healthy();
  }
}

TEST_CASE("8 With RETRYIKEATTEMPTS the tunnel comes by itself once the way is free") {
  Scenario world;
  give(world.peer1, {SET_ISAKMP "ret=continuous"});
  world.block_udp(peer1_wan, {500});
  CHECK_FALSE(world.ping12());
  world.time.advance(3 * give_up);
  CHECK(counter(world.peer1, "show isakmp counters=general", "retryIkeAttemptsPh1") == 2);
  CHECK(counter(world.peer1, "show isakmp counters=spd", "usePolIkeRetryGood") == 2);
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  world.unblock();
  world.time.advance(60s);
  CHECK(ipsec_sas(world.peer1).size() == 1);
  world.check_healthy();
}

TEST_CASE("9 ISAKMP disabled on the peer") {
  Scenario world;
  SECTION("from the start") {
    give(world.peer2, {"disable isakmp"});
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
    CHECK_FALSE(shows(world.peer2, "show config dynamic=isakmp", "enable isakmp"));
    CHECK(shows(world.peer1, "show config dynamic=isakmp", "enable isakmp"));
    give(world.peer2, {"enable isakmp"});
    world.time.advance(10s);
    CHECK(world.pc1.answered() == 1);
  }
  SECTION("after it was up: one ISAKMP SA is left") {
    CHECK(world.ping12());
    give(world.peer2, {"disable isakmp"});
    world.time.advance(1s);
    CHECK(isakmp_sas(world.peer2) == "");
    CHECK(ipsec_sas(world.peer2).empty());
    CHECK(isakmp_sas(world.peer1) == "200.200.200.1 3DES SHA -/-/- 86400/82080");
    CHECK_FALSE(world.ping12());
    world.time.advance(80s);  // the heartbeats stay away
    CHECK(isakmp_sas(world.peer1) == "");
    CHECK(times(log_of(world.peer1, "isakmp"), "Heartbeat timeout: SA 1 to peer 200.200.200.1 deleted") == 1);
    give(world.peer2, {"enable isakmp"});
  }
  world.check_healthy();
}

TEST_CASE("10 SET IP LOCAL used") {
  Scenario world;
  give(world.peer1, {"set ip local ip=192.168.1.254"});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  CHECK(exchanges(world.peer2) == "");
  CHECK(times(log_of(world.peer2, "isakmp"), "Phase 1 request from 192.168.1.254: no matching policy") == 1);
  const auto local_row = [&] {
    const std::string screen = world.peer1.text("show ip interface");
    return screen.substr(screen.find("LOCAL"), 40);
  };
  CHECK(local_row().find("192.168.1.254") != std::string::npos);
  give(world.peer1, {"set ip local ip=0.0.0.0"});
  CHECK(local_row().find("Not set") != std::string::npos);
  world.time.advance(give_up);
  world.check_healthy();
}

TEST_CASE("11 WAN down") {
  Scenario world;
  SECTION("the cable is out") {
    give(world.peer1, {"lab port=eth0 down"});
    CHECK_FALSE(world.wan_answers());
    CHECK_FALSE(world.ping12());
    const std::string standing = exchanges(world.peer1);
    CHECK((standing == "" || standing == "1 SASENT 200.200.200.1 MAIN"));
    CHECK(ipsec_sas(world.peer1).empty());
    give(world.peer1, {"lab port=eth0 up"});
  }
  SECTION("no default route") {
    give(world.peer1, {"delete ip route=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254"});
    CHECK_FALSE(world.wan_answers());
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "");
    CHECK(isakmp_sas(world.peer1) == "");
    give(world.peer1, {"add ip route=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254"});
  }
  world.time.advance(give_up);
  CHECK(world.wan_answers());
  world.check_healthy();
}

TEST_CASE("12 Key lost after a restart") {
  Scenario world("add user=secoff pass=secoff-lab priv=securityofficer lo=yes");
  const std::string with_key = world.peer1.text("show enco key");
  world.peer1->restart(RestartKind::reboot, std::nullopt);
  world.time.advance(1s);
  CHECK(world.peer1.text("show enco key") != with_key);
  CHECK(world.wan_answers());
  SECTION("P1 starts") {
    CHECK_FALSE(world.ping12());
    CHECK(exchanges(world.peer1) == "");
    CHECK(times(log_of(world.peer1, "isakmp"),
                "Phase 1 with peer 200.200.200.1 cannot start: pre-shared key 1 does not exist") == 1);
  }
  SECTION("P2 starts") {
    CHECK_FALSE(world.ping21());
    CHECK(exchanges(world.peer1) == "");
    CHECK(exchanges(world.peer2) == "");
    CHECK(times(log_of(world.peer1, "isakmp"),
                "Phase 1 [main] with peer 200.200.200.1 failed: pre-shared key 1 does not exist") == 1);
    CHECK(times(log_of(world.peer2, "isakmp"), "failed: peer sent AUTHENTICATION-FAILED") == 1);
  }
  CHECK(shows(world.peer1, "show config dynamic=isakmp", "key=1"));  // the configuration looks perfect
  give(world.peer1, {"enable system security_mode", "create enco key=1 type=general value=\"sharedsecret\""});
  world.check_healthy();
  world.peer1->restart(RestartKind::reboot, std::nullopt);
  world.time.advance(90s);
  CHECK(world.peer1.text("show enco key") == with_key);
  world.check_healthy();
}
