// reference/scenarios.md 13: no encryption engine, or no licence for what is configured.
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

constexpr std::string_view des_alone = "Encryption .................. DES\n";

std::string first_of(VirtualRouter& router) {
  const auto& refused = router->refused_at_boot();
  return refused.empty() ? "" : refused.front().line + " -> " + refused.front().outcome.line();
}

std::string with_des(std::string configuration) {
  for (auto at = configuration.find("3desouter"); at != configuration.npos; at = configuration.find("3desouter"))
    configuration.replace(at, 9, "des");
  return configuration;
}

}  // namespace

TEST_CASE("13 No licence for 3DES") {
  Scenario world;
  CHECK(shows(world.peer1, "show feature", "3des"));
  give(world.peer1, {"disable feature=3des"});
  CHECK_FALSE(shows(world.peer1, "show feature", "3des"));
  CHECK(shows(world.peer1, "show enco", "DES AES128 AES192 AES256\n"));
  const auto answer = [&](std::string_view line) { return world.peer1.run(line).outcome.line(); };
  CHECK(answer("create ipsec sas=2 key=isakmp prot=esp enc=3desouter hasha=sha") ==
        "Error (3081269): Algorithm 3DESOUTER is not available.");
  CHECK(answer("create isakmp pol=new pe=any enc=3des2key key=1") ==
        "Error (3082260): Algorithm 3DES2KEY is not available.");
  CHECK(answer(SET_ISAKMP "enc=3desinner") == "Error (3082260): Algorithm 3DESINNER is not available.");
  give(world.peer1, {SET_ISAKMP "sendn=true"});  // what was there goes on until the restart
  world.check_healthy();

  world.peer1->restart(RestartKind::reboot, std::nullopt);
  world.time.advance(1s);
  give(world.peer1, {"create enco key=1 type=general value=\"sharedsecret\""});
  CHECK(first_of(world.peer1) == "create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha -> "
                                 "Error (3081269): Algorithm 3DESOUTER is not available.");
  CHECK(world.wan_answers());
  CHECK_FALSE(world.ping12());
  CHECK(isakmp_sa_count(world.peer1) == 0);
  SECTION("the licence") {
    give(world.peer1, {"enable feature=3des password=5ec87df1e59c"});  // LAB SHOW LICENCE
    world.peer1->restart(RestartKind::reboot, std::nullopt);
    world.time.advance(1s);
    CHECK(first_of(world.peer1) == "");
    give(world.peer1, {"create enco key=1 type=general value=\"sharedsecret\""});
  }
  SECTION("what both may use") {
    const std::string cipher = GENERATE("des", "aes128");
    CAPTURE(cipher);
    const std::string phase1 = SET_ISAKMP "enc=" + cipher, phase2 = " ipsec sas=1 enc=" + cipher;
    give(world.peer2, {phase1, "set" + phase2});
    give(world.peer1,
         {"create" + phase2 + " key=isakmp prot=esp hasha=sha", "create ipsec bund=1 key=isakmp string=\"1\"",
          "create ipsec pol=\"wiz_Peer1 to Peer2\" int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 pos=3",
          "set ipsec pol=\"wiz_Peer1 to Peer2\" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0",
          "create isakmp pol=\"wiz_Peer1 to Peer2\" pe=200.200.200.1 key=1 natt=true sendd=true sendn=true hea=both",
          phase1});
    world.reset_both();
  }
  // The first pings may go to SAs that died with the restart.
  for (int i = 0; i < 60 && !world.ping12(); ++i) world.time.advance(2s);
  CHECK(world.ping12());
  CHECK(world.ping21());
}

TEST_CASE("13 A model without an encryption engine speaks DES") {
  VirtualTime time;
  Internet internet(time);
  VirtualRouter refusing(time, "Peer1", "AR410", 3);
  VirtualRouter peer1(time, "Peer1", "AR410", 1), peer2(time, "Peer2", "AR415S", 2);
  Host pc1(time, "pc1", "192.168.1.100", "192.168.1.254"), pc2(time, "pc2", "192.168.2.100", "192.168.2.254");
  MemoryLink cable1(pc1.port(), peer1.port("vlan1")), cable2(pc2.port(), peer2.port("vlan1"));
  internet.connect(peer1.port("eth0"), "100.100.100.0", 10ms);
  internet.connect(peer2.port("eth0"), "200.200.200.0", 10ms);
  const auto site1 = site_configuration({"Peer1", "100.100.100", "192.168.1", "200.200.200.1", "192.168.2"});
  const auto site2 = site_configuration({"Peer2", "200.200.200", "192.168.2", "100.100.100.1", "192.168.1"});
  CHECK_THROWS_WITH(boot_site(refusing, site1), Catch::Contains("Algorithm 3DESOUTER is not available."));
  CHECK(shows(refusing, "show enco", des_alone));
  CHECK_FALSE(shows(refusing, "show enco", "3DES"));
  CHECK_FALSE(shows(refusing, "show enco", "AES"));
  CHECK(shows(refusing, "show enco", "Built-in engine ............. not present"));
  CHECK_FALSE(shows(refusing, "show feature", "3des"));
  CHECK(refusing.run("enable feature=3des password=0123456789ab").outcome.failed());

  boot_site(peer1, with_des(site1));
  boot_site(peer2, with_des(site2));
  pc1.ping(pc2.address());
  time.advance(3s);
  CHECK(pc1.answered() == 1);
  CHECK(isakmp_sas(peer1) == "200.200.200.1 DES SHA -/-/- 86400/82080");
}
