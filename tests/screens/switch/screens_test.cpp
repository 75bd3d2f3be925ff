// The screens of reference/links.md 3 and 4, for a switch that is attached as a whole and one that is port by port.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "modules/switch/switch_module.h"
#include "netdev/bridge_port.h"
#include "netdev/wire/ethernet.h"
#include "tests/support/fake_ip.h"
#include "tests/support/module_desk.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr MacAddress own{{0, 0, 0xcd, 0, 0x45, 0xc7}}, pc{{0, 0, 0xf4, 0x11, 0x22, 0x33}};

/// A Rapier 24i with ports 1 to 3; a PC on port 3.
struct Rapier {
  Rapier() {
    const PortEnvironment environment{world.pool, world.time.scheduler, world.time, world.time};
    std::vector<Port*> members;
    for (int number = 1; number <= 3; ++number) {
      const std::string name = fmt::format("port{}", number);
      auto driver = std::make_unique<MemoryPort>(name, own, world.pool, world.time.scheduler, world.time);
      if (number == 3) cable.emplace(host, *driver);
      stacks[name] = std::make_unique<PortStack>(std::move(driver), "memory", environment, world.wall, 5, true);
      members.push_back(stacks[name].get());
    }
    world.model.interfaces = {{"vlan1", {"port1", "port2", "port3"}}};
    vlan.emplace("vlan1", own, world.pool, world.time.scheduler, world.time, members);
    world.ports["vlan1"] = &*vlan;
    module = make_switch(world.services, stacks, ip);
    desk.emplace(world, *module);
  }
  std::string operator()(std::string_view line) { return (*desk)(line); }
  void say_hello() {
    Bytes frame(60);
    wire::write_ethernet(frame.data(), MacAddress::broadcast(), pc, 0x88b5);
    Burst burst;
    burst.add(world.pool.copy(frame));
    host.send(burst);
    world.time.advance(1ms);
  }

  TestServices world{1, "Rapier 24i"};
  FakeIp ip;
  MemoryPort host{"host", pc, world.pool, world.time.scheduler, world.time};
  std::optional<MemoryLink> cable;
  PortStacks stacks;
  std::optional<BridgePort> vlan;
  std::unique_ptr<Module> module;
  std::optional<ModuleDesk> desk;
};

/// An AR415S, whose switch is attached as a whole, with a PC at it.
struct Office {
  Office() { router.boot(); }

  VirtualTime time;
  VirtualRouter router{time, "r"};
  PacketPool pool{10, 2};
  MemoryPort host{"host", pc, pool, time.scheduler, time};
  MemoryLink cable{host, router.port("vlan1")};
};

}  // namespace

TEST_CASE("SHOW VLAN has the default VLAN, and what is attached to it") {
  VirtualTime time;
  VirtualRouter router(time, "r");
  router.boot("enable ip\nadd ip int=vlan1-2 ip=192.168.1.1\n");
  const std::string screen = router.text("show vlan");
  CHECK(screen == R"(VLAN Information
-----------------------------------------------------------------------------
Name ..................... default
Identifier ............... 1
Status ................... static
Untagged Port(s) ......... 1-4
Tagged Port(s) ........... None
Spanning Tree ............ default
Trunk Port(s) ............ None
Mirror Port .............. None
Attachments:
 Module        Protocol          Format    Discrim     MAC address
 IP            IP                Ethernet  0800        -
 IP            ARP               Ethernet  0806        -
-----------------------------------------------------------------------------
)");
  CHECK(router.text("show vlan=DEFAULT") == screen);
  CHECK(router.text("show vlan=1") == screen);
  CHECK(router.text("show vlan=2").ends_with("Error (3089256): VLAN 2 does not exist."));
  router.run("delete ip int=vlan1-2");
  CHECK_FALSE(router.text("show vlan").contains("0800"));
}

TEST_CASE("SHOW SWITCH PORT of a router has the shorter list") {
  Office office;
  office.time.advance(649s);
  CHECK(office.router.text("show switch port=4") == R"(Switch Port Information
----------------------------------------------------------------------------
Port .......................... 4
Description ................... -
Status ........................ ENABLED
Link State .................... Up
UpTime ........................ 00:10:49
Port Media Type ............... ISO8802-3 CSMACD
Configured speed/duplex ....... Autonegotiate
Actual speed/duplex ........... 100 Mbps, full duplex
Acceptable Frames Type ........ Admit All Frames
Send tagged pkts for VLAN(s) .. -
Port-based VLAN ............... default (1)
Ingress Filtering ............. OFF
----------------------------------------------------------------------------
)");
  CHECK(office.router.text("show switch port=5").ends_with("Error (3087257): Port 5 does not exist."));
  CHECK(office.router.text("show switch fdb").contains("CPU   static\n"));
  VirtualRouter routed(office.time, "r2", "AR720");
  routed.boot();
  for (const char* const line : {"show vlan", "show switch port", "show switch fdb"}) {
    CHECK(routed.text(line).ends_with("Error (3087256): This router has no switch ports."));
  }
}

