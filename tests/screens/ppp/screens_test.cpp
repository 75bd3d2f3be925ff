#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

/// A router alone, IP enabled.
struct Desk {
  Desk() { router.boot("enable ip\n"); }
  std::string operator()(std::string_view line) { return router.text(line); }
  VirtualTime time;
  VirtualRouter router{time, "desk"};
};

constexpr std::string_view done = "Info (1003003): Operation successful.";

}  // namespace

TEST_CASE("SHOW PPP before and after a link is open") {
  IspWorld world;
  CHECK(world.client.text("show ppp") ==
        "Name            Enabled  ifIndex  Over             CP         State\n"
        "-----------------------------------------------------------------------------\n"
        "ppp0            YES      03                        IPCP       CLOSED\n"
        "                                  eth0-any         LCP        STARTING\n"
        "-----------------------------------------------------------------------------\n");
  REQUIRE(world.comes_up());
  CHECK(world.client.text("show ppp=0") ==
        "Name            Enabled  ifIndex  Over             CP         State\n"
        "-----------------------------------------------------------------------------\n"
        "ppp0            YES      03                        IPCP       OPENED\n"
        "                                  eth0-any         LCP        OPENED\n"
        "-----------------------------------------------------------------------------\n");
  CHECK(world.client.text("show ppp=1") == "Error (3003257): Interface ppp1 does not exist.");
}

TEST_CASE("SHOW INTERFACE has PPP interfaces behind the others") {
  IspWorld world;
  REQUIRE(world.comes_up());
  const std::string screen = world.client.text("show interface");
  CHECK(screen.contains("Number of unencrypted PPP/FR links.....1\n"));
  CHECK(screen.contains("     3   ppp0           Up             Up "));
  CHECK(world.client.text("show interface=ppp0").contains("  ifMTU.................... 1492\n"));
}

TEST_CASE("SHOW PPP LIMITS") {
  IspWorld world;
  REQUIRE(world.comes_up());
  CHECK(world.client.text("show ppp limits") == R"(ppp0:
  Limit Counter           Current     Limit       Remaining   Previous
  ----------------------------------------------------------------------------
  Connection Time          0:00       Unlimited   --
  In Data                   0.0 MB    Unlimited   --
  Out Data                  0.0 MB    Unlimited   --
  Total Data                0.0 MB    Unlimited   --
  ----------------------------------------------------------------------------
)");
  world.client.run("set ppp=0 onlinelimit=2 totaldatalimit=5");
  world.time.advance(90min);
  CHECK(world.client.text("show ppp limits").contains("  Connection Time          1:30       2:00        0:30\n"));
  CHECK(world.client.text("show ppp limits").contains("  Total Data                0.0 MB    5 MB        5.0 MB\n"));
  world.time.advance(31min);
  CHECK(world.client.text("show ppp limits").contains("  Connection Time          2:00       2:00        EXCEEDED\n"));
  CHECK_FALSE(world.up(world.client));
  world.client.run("reset ppp=0");
  CHECK(world.client.text("show ppp limits").contains("  Connection Time          0:00       2:00        2:00        2:00\n"));
}

TEST_CASE("SHOW PPP MULTILINK and UTILISATION have the manual's labels") {
  IspWorld world;
  REQUIRE(world.comes_up());
  CHECK(world.client.text("show ppp multilink") ==
        R"(Interface ........................................................... ppp0
  Multilink Enabled ................................................. NO
  Fragmentation Enabled ............................................. NO
  Acceptable fragmentation overhead for VF scheme (%) ............... 10
  Minimum packet size for fragmentation using VF scheme (bytes) ..... 0
  Null fragment timer (seconds) ..................................... 3
  Number of links in bundle ......................................... 1
  Total bandwidth of bundle (bps) ................................... 100000000
  Number of packets fragmented using VF scheme ...................... 0
  Number of packets fragmented using FF scheme ...................... 0
  Number of packets not fragmented .................................. 0
  Next output sequence number ....................................... 0
  Minimum sequence number received on bundle ........................ 0
  Next expected sequence number ..................................... 0
  Length of receive queue ........................................... 0
  Discards from receive queue ....................................... 0
)");
  const std::string busy = world.client.text("show ppp utilisation");
  CHECK(busy.starts_with("Interface ........................ ppp0\n  Time ........................... "));
  CHECK(busy.ends_with("  Over ........................... eth0-any\n"
                       "  Utilisation(%) ................. 0\n"
                       "  Bandwidth(bps) ................. 100000000\n"
                       "  Utilisation Overall(%) ......... 0\n"
                       "  Up Timer(seconds) .............. 30\n"
                       "  Down Timer(seconds) ............ 60\n"));
}

