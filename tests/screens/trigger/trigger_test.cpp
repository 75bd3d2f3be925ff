#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "os/base/text.h"
#include "tests/screens/trigger/trigger_desk.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("triggers are listed") {
  TriggerDesk desk;
  CHECK(desk("create trigger=1 cpu=80 direction=up script=mailcpu.scp name=cpu") ==
        "Info (1053003): Operation successful.");
  CHECK(desk("create trigger=2 interface=ppp1 event=up cp=ipcp script=pppupipc.scp") ==
        "Info (1053003): Operation successful.");
  CHECK(desk("create trigger=3 time=12:30 days=weekday state=disabled repeat=3 test=yes") ==
        "Info (1053003): Operation successful.");
  CHECK(desk("show trigger") == R"(
TR# Type & Details          Name               En Te Repeat     #Scr Days/Date
-------------------------------------------------------------------------------
001 CPU (80% up)            cpu                Y  N  Continuous 1    SMTWTFS
002 Interface (ppp1 up ipcp)                   Y  N  Continuous 1    SMTWTFS
003 Time (12:30)                               N  Y  3          0    -MTWTF-
-------------------------------------------------------------------------------

)");
  CHECK(desk("create trigger=1 cpu=70") == "Error (3053257): Trigger 1 already exists.");
  CHECK(desk("create trigger=4 cpu=70 event=up") == "Error (3053262): Parameter EVENT does not belong to this type of trigger.");
  CHECK(desk("set trigger=3 direction=up") == "Error (3053262): Parameter DIRECTION does not belong to this type of trigger.");
  CHECK(desk("destroy trigger=9") == "Error (3053256): Trigger 9 does not exist.");
  CHECK(desk("enable trigger") == "Warning (2053264): The trigger facility is already enabled.");
}

TEST_CASE("the configuration makes the same triggers again") {
  TriggerDesk desk;
  desk("create trigger=1 memory=90 direction=down after=22:00 before=06:00 name=\"night watch\" script=a.scp");
  desk("add trigger=1 script=b.scp");
  desk("create trigger=2 reboot=crash date=3-feb-2007 script=a.scp repeat=once state=disabled");
  desk("create trigger=3 interface=eth0-1 event=any days=sun,weekday test=yes");
  const std::string before = desk("show config dynamic=trigger");
  CHECK(before.find("create trigger=1 memory=90 direction=down after=22:00 before=06:00 name=\"night watch\" "
                    "script=a.scp\nadd trigger=1 script=b.scp") != std::string::npos);
  desk("purge trigger");
  CHECK(desk("show config dynamic=trigger").find("create") == std::string::npos);
  for (const std::string_view line : split(before, '\n')) desk(line);
  CHECK(desk("show config dynamic=trigger") == before);
}

TEST_CASE("the clock runs scripts") {
  TriggerDesk desk;
  desk("create trigger=1 time=11:21 script=note.scp");
  desk("create trigger=2 periodic=2 script=note.scp repeat=2");
  desk.time.advance(95s);
  CHECK(desk.runs() == "");
  desk.time.advance(1s);  // 11:21:00: the time, and two minutes have begun
  CHECK(desk.runs() == "++");
  desk.time.advance(119s);
  CHECK(desk.runs() == "++");
  desk.time.advance(1s);
  CHECK(desk.runs() == "+++");
  desk.time.advance(10min);
  CHECK(desk.runs() == "+++");  // REPEAT=2 is used up, and the time of day comes but once a day
  desk.time.advance(24h);
  CHECK(desk.runs() == "++++");
}

TEST_CASE("a trigger keeps to its days and its window") {
  TriggerDesk desk;
  desk("create trigger=1 periodic=1 script=note.scp after=11:21 before=11:22");
  desk("create trigger=2 time=11:20 script=note.scp days=sat");
  desk("create trigger=3 time=11:20 script=note.scp date=4-feb-2007");
  desk.time.advance(10min);
  CHECK(desk.runs() == "++");  // 11:21 and 11:22
  desk.time.advance(24h);      // Saturday
  CHECK(desk.runs() == "+++++");
  desk.time.advance(24h);  // Sunday the 4th
  CHECK(desk.runs() == "++++++++");
}

