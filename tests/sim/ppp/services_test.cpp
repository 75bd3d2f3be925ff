// What the services make of a PPP link: name servers that IPCP tells of, SNMP's traps and figures.
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;

TEST_CASE("name servers that the provider tells of are asked, and go with the link") {
  const std::string isp = std::string(isp_configuration) + "add ip dns primary=172.16.0.100 secondary=172.16.0.101\n";
  IspWorld world(client_configuration, isp);
  REQUIRE(world.client.text("add ip dns interface=ppp0").starts_with("Info"));
  const auto servers = [&] { return world.client.text("show ip dns"); };
  CHECK(servers().find("  Primary ..... Not Set\n") != std::string::npos);
  REQUIRE(world.comes_up());
  CHECK(servers().find("  Interface ... ppp0\n  Primary ..... 172.16.0.100\n  Secondary ... 172.16.0.101\n") !=
        std::string::npos);
  // The question goes to the server, not to the configured nobody.
  world.client.run("ping www.example.com");
  world.time.advance(1s);
  CHECK(servers().find("queriesSent                       0") == std::string::npos);
  world.cable.reset();
  world.time.advance(2min);
  CHECK(servers().find("  Primary ..... Not Set\n") != std::string::npos);
  CHECK(world.client.text("show config dynamic=ip").find("add ip dns int=ppp0\n") != std::string::npos);
}

TEST_CASE("without configured name servers those of the link are asked") {
  IspWorld world(client_configuration, std::string(isp_configuration) + "set ip nameserver=172.16.0.100\n");
  CHECK(world.client.text("ping www.example.com").starts_with("Error (3005297): Host name not found."));
  REQUIRE(world.comes_up());
  CHECK(world.client.run("ping www.example.com").outcome.pending);  // somebody is asked
}

TEST_CASE("a PPP interface sends link traps and has the time of its last change") {
  IspWorld world(std::string(client_configuration) +
                 "create snmp community=public traphost=192.168.10.100 open=on\nenable snmp community=public trap\n"
                 "enable snmp\nenable interface=ppp0 linktrap\n");
  const auto traps = [&] {
    world.time.advance(10s);
    return world.client.run("show snmp").screen.json().dump();
  };
  REQUIRE(world.comes_up());
  CHECK(traps().find("\"outTraps\":2,") != std::string::npos);  // coldStart, linkUp
  CHECK(world.client.text("show interface").find("ppp0           Up             Up            00:00:00") ==
        std::string::npos);
  world.cable.reset();
  world.time.advance(2min);
  CHECK(traps().find("\"outTraps\":3,") != std::string::npos);
}

TEST_CASE("callers' interfaces send link traps when DYNAMIC wants them") {
  const bool wanted = GENERATE(false, true);
  IspWorld world(client_configuration,
                 std::string(isp_configuration) +
                     "create snmp community=public traphost=172.16.0.100 open=on\nenable snmp community=public trap\n"
                     "enable snmp\nset interface=dynamic traplimit=1\n" +
                     (wanted ? "enable interface=dynamic linktrap\n" : ""));
  const auto traps = [&] { return world.isp.run("show snmp").screen.json().dump(); };
  REQUIRE(world.comes_up());
  world.time.advance(10s);
  CHECK((traps().find("\"outTraps\":2,") != std::string::npos) == wanted);  // coldStart, linkUp
  world.time.advance(1min);
  world.cable.reset();
  world.time.advance(5min);
  CHECK((traps().find("\"outTraps\":3,") != std::string::npos) == wanted);
  CHECK(world.isp.text("show interface")
            .find(wanted ? "DynamicLinkTraps.....Enabled" : "DynamicLinkTraps.....Disabled") != std::string::npos);
}
