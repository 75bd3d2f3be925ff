#include <catch2/catch.hpp>

#include "netdev/memory_port.h"
#include "netdev/wire/ethernet.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// A router whose eth0 is cabled to a host that only sends.
struct Bench {
  Bench() {
    router.boot();
    cable.emplace(router.port("eth0"), host);
  }
  void arrive(const MacAddress& destination) {
    Burst burst;
    Bytes frame(60);
    wire::write_ethernet(frame.data(), destination, host.mac(), 0x88b5);
    burst.add(pool.copy(frame));
    host.send(burst);
    time.advance(0s);
  }
  MacAddress eth0() { return router.port("eth0").mac(); }

  VirtualTime time;
  VirtualRouter router{time, "r"};
  PacketPool pool{50, 2};
  MemoryPort host{"host", *parse_mac("02-00-00-00-00-02"), pool, time.scheduler, time};
  std::optional<MemoryLink> cable;
};

}  // namespace

TEST_CASE("a port that goes down and up is told to the log") {
  Bench bench;
  bench.cable.reset();
  bench.cable.emplace(bench.router.port("eth0"), bench.host);
  const std::string log = bench.router.text("show log type=pint");
  CHECK(log.find(" 6 ETH  PINT  DOWN  ETH0: interface is DOWN\n") != std::string::npos);
  const std::string up = " 6 ETH  PINT  UP    ETH0: interface is UP\n";
  CHECK(log.find(up) < log.find("DOWN"));
  CHECK(log.rfind(up) > log.find("DOWN"));
}

TEST_CASE("a port that is up at the start is told to the log") {
  Bench bench;
  bench.router->restart(RestartKind::router, {});
  bench.time.advance(1s);
  const std::string log = bench.router.text("show log");
  CHECK(log.find("ETH0: interface is UP") > log.find("Router startup"));
  CHECK(log.find("ETH0: interface is UP") != std::string::npos);
}

TEST_CASE("SHOW INTERFACE lists what the model has") {
  Bench bench;
  bench.time.advance(10s);
  bench.cable.reset();
  bench.time.advance(5s);
  CHECK(bench.router.text("show interface") ==
        "Interfaces                                     sysUpTime:           00:00:15\n"
        "\n"
        "DynamicLinkTraps.....Disabled\n"
        "TrapLimit............20\n"
        "\n"
        "Number of unencrypted PPP/FR links.....0\n"
        "\n"
        "ifIndex  Interface      ifAdminStatus  ifOperStatus  ifLastChange\n"
        "------------------------------------------------------------------------------\n"
        "     1   eth0           Up             Down          00:00:10\n"
        "     2   vlan1          Up             Down          00:00:00\n"
        "------------------------------------------------------------------------------\n");
}

TEST_CASE("SHOW INTERFACE of one interface counts from the last reset") {
  Bench bench;
  bench.arrive(bench.eth0());
  bench.arrive(bench.eth0());
  bench.arrive(MacAddress::broadcast());
  CHECK(bench.router.text("sh int=eth0") ==
        "Interface.................. eth0\n"
        "  ifIndex.................. 1\n"
        "  ifMTU.................... 1500\n"
        "  ifSpeed.................. 100000000\n"
        "  ifAdminStatus............ Up\n"
        "  ifOperStatus............. Up\n"
        "  ifLinkUpDownTrapEnable... Disabled\n"
        "  TrapLimit................ 20\n"
        "\n"
        "Interface Counters\n"
        "\n"
        "  ifInOctets ............... 180         ifOutOctets .............. 0\n"
        "  ifInUcastPkts ............ 2           ifOutUcastPkts ........... 0\n"
        "  ifInNUcastPkts ........... 1           ifOutNUcastPkts .......... 0\n"
        "  ifInDiscards ............. 0           ifOutDiscards ............ 0\n"
        "  ifInErrors ............... 0           ifOutErrors .............. 0\n");
  CHECK(bench.router.text("reset interface=eth0 counter").ends_with("Info (1023003): Operation successful."));
  bench.arrive(bench.eth0());
  CHECK(bench.router.text("sh int=eth0 counter").contains("ifInUcastPkts ............ 1  "));
  CHECK(bench.router.text("sh int=eth0 counter").contains("ifInNUcastPkts ........... 0  "));
  CHECK(bench.router.text("sh int=ppp7").contains("Error (3023256): Interface ppp7 does not exist."));
  // By ifIndex.
  CHECK(bench.router.text("sh int=1") == bench.router.text("sh int=eth0"));
  CHECK(bench.router.text("sh int=3").contains("Error (3023256): Interface 3 does not exist."));
  CHECK(bench.router.text("reset interface=2 counter").ends_with("Info (1023003): Operation successful."));
  CHECK(bench.router.text("sh int=1 counter").contains("ifInUcastPkts ............ 1  "));
  CHECK(bench.router.text("reset interface=1 counter").ends_with("Info (1023003): Operation successful."));
  CHECK(bench.router.text("sh int=1 counter").contains("ifInUcastPkts ............ 0  "));
}