TEST_CASE("an interface runs scripts as it goes up and down") {
  TriggerDesk desk;
  desk("add script=if.scp text=\"set system location=\"\"%1 %2\"\"\"");
  desk("create trigger=1 interface=eth0 event=any script=if.scp");
  desk("enable ip");
  desk("add ip int=eth0 ip=192.0.2.1 mask=255.255.255.0");
  CHECK(desk.location() == "");
  VirtualRouter other(desk.time, "other");
  other.boot();
  {
    MemoryLink cable(desk.router.port("eth0"), other.port("eth0"));
    CHECK(desk.location() == "eth0 up");
  }
  CHECK(desk.location() == "eth0 down");
  CHECK(desk("show trigger=1").find("Number of activations ......... 2") != std::string::npos);
}

TEST_CASE("CPU and memory run scripts as they cross a limit in the direction asked for") {
  TriggerDesk desk;
  const char* what = GENERATE("cpu", "memory");
  const auto load = [&](unsigned percent) {
    desk.router.cpu.last_10_seconds = percent;
    desk.router.memory_used_kb = desk.router->model().dram_kb / 100 * percent + 50;
    desk.time.advance(10s);
  };
  desk(fmt::format("create trigger=1 {}=80 direction=up script=note.scp", what));
  load(79);
  CHECK(desk.runs() == "");
  load(80);
  CHECK(desk.runs() == "+");
  load(100);
  CHECK(desk.runs() == "+");
  desk(fmt::format("create trigger=2 {}=80 direction=any script=note.scp", what));
  desk(fmt::format("create trigger=3 {}=80 direction=down script=note.scp repeat=1", what));
  load(79);  // the new ones have not looked before: what is below now was never above
  CHECK(desk.runs() == "+");
  load(80);
  CHECK(desk.runs() == "+++");
  load(79);
  CHECK(desk.runs() == "+++++");
}

TEST_CASE("a port of the switch runs scripts with its number as it loses its link") {
  VirtualTime time;
  SeededRandom random(1);
  RouterOptions options;
  options.model = *find_model("AR415S");
  const auto router = std::move(*Router::make({time, time.scheduler, time, time, random}, std::move(options)));
  REQUIRE(router->attach_ports({{"port2", "memory"}, {"port3", "memory"}}, 1));
  router->boot();
  const auto run = [&](std::string_view line) { return router->execute(line, Caller{}).outcome.line(); };
  run("add script=port.scp text=\"set system location=\"\"down %1\"\"\"");
  run("enable trigger");
  CHECK(run("create trigger=1 module=switch event=linkdown script=port.scp") == "Info (1053003): Operation successful.");
  CHECK(run("create trigger=2 module=switch event=linkup port=3 test=yes") == "Info (1053003): Operation successful.");
  CHECK(run("create trigger=3 module=switch event=up") ==
        "Error (3053262): Parameter EVENT does not belong to this type of trigger.");
  const auto cable = [&](const char* port) {
    PacketPool pool;
    MemoryPort other("pc", MacAddress{}, pool, time.scheduler, time);
    MemoryLink link(other, dynamic_cast<MemoryPort&>(router->stacks().find(port)->second->driver()));
    time.advance(1s);
  };
  cable("port2");
  time.advance(1s);
  const std::string screen = router->execute("show trigger", Caller{}).screen.text();
  CHECK(screen.find("001 Module (switch linkdown)                   Y  N  Continuous 1    SMTWTFS\n") != std::string::npos);
  CHECK(screen.find("002 Module (switch linkup 3)                   Y  Y  Continuous 0    SMTWTFS\n") != std::string::npos);
  time.advance(1s);
  CHECK(router->execute("show system", Caller{}).screen.text().find("SysLocation\ndown 2\n") != std::string::npos);
  cable("port3");
  time.advance(2s);
  const std::string counters = router->execute("show trigger counters", Caller{}).screen.text();
  CHECK(counters.find("  Switch               3          3\n") != std::string::npos);
}

