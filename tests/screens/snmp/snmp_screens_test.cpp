#include <catch2/catch.hpp>

#include "modules/snmp/message.h"
#include "os/base/limits.h"
#include "tests/support/virtual_router.h"

namespace arrouter::test {
namespace {

constexpr std::string_view configuration =
    "enable snmp\n"
    "enable snmp authenticate_trap\n"
    "create snmp community=public open=on\n"
    "create snmp community=\"noc team\" access=write manager=192.168.1.100 traphost=192.168.1.100\n"
    "add snmp community=\"noc team\" manager=192.168.1.101 v2ctraphost=192.168.1.100\n"
    "enable snmp community=\"noc team\" trap\n"
    "disable snmp community=public\n"
    "enable interface=eth0 linktrap\n"
    "set interface=2 traplimit=5\n";

TEST_CASE("SHOW SNMP shows communities and counters") {
  VirtualTime time;
  VirtualRouter router(time, "R");
  router.boot(configuration);
  CHECK(router.text("show snmp") ==
        "SNMP configuration:\n"
        "  Status ....................... Enabled\n"
        "  Authentication failure traps.. Enabled\n"
        "  Community .................... noc team\n"
        "    Access ..................... read-write\n"
        "    Status ..................... Enabled\n"
        "    Traps ...................... Enabled\n"
        "    Open access ................ No\n"
        "  Community .................... public\n"
        "    Access ..................... read-only\n"
        "    Status ..................... Disabled\n"
        "    Traps ...................... Disabled\n"
        "    Open access ................ Yes\n"
        "\n"
        "SNMP counters:\n"
        "  inPkts ....................... 0         outPkts .................. 0\n"
        "  inBadVersions ................ 0         outTooBigs ............... 0\n"
        "  inBadCommunityNames .......... 0         outNoSuchNames ........... 0\n"
        "  inBadCommunityUses ........... 0         outBadValues ............. 0\n"
        "  inASNParseErrs ............... 0         outGenErrs ............... 0\n"
        "  inTooBigs .................... 0         outGetRequests ........... 0\n"
        "  inNoSuchNames ................ 0         outGetNexts .............. 0\n"
        "  inBadValues .................. 0         outSetRequests ........... 0\n"
        "  inReadOnlys .................. 0         outGetResponses .......... 0\n"
        "  inGenErrs .................... 0         outTraps ................. 0\n"
        "  inTotalReqVars ............... 0\n"
        "  inTotalSetVars ............... 0\n"
        "  inGetRequests ................ 0\n"
        "  inGetNexts ................... 0\n"
        "  inSetRequests ................ 0\n"
        "  inGetResponses ............... 0\n"
        "  inTraps ...................... 0\n");
  CHECK(router.text("show snmp community=\"noc team\"") ==
        "SNMP community information:\n"
        "  Name ......................... noc team\n"
        "    Access ..................... read-write\n"
        "    Status ..................... Enabled\n"
        "    Traps ...................... Enabled\n"
        "    Open access ................ No\n"
        "    Manager .................... 192.168.1.100\n"
        "    Manager .................... 192.168.1.101\n"
        "    Trap host .................. 192.168.1.100\n"
        "    V2c trap host .............. 192.168.1.100\n");
  CHECK(router.text("show interface=eth0").find("ifLinkUpDownTrapEnable... Enabled") != std::string::npos);
}

TEST_CASE("What SNMP writes into a script is read back") {
  VirtualTime time;
  VirtualRouter router(time, "R");
  router.boot(configuration);
  const std::string script = router.configuration();
  CHECK(script.find("add snmp com=\"noc team\" v2c=192.168.1.100") != std::string::npos);
  CHECK(script.find("enable int=eth0 linktrap") != std::string::npos);
  VirtualRouter again(time, "R2");
  again.boot(script);
  CHECK(again.configuration() == script);
}

TEST_CASE("SNMP's commands refuse what cannot be") {
  VirtualTime time;
  VirtualRouter router(time, "R");
  router.boot();
  CHECK(router.text("set snmp community=none open=on") == "Error (3220263): SNMP community none not found.");
  CHECK(router.text("disable snmp") == "Warning (2220260): The SNMP module is already disabled.");
  CHECK(router.text("enable snmp") == "Info (1220257): The SNMP module has been enabled.");
  CHECK(router.text("show ip udp").find("   161") != std::string::npos);
  CHECK(router.text("disable snmp") == "Info (1220258): The SNMP module has been disabled.");
  CHECK(router.text("show ip udp").find("   161") == std::string::npos);
  CHECK(router.text("create snmp community=a") == "Info (1220003): Operation successful.");
  CHECK(router.text("create snmp community=a") == "Error (3220262): SNMP community a already exists.");
  CHECK(router.text("create snmp community=A") == "Info (1220003): Operation successful.");
  CHECK(router.text("add snmp community=a manager=1.1.1.1") == "Info (1220003): Operation successful.");
  CHECK(router.text("add snmp community=a traphost=1.1.1.1 manager=1.1.1.1") ==
        "Error (3220265): 1.1.1.1 is already defined for this SNMP community.");
  CHECK(router.text("show snmp community=a").find("Trap host .................. None") != std::string::npos);
  CHECK(router.text("delete snmp community=a v2ctraphost=1.1.1.1") ==
        "Error (3220266): 1.1.1.1 is not defined for this SNMP community.");
  CHECK(router.text("enable interface=eth9 linktrap") == "Error (3023256): Interface eth9 does not exist.");
  for (std::size_t i = 1; i < limits::snmp_hosts; ++i)
    router.text("add snmp community=a manager=" + to_string(Ipv4Address(static_cast<std::uint32_t>(0x0a000000 + i))));
  CHECK(router.text("add snmp community=a manager=9.9.9.9") ==
        "Error (3220267): No more hosts can be added to this SNMP community.");
  for (std::size_t i = 2; i < limits::snmp_communities; ++i) router.text("create snmp community=c" + std::to_string(i));
  CHECK(router.text("create snmp community=last") == "Error (3220264): No more SNMP communities can be created.");
}

}  // namespace
}  // namespace arrouter::test