TEST_CASE("RESET ETH takes the link away for a moment, where it is not switched off") {
  Bench bench;
  bench.time.advance(9s);
  CHECK(bench.router.text("reset eth=0").ends_with("Info (1023003): Operation successful."));
  CHECK(
      bench.router.text("show interface").contains("     1   eth0           Up             Up            00:00:09\n"));
  CHECK(bench.router.text("show log").contains("ETH0: interface is DOWN"));
  CHECK(bench.router.text("reset eth=1").ends_with("Error (3023257): ETH interface 1 does not exist."));
  PortStack& stack = *bench.router->stacks().find("eth0")->second;
  stack.set_enabled(false);
  bench.router.text("reset eth=0");
  CHECK_FALSE(stack.link_up());
}

TEST_CASE("SET ETH is shown and kept") {
  Bench bench;
  CHECK(bench.router.text("set eth=0 speed=10mhalf pol=mdix desc=\"to the \"\"modem\"\"\"") ==
        "Info (1023003): Operation successful.");
  CHECK(bench.router.text("set eth=7 speed=10mfull").ends_with("ETH interface 7 does not exist."));
  const std::string state = bench.router.text("show eth=0 state");
  CHECK(state.contains("  Configured speed ............. 10 Mbps, half duplex\n"));
  CHECK(state.contains("  Actual speed ................. 10 Mbps, half duplex\n"));
  CHECK(state.contains("  MAU type ..................... 10BASE-T\n"));
  CHECK(bench.router.text("show interface=eth0").contains("ifSpeed.................. 10000000\n"));
  CHECK(bench.router.text("show eth=0 configuration") ==
        "Configuration for Ethernet instance 0:\n"
        "\n"
        "  Interface name ............... eth0\n"
        "  Description .................. to the \"modem\"\n"
        "  Configured speed ............. 10 Mbps, half duplex\n"
        "  Polarity ..................... MDIX\n"
        "  MTU .......................... 1500\n"
        "  MAC address .................. " +
            to_string(bench.eth0()) + "\n");
  const std::string script = bench.router.configuration();
  CHECK(script.contains("set eth=0 speed=10mhalf pol=mdix desc="));
  VirtualRouter again(bench.time, "again");
  again.boot(script);
  CHECK(again.configuration() == script);
  CHECK(again.text("set eth=0 speed=100mfauto desc=\"\" pol=auto") == "Info (1023003): Operation successful.");
  CHECK(again.text("show eth=0 state")
            .contains("  Configured speed ............. 100 Mbps, full duplex, autonegotiated\n"));
  CHECK(again.configuration().contains("set eth=0 speed=100mfauto\n"));
}

TEST_CASE("SHOW ETH") {
  Bench bench;
  bench.arrive(bench.eth0());
  bench.time.advance(7s);
  const std::string mac = to_string(bench.eth0());
  CHECK(bench.router.text("show eth macaddress") == "MAC address for ETH interface 0: " + mac + "\n");
  CHECK(bench.router.text("show eth=0 state") ==
        "State for Ethernet instance 0:\n"
        "\n"
        "  Interface name ............... eth0\n"
        "  Interface state .............. Active\n"
        "  Link state ................... Up\n"
        "  Configured speed ............. Autonegotiate\n"
        "  Actual speed ................. 100 Mbps, full duplex\n"
        "  MAC address .................. " +
            mac +
            "\n"
            "  MAU type ..................... 100BASE-TX\n");
  const std::string counters = bench.router.text("show eth=0 counters");
  CHECK(counters.starts_with("ETH instance 0:         7 seconds       Last change at:          0 seconds\n"));
  CHECK(counters.contains("  ifInOctets                       60     ifOutOctets                       0\n"));
  CHECK(counters.contains("  dot3StatsInternalMacTxErrors      0     dot3StatsCarrierSenseErrors       0\n"));
  CHECK(bench.router.text("reset eth=0 counters").ends_with("Info (1023003): Operation successful."));
  CHECK(bench.router.text("show eth=0 counters").contains("  ifInOctets                        0     ifOutOctets"));
  CHECK(bench.router.text("show eth=9 state").contains("Error (3023257): ETH interface 9 does not exist."));
}