TEST_CASE("an attack on the firewall runs scripts as it begins and as it ends") {
  TriggerDesk desk;
  desk("add script=attack.scp text=\"set system location=\"\"%1 %2 %3 %4\"\"\"");
  for (const char* line : {"enable ip", "add ip int=eth0 ip=192.0.2.1 mask=255.255.255.0", "add ip int=vlan1 ip=192.168.1.1",
                           "enable firewall", "create firewall policy=office", "add firewall policy=office int=eth0 type=public",
                           "add firewall policy=office int=vlan1 type=private"}) {
    INFO(line);
    REQUIRE(desk(line).find("Error") == std::string::npos);
  }
  CHECK(desk("create trigger=1 firewall=all mode=both script=attack.scp") == "Info (1053003): Operation successful.");
  CHECK(desk("create trigger=2 firewall=smurf mode=end policy=Office test=yes") == "Info (1053003): Operation successful.");
  CHECK(desk("create trigger=3 firewall=land mode=start test=yes") == "Info (1053003): Operation successful.");
  CHECK(desk("create trigger=4 firewall=land event=any").starts_with("Error (3053262)"));
  CHECK(desk("show config dynamic=trigger").find("create trigger=2 firewall=smurf mode=end policy=\"Office\" test=yes\n") !=
        std::string::npos);
  Host attacker(desk.time, "attacker", "192.0.2.9", "192.0.2.1");
  Host pc(desk.time, "pc", "192.168.1.100", "192.168.1.1");
  MemoryLink outside(attacker.port(), desk.router.port("eth0"));
  MemoryLink inside(pc.port(), desk.router.port("vlan1"));
  for (int i = 0; i < 3; ++i) {
    attacker.ping(*parse_ipv4("192.168.1.255"));
    desk.time.advance(1s);
  }
  CHECK(desk.location() == "smurf start office 192.0.2.9");
  CHECK(desk("show trigger=2").find("Number of activations ......... 0") != std::string::npos);
  desk.time.advance(10min);
  CHECK(desk.location().starts_with("smurf end office"));
  CHECK(desk("show trigger=2").find("Number of activations ......... 1") != std::string::npos);
  CHECK(desk("show trigger=3").find("Number of activations ......... 0") != std::string::npos);
}

TEST_CASE("a trigger can be tried, tested and disabled") {
  TriggerDesk desk;
  desk("create trigger=1 time=23:00 script=note.scp");
  CHECK(desk("activate trigger=1") == "Info (1053003): Operation successful.");
  CHECK(desk.runs() == "+");
  desk("set trigger=1 test=yes");
  desk("activate trigger=1");
  CHECK(desk.runs() == "+");
  CHECK(desk("show trigger=1").find("Number of activations ......... 2") != std::string::npos);
  CHECK(desk("delete trigger=1 script=other.scp") == "Error (3053261): Trigger 1 has no script other.scp.");
  CHECK(desk("show trigger counter").find("  Time                 2          2\n") != std::string::npos);
  desk("disable trigger");
  CHECK(desk("show trigger status").starts_with("Trigger facility .............. Disabled\n"));
}

TEST_CASE("a crash runs what waits for it") {
  TriggerDesk desk;
  desk("create trigger=1 reboot=restart script=note.scp");
  desk("create trigger=2 reboot=crash script=note.scp");
  desk("create config=boot.cfg");
  desk("restart router");
  desk.time.advance(1s);
  CHECK(desk.runs() == "+");
}