TEST_CASE("a disabled switch port has no link, and passes nothing") {
  Rapier rapier;
  const std::string done = "Info (1087003): Operation successful.\n";
  CHECK(rapier("disable switch port=2-3") == done);
  CHECK(rapier("show switch port=3")
            .contains("Status ........................ DISABLED\nLink State .................... Down\n"));
  CHECK(rapier("show switch port=1").contains("Status ........................ ENABLED\n"));
  rapier.say_hello();
  CHECK_FALSE(rapier("show switch fdb").contains("dynamic"));
  CHECK(rapier.desk->configuration() == "disable switch port=2\ndisable switch port=3\n");
  CHECK(rapier("disable switch port=4").ends_with("Error (3087257): Port 4 does not exist.\n"));
  CHECK(rapier("enable switch port=1 flow=pause") == done);
  CHECK(rapier("disable switch port=1 flow=jamming") == done);
  CHECK(rapier("show switch port=1").contains("Status ........................ ENABLED\n"));
  CHECK(rapier("enable switch port=all") == done);
  CHECK(rapier("show switch port=3").contains("Link State .................... Up\n"));
  rapier.say_hello();
  CHECK(rapier("show switch fdb").contains("3     dynamic"));
  CHECK(rapier.desk->configuration().empty());
}

TEST_CASE("of a switch that is one link, the last port takes it down") {
  Office office;
  office.time.advance(1s);
  office.router.run("disable switch port=1-3");
  CHECK(office.router.text("show switch port=1").contains("Link State .................... Down\n"));
  CHECK(office.router.text("show switch port=4").contains("Link State .................... Up\n"));
  office.router.run("disable switch port=4");
  CHECK(office.router.text("show switch port=4").contains("Link State .................... Down\n"));
  CHECK(office.router.text("show interface").contains("vlan1          Down           Down"));
  office.router.run("enable switch port=2");
  CHECK(office.router.text("show switch port=2").contains("Link State .................... Up\n"));
  CHECK(office.router.text("show switch port=4").contains("Link State .................... Down\n"));
}

TEST_CASE("what SET SWITCH PORT says is kept, and loads again") {
  VirtualTime time;
  VirtualRouter router(time, "r");
  router.boot();
  CHECK(router.text("set switch port=1,3 desc=\"to \"\"hub\"\"\" speed=10mhalf bclimit=200 infiltering=on") ==
        "Info (1087003): Operation successful.");
  router.run("disable switch port=2");
  const std::string screen = router.text("show switch port=3");
  CHECK(screen.contains("Description ................... to \"hub\"\n"));
  CHECK(screen.contains("Configured speed/duplex ....... 10MHALF\n"));
  CHECK(router.text("show switch port=2").contains("Description ................... -\n"));
  const std::string script = router.configuration();
  CHECK(script.contains("set switch port=3 bclimit=200 description="));
  VirtualRouter again(time, "again");
  again.boot(script);
  CHECK(again.configuration() == script);
  CHECK(router.text("set switch port=5 speed=10mhalf").ends_with("Error (3087257): Port 5 does not exist."));
  VirtualRouter routed(time, "r2", "AR720");
  routed.boot();
  CHECK(routed.text("disable switch port=1").ends_with("Error (3087256): This router has no switch ports."));
}

TEST_CASE("commands of other VLANs are accepted, and leave the default VLAN as it is") {
  Rapier rapier;
  const std::string before = rapier("show vlan");
  CHECK(rapier.desk->run("create vlan=marketing vid=3\nadd vlan=marketing port=1-2\n"
                         "add vlan=3 port=3 frame=tagged\nset vlan=3 port=3 frame=untagged\n"
                         "delete vlan=marketing port=1\ndestroy vlan=marketing\n") == "");
  CHECK(rapier("show vlan") == before);
  CHECK(rapier("create vlan=x vid=1").starts_with("Error (3035"));
  CHECK(rapier("create vlan=x vid=4095").starts_with("Error (3035"));
}

TEST_CASE("a switch shows the addresses it has learnt, and at which ports") {
  Rapier rapier;
  rapier.say_hello();
  const std::string heading =
      "Switch Forwarding Database\n"
      "------------------------------------------------------------\n"
      "VLAN   MAC Address        Port  Status\n"
      "------------------------------------------------------------\n";
  const std::string cpu = "1      00-00-cd-00-45-c7  CPU   static\n",
                    host = "1      00-00-f4-11-22-33  3     dynamic\n",
                    end = "------------------------------------------------------------\n";
  CHECK(rapier("show switch fdb") == heading + cpu + host + end);
  CHECK(rapier("show switch fdb port=2-3") == heading + host + end);
  CHECK(rapier("show switch fdb port=1,2") == heading + end);
  CHECK(rapier("show switch fdb status=static") == heading + cpu + end);
  CHECK(rapier("show switch fdb status=dynamic address=00-00-f4-11-22-33") == heading + host + end);
  const std::string ports = rapier("show switch port=2-3");
  CHECK_FALSE(ports.contains("Port .......................... 1\n"));
  CHECK(ports.contains("Link State .................... Down\nUpTime ........................ 00:00:00\n"));
  CHECK(ports.contains("Current learned, lock state ... 0, not locked\n"));
  CHECK(ports.contains("Current learned, lock state ... 1, not locked\n"));
  CHECK(
      ports.ends_with("Trunk Group ................... -\n"
                      "STP ........................... default\n"
                      "Multicast filtering mode ...... (B) Forward all unregistered groups\n"
                      "----------------------------------------------------------------------------\n"));
}