TEST_CASE("SHOW PPP CONFIG has what was negotiated beside what was asked for") {
  IspWorld world;
  REQUIRE(world.comes_up());
  const std::string screen = world.client.text("show ppp config");
  CHECK(screen.starts_with(R"(Interface - description
  Parameter                                 Configured    Negotiated
                                                          Local        Peer
-------------------------------------------------------------------------------
ppp0 -)"));
  for (const std::string_view line : {
           "  Bandwidth Allocation Protocol             OFF\n",
           "  Maximum Receive Unit (bytes)              OFF           1492         1492\n",
           "  Username                                  user@ispA\n",
           "  IP Address Request                        ON\n",
           "  IP Address                                0.0.0.0       200.100.10.1 172.16.0.1\n",
           " eth0-any\n",
           "  Link Quality Monitoring / Echo (seconds)  ECHO 10\n",
           "  Authentication                            NONE          CHAP         NONE\n",
       }) {
    CAPTURE(line, screen);
    CHECK(screen.contains(line));
  }
}

TEST_CASE("SHOW PPP PPPOE on both sides") {
  IspWorld world;
  REQUIRE(world.comes_up());
  const std::string client = world.client.text("show ppp pppoe");
  CHECK(client.contains("PPP0:\n  Service Name ................... any\n  Peer Mac Address ............... 00-00-cd-"));
  CHECK(client.contains("  Maximum Segment Size ........... 1452\n"));
  CHECK(client.contains("Access Concentrator Mode ......... Disabled\n"));
  const std::string server = world.isp.text("show ppp pppoe");
  CHECK(server.contains("Access Concentrator Mode ......... Enabled\nServices:\n  any\n"
                        "    Max Sessions ................. 512\n"
                        "    Current Sessions ............. 1\n"
                        "    Template ..................... 1\n"
                        "    Interface .................... eth0\n"
                        "    MAC RADIUS Authentication .... NO\n"));
}

TEST_CASE("commands say what they cannot do") {
  Desk desk;
  CHECK(desk("create ppp=0 over=eth0-any") == done);
  CHECK(desk("create ppp=0 over=eth0-any") == "Error (3003256): Interface ppp0 already exists.");
  CHECK(desk("create ppp=1 over=eth7-any") == "Error (3003258): Invalid physical interface eth7-any.");
  CHECK(desk("create ppp=1 over=TNL-hq") == "Error (3003258): Invalid physical interface TNL-hq.");
  CHECK(desk("create ppp=1 over=eth0-any echo=on lqr=on") ==
        "Error (3003265): ECHO and LQR cannot be used together.");
  CHECK(desk("create ppp=1 over=eth0-any mru=1493") == "Error (3003274): MRU must not be larger than 1492 over PPPoE.");
  CHECK(desk("set ppp=0 mru=1492") == done);
  CHECK(desk("set ppp=0 over=vlan1-any echo=10") == "Error (3003260): Interface ppp0 does not use vlan1-any.");
  CHECK(desk("add ppp=0 over=vlan1-x") == done);
  CHECK(desk("add ppp=0 over=vlan1-x") == "Error (3003259): Interface ppp0 already uses vlan1-x.");
  CHECK(desk("delete ppp=0 over=eth0-any") == done);
  CHECK(desk("delete ppp=0 over=vlan1-x") == "Error (3003261): The last link of interface ppp0 cannot be deleted.");
  CHECK(desk("disable ppp=0") == done);
  CHECK(desk("disable ppp=0") == "Warning (2003268): Interface ppp0 is already disabled.");
  CHECK(desk("destroy ppp=0") == done);
  CHECK(desk("show ppp") == "Info (1003275): No PPP interfaces exist.");
  CHECK(desk("create ppp=512 over=eth0-any").starts_with("Error"));
  CHECK(desk("add ppp acservice=x template=1 vlan=1") == "Error (3003263): PPP template 1 does not exist.");
  CHECK(desk("create ppp template=1") == done);
  CHECK(desk("add ppp acservice=x template=1 vlan=1") == done);
  CHECK(desk("destroy ppp template=1") == "Error (3003264): PPP template 1 is in use by PPP service x.");
  CHECK(desk("delete ppp acservice=x") == done);
}

TEST_CASE("services, up to their limit") {
  Desk desk;
  desk("create ppp template=1");
  for (std::size_t i = 0; i < limits::pppoe_services; ++i) {
    REQUIRE(desk(fmt::format("add ppp acservice=s{} template=1 vlan=1", i)) == done);
  }
  CHECK(desk("add ppp acservice=more template=1 vlan=1") ==
        "Error (3003271): Too many PPP access concentrator services.");
}

TEST_CASE("an interface of IP goes with the PPP interface below it") {
  Desk desk;
  desk("create ppp=3 over=eth0-any");
  CHECK(desk("add ip int=ppp3 ip=0.0.0.0") == "Info (1005275): interface successfully added.");
  CHECK(desk("add ip int=ppp4 ip=0.0.0.0") == "Error (3005264): Interface does not exist.");
  CHECK(desk("add ip int=eth0 ip=0.0.0.0") == "Error (3005273): Invalid IP address or mask.");
  CHECK(desk("destroy ppp=3") == done);
  CHECK_FALSE(desk("show ip interface").contains("ppp3"));
}

TEST_CASE("the configuration makes the same interfaces, templates, services and pools again") {
  Desk desk;
  for (const std::string_view line :
       {"create ppp template=1 description=\"call \"\"in\"\"\" authentication=chap ippool=roaming echo=30 lqr=off",
        "set ppp template=1 mssheader=120 bap=off username=x password=\"a b\"", "create ppp template=2 copy=1",
        "create ppp=0 over=eth0-ANY", "set ppp=0 bap=off iprequest=on username=\"user@isp\" password=\"secret\"",
        "set ppp=0 over=eth0-any lqr=off echo=10 idle=60", "add ppp=0 over=vlan1-second lqr=off",
        "create ppp=7 over=eth0-bob onlinelimit=10", "disable ppp=7",
        "add ppp acservice=bob template=1 acinterface=vlan1 maxsessions=5 acradius=on", "enable ppp accessconcentrator",
        "create ip pool=roaming ip=192.168.143.1-192.168.143.50", "add ip int=ppp0 ip=0.0.0.0"}) {
    CAPTURE(line);
    CHECK(desk(line).starts_with("Info"));
  }
  const std::string script = desk.router.configuration();
  CHECK(script.contains("# PPP configuration\n"
                        "create ppp=0 over=eth0-any\n"
                        "add ppp=0 over=vlan1-second\n"
                        "set ppp=0 bap=off idle=60 iprequest=on username=\"user@isp\" password=\"secret\"\n"
                        "set ppp=0 over=eth0-any lqr=off echo=10\n"
                        "set ppp=0 over=vlan1-second lqr=off\n"));
  VirtualRouter again(desk.time, "desk");
  boot_clean(again, script);
  CHECK(again.configuration() == script);
}

TEST_CASE("the log tells of interfaces and of who proved to be whom") {
  IspWorld world;
  REQUIRE(world.comes_up());
  const std::string log = world.client.text("show log");
  CHECK(log.contains("ppp0: CHAP authentication over eth0-any"));
  CHECK(log.contains("ppp0: Interface has come up"));
}
