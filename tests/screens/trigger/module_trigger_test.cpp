// Triggers on what modules tell: the log, ping polling, links and PPP's control protocols.
#include <catch2/catch.hpp>

#include "tests/screens/trigger/trigger_desk.h"
#include "tests/sim/ppp/isp.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view good = "Info (1053003): Operation successful.";

}  // namespace

TEST_CASE("a message of the log runs scripts with what it says") {
  TriggerDesk desk;
  desk("add script=log.scp text=\"set system location=\"\"%1 %2 %3 %4 %5\"\"\"");
  CHECK(desk("create trigger=1 module=log event=message logmodule=scr severity=>2 reference=bob.scp script=log.scp") ==
        good);
  CHECK(desk("show trigger").find("001 Module (log message)                       Y  N  Continuous 1    SMTWTFS\n") !=
        std::string::npos);
  CHECK(desk("show config dynamic=trigger")
            .find("create trigger=1 module=log event=message logmodule=\"scr\" reference=\"bob.scp\" severity=\">2\" "
                  "script=log.scp\n") != std::string::npos);
  // A script that fails is logged under its name.
  desk("add script=alice.scp text=\"else\"");
  desk("add script=bob.scp text=\"endif\"");
  const auto fail = [&](const std::string& file) {
    desk("activate script=" + file);
    desk.time.advance(1s);
  };
  fail("alice.scp");
  CHECK(desk.location() == "");
  fail("bob.scp");
  CHECK(desk.location() == "SCR MSG ERROR 5 Line 1: ENDIF without IF.");
  CHECK(desk("set trigger=1 reference=alice.scp") == good);
  fail("bob.scp");
  fail("alice.scp");
  CHECK(desk.location() == "SCR MSG ERROR 5 Line 1: ELSE without IF.");
  CHECK(desk("show trigger=1").find("Number of activations ......... 2") != std::string::npos);
  CHECK(desk("create trigger=2 module=log severity=9") ==
        "Error (3053266): Parameter SEVERITY has no value that log messages have.");
  CHECK(desk("create trigger=2 module=log logmodule=nonsense") ==
        "Error (3053266): Parameter LOGMODULE has no value that log messages have.");
  CHECK(desk("create trigger=2 module=log event=up").starts_with("Error (3053262): Parameter EVENT"));
  CHECK(desk("create trigger=2 cpu=80 severity=3").starts_with("Error (3053262): Parameter SEVERITY"));
}

TEST_CASE("what a trigger's script logs does not run it for ever") {
  TriggerDesk desk;
  // The script fails, and that is logged; so is each of the trigger's activations.
  desk("add script=fail.scp text=\"if nonsense\"");
  desk("create trigger=1 module=log script=fail.scp");
  desk("activate script=fail.scp");
  desk.time.advance(1h);
  CHECK(desk("show trigger=1").find("Number of activations ......... 1\n") != std::string::npos);
}

TEST_CASE("a polled device runs scripts with its poll as it is lost and found") {
  TriggerDesk desk;
  desk("add script=poll.scp text=\"set system location=\"\"device %1\"\"\"");
  CHECK(desk("create trigger=1 module=ping event=devicedown poll=7 script=poll.scp") == good);
  CHECK(desk("create trigger=2 module=ping event=deviceup poll=8 script=poll.scp") == good);
  CHECK(desk("create trigger=3 module=ping event=deviceup script=note.scp") == good);
  CHECK(desk("create trigger=4 module=ping event=linkup").starts_with("Error (3053262): Parameter EVENT"));
  CHECK(desk("create trigger=4 module=switch poll=1").starts_with("Error (3053262): Parameter POLL"));
  desk("enable ip");
  desk("add ip int=vlan1 ip=192.168.1.1");
  desk("add ping poll=7 ip=192.168.1.100 upcount=2 failcount=2 normal=5");
  desk("enable ping poll=7");
  VirtualRouter device(desk.time, "device");
  device.boot("enable ip\nadd ip int=vlan1 ip=192.168.1.100\n");
  {
    MemoryLink lan(device.port("vlan1"), desk.router.port("vlan1"));
    desk.time.advance(10s);
    CHECK(desk.runs() == "+");
    CHECK(desk.location() == "");  // trigger 2 waits for another device
  }
  desk.time.advance(20s);
  CHECK(desk.location() == "device 7");
  CHECK(desk.runs() == "+");
}

TEST_CASE("an interface without IP runs scripts as its link goes down") {
  TriggerDesk desk;
  desk("add script=if.scp text=\"set system location=\"\"%1 %2\"\"\"");
  desk("create trigger=1 interface=eth0 event=down script=if.scp");
  Host modem(desk.time, "modem", "192.0.2.1", "192.0.2.2");
  {
    MemoryLink cable(modem.port(), desk.router.port("eth0"));
    CHECK(desk.location() == "");
  }
  CHECK(desk.location() == "eth0 down");
}

TEST_CASE("PPP's control protocols run scripts as they open and close") {
  IspWorld world;
  REQUIRE(
      world.client.text("add script=up.scp text=\"set system location=\"\"%3 of %1 is %2\"\"\"").starts_with("Info"));
  REQUIRE(world.client.text("add script=note.scp text=\"set system contact=\"\"%3 %2\"\"\"").starts_with("Info"));
  world.client.text("enable trigger");
  CHECK(world.client.text("create trigger=1 interface=ppp0 event=any cp=ipcp script=up.scp") == good);
  CHECK(world.client.text("create trigger=2 interface=ppp0 event=up cp=lcp script=note.scp") == good);
  REQUIRE(world.comes_up());
  world.time.advance(1s);
  const std::string system = world.client.text("show system");
  CHECK(system.find("SysLocation\nipcp of ppp0 is up\n") != std::string::npos);
  CHECK(system.find("SysContact\nlcp up\n") != std::string::npos);
  world.cable.reset();
  world.time.advance(2min);
  CHECK(world.client.text("show system").find("SysLocation\nipcp of ppp0 is down\n") != std::string::npos);
}

TEST_CASE("SET changes what a trigger waits for, never its kind") {
  TriggerDesk desk;
  desk("create trigger=1 cpu=80 direction=up");
  CHECK(desk("set trigger=1 cpu=70") == good);
  CHECK(desk("set trigger=1 memory=70").starts_with("Error (3053262): Parameter MEMORY"));
  desk("create trigger=2 time=11:21");
  CHECK(desk("set trigger=2 time=12:00") == good);
  CHECK(desk("set trigger=2 module=ping").starts_with("Error (3053262): Parameter MODULE"));
  const std::string configuration = desk("show config dynamic=trigger");
  CHECK(configuration.find("create trigger=1 cpu=70 direction=up\n") != std::string::npos);
  CHECK(configuration.find("create trigger=2 time=12:00\n") != std::string::npos);
}
