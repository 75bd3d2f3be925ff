#include <catch2/catch.hpp>

#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("SHOW SYSTEM of an AR415S") {
  SystemDesk desk;
  desk("set system location=\"Lab 2\" contact=help@example.com");
  CHECK(desk("show system") == R"(Router System Status                              Time 11:19:24 Date 02-Feb-2007.
Board      ID  Bay Board Name                    Host Id Rev    Serial number
--------------------------------------------------------------------------------
Base      276      AR415S                              0 M1-0         62058120
--------------------------------------------------------------------------------
Memory -   DRAM : 65536 kB      FLASH : 16384 kB
--------------------------------------------------------------------------------
SysDescription
Allied Telesis AR415S version 2.9.1-00 16-Oct-2006
SysContact
help@example.com
SysLocation
Lab 2
SysName
Peer1
SysDistName

SysUpTime
69712 ( 00:11:37 )
Boot Image        : 415_20.fbr size 655360 01-Sep-2006
Software Version: 2.9.1-00 16-Oct-2006
Release Version : 2.9.1-00 16-Oct-2006
Patch Installed : NONE
Territory       : europe
Country         : none
Help File       : 400-291a.hlp

Configuration
Boot configuration file: Not set
Current configuration: None

Security Mode   : Disabled

Patch files
Name         Device    Size     Version
--------------------------------------------------------------------------------
--------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW SYSTEM follows what changes") {
  SystemDesk desk("");
  desk("create config=boot.cfg set");
  desk("add user=secoff pass=sesame1 privilege=securityofficer login=yes");
  desk("enable system security_mode");
  desk("set system name=Peer2 territory=japan country=\"New Zealand\"");
  const std::string screen = desk("show system");
  CHECK(screen.find("\nSysName\nPeer2\n") != std::string::npos);
  CHECK(screen.find("Territory       : japan\nCountry         : New Zealand\n") != std::string::npos);
  CHECK(screen.find("Boot configuration file: flash:boot.cfg (exists)\nCurrent configuration: boot.cfg\n") !=
        std::string::npos);
  CHECK(screen.find("Security Mode   : Enabled\n") != std::string::npos);
  desk("delete file=boot.cfg");
  desk("set system name=none");
  const std::string later = desk("show system");
  CHECK(later.find("flash:boot.cfg (does not exist)\n") != std::string::npos);
  CHECK(later.find("\nSysName\n\nSysDistName\n") != std::string::npos);
}

TEST_CASE("a switch calls itself one") {
  SystemDesk desk("", "Rapier 24i");
  const std::string screen = desk("show system");
  CHECK(screen.starts_with("Switch System Status                              Time 11:19:24 Date 02-Feb-2007.\n"));
  CHECK(screen.find("\nBase      115      AT-RP24i Rapier 24i                 0 M3-0         41377206\n") !=
        std::string::npos);
  CHECK(desk("show cpu").find("Maximum since switch restarted ..... 0\n") != std::string::npos);
}

TEST_CASE("in security mode the screens that show configuration are the security officer's") {
  SystemDesk desk;
  desk("add user=secoff pass=sesame1 privilege=securityofficer login=yes");
  for (const char* line : {"show system", "show feature", "show config dynamic"}) {
    INFO(line);
    CHECK_FALSE(desk.as(Privilege::manager, line).empty());
  }
  desk("enable system security_mode");
  for (const char* line : {"show system", "show feature", "show config dynamic", "show config dynamic=system"}) {
    INFO(line);
    CHECK(desk.as(Privilege::manager, line).empty());
    CHECK_FALSE(desk.as(Privilege::security_officer, line).empty());
  }
}

TEST_CASE("security mode needs a security officer and lives in a marker file") {
  SystemDesk desk;
  CHECK(desk("enable system security_mode") ==
        "Error (3034256): Security mode needs a user with SECURITYOFFICER privilege.");
  desk("add user=secoff pass=sesame1 privilege=securityofficer login=yes");
  CHECK(desk("enable system security_mode") == "Info (1034003): Operation successful.");
  CHECK(desk("enable system security_mode") == "Warning (2034257): Security mode is already enabled.");
  CHECK(desk("show file").find("enabled.sec") != std::string::npos);
  for (const char* line : {"delete file=enabled.sec", "copy enabled.sec x.sec", "rename enabled.sec x.sec",
                           "create file=enabled.sec command=\"show time\""}) {
    INFO(line);
    CHECK(desk(line) == "Error (3056262): File enabled.sec belongs to the system.");
  }
  CHECK(desk("delete user=secoff").find("The last security officer is needed") != std::string::npos);
  desk("create config=boot.cfg set");
  desk("restart router");
  desk.time.advance(1s);
  CHECK(desk("show system").find("Security Mode   : Enabled") != std::string::npos);
  desk("disable system security_mode");
  CHECK(desk("show file").find("enabled.sec") == std::string::npos);
  CHECK(desk("disable system security_mode") == "Warning (2034258): Security mode is already disabled.");
}

TEST_CASE("an AR700 tests the battery of its memory at the start") {
  const std::string battery =
      "PASS: RAM test, 65536k bytes found.\nINFO: BBR tests beginning.\n"
      "PASS: BBR test. Battery OK.\nINFO: Self tests complete.\n";
  CHECK(SystemDesk("", "AR750S").router.boot_text.find(battery) != std::string::npos);
  CHECK(SystemDesk("", "AR415S").router.boot_text.find("BBR") == std::string::npos);
}

TEST_CASE("a full FLASH keeps security mode off and the keys where they are") {
  SystemDesk desk;
  desk("add user=secoff pass=sesame1 privilege=securityofficer login=yes");
  desk("create enco key=1 type=general value=\"sharedsecret\"");
  FileStore& files = desk.router->files();
  REQUIRE(files.write({"flash", "big.txt"}, std::string(files.flash_use().free, 'x')));
  CHECK(desk("enable system security_mode") == "Error (3034260): The enabled.sec file could not be written.");
  CHECK(desk("show system").find("Security Mode   : Disabled") != std::string::npos);
  CHECK(desk("show enco key").find("GENERAL") != std::string::npos);
}

TEST_CASE("SHOW CPU, SHOW BUFFER, SHOW TIME, SHOW EXCEPTION") {
  SystemDesk desk;
  CHECK(desk("show cpu") == R"(CPU Utilisation ( as a percentage )
----------------------------------------
Maximum since router restarted ..... 0
Maximum over last 5 minutes ........ 0
Average since router restarted ..... 0
Average over last 5 minutes ........ 0
Average over last minute ........... 0
Average over last 10 seconds ....... 0
Average over last second ........... 0
----------------------------------------
)");
  Packet held = desk.router->pool().allocate();
  CHECK(desk("show buffer scan") == R"(Memory ( DRAM ) ............ 65536 kB
Free Memory ................   100 %
Free fast buffers ..........     0
Total fast buffers .........     0
Free buffers ...............  2012
Total buffers ..............  2013
Buffer level 3 .............   125 (don't process input frames)
Buffer level 2 .............   250 (don't do monitor or command output)
Buffer level 1 .............   500 (don't buffer up log messages)

Address   Count
---------------
00000000      1
---------------
)");
  held.reset();
  CHECK(desk("show buffer").find("Free buffers ...............  2013\n") != std::string::npos);
  CHECK(desk("show time") == "System time is 11:19:24 on Friday 02-Feb-2007.\n");
  CHECK(desk("show exception") == R"(Exception list
Number of exceptions ... 0
-------------------------------------------------------------------------------
No  Date         Time      Vector  Type                 PC        Address
-------------------------------------------------------------------------------
-------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW CPU EXTENDED notes the load every 20 ms between two percentages") {
  SystemDesk desk;
  CHECK(desk("disable cpu extended") == "Warning (2034266): Extended CPU monitoring is already disabled.");
  CHECK(desk("add cpu extended startpercent=80 stoppercent=50") == "Info (1034003): Operation successful.");
  CHECK(desk("add cpu extended startpercent=101").starts_with("Error (3035262)"));
  CHECK(desk("enable cpu extended") == "Info (1034003): Operation successful.");
  CHECK(desk("enable cpu extended") == "Warning (2034265): Extended CPU monitoring is already enabled.");
  for (const unsigned percent : {79U, 80U, 50U, 49U}) {
    desk.router.cpu.last_second = percent;
    desk.time.advance(20ms);
  }
  const std::string screen = desk("show cpu extended");
  CHECK(screen.starts_with("CPU Utilisation ( as a percentage )\n"));
  CHECK(screen.substr(screen.find("\nExtended")) == R"(
Extended CPU Information
------------------------------------------------------------
State ............... Enabled
Current Time ........ 11:19:24 (026e02b0 / 697200000)
Current Install ..... 54-291.rez (4893228)
Start percent ....... 80
Stop percent ........ 50

msSM     Timestamp  Util Caller   Return1  Return2  Return3
------------------------------------------------------------
026e029c 697180000  50   00000000 00000000 00000000 00000000
026e0288 697160000  80   00000000 00000000 00000000 00000000
)");
  CHECK(desk("disable cpu extended") == "Info (1034003): Operation successful.");
  desk.router.cpu.last_second = 100;
  desk.time.advance(1s);
  CHECK(desk("activate cpu extended") == "Info (1034003): Operation successful.");
  const std::string once = desk("show cpu extended");
  CHECK(once.find("026e0698 698200000  100  00000000") != std::string::npos);
  CHECK(std::ranges::count(once, '\n') == std::ranges::count(screen, '\n') + 1);
  desk.router.cpu.maximum = 100;
  CHECK(desk("reset cpu utilisation") == "Info (1034003): Operation successful.");
  CHECK(desk("show cpu").find("Maximum since router restarted ..... 0\n") != std::string::npos);
}

TEST_CASE("a fault that was caught is an exception too, also after the next start") {
  SystemDesk desk;
  desk.router->report_fault("bad_alloc");
  const std::string row = "\n1   02-Feb-2007  11:19:24  -       Fatal exception      -         -\n";
  CHECK(desk("show exception").find(row) != std::string::npos);
  CHECK(desk("show log").find("Internal fault: bad_alloc") != std::string::npos);
  desk("restart reboot");
  desk.time.advance(1s);
  CHECK(desk("show exception").find(row) != std::string::npos);
  CHECK(desk("show startup").find("RESTART REBOOT") != std::string::npos);
}

TEST_CASE("the clock is set, and no timer with it") {
  SystemDesk desk;
  CHECK(desk("set time=23:59:59") == "Info (1034003): Operation successful.");
  desk.time.advance(2s);
  CHECK(desk("show time") == "System time is 00:00:01 on Saturday 03-Feb-2007.\n");
  CHECK(desk("set date=29-feb-2008") == "Info (1034003): Operation successful.");
  CHECK(desk("show time") == "System time is 00:00:01 on Friday 29-Feb-2008.\n");
  CHECK(desk("set date=30-feb-2008").starts_with("Error (3035262)"));
  CHECK(desk("set time=24:00").starts_with("Error (3035262)"));
  CHECK(desk("show system").find("69912 ( 00:11:39 )") != std::string::npos);
}

TEST_CASE("RESTART runs the boot configuration, the named one, or none") {
  SystemDesk desk("");
  desk("set system name=first");
  desk("create config=boot.cfg set");
  desk("set system name=second");
  desk("create config=other.cfg");
  const auto name_after = [&](std::string_view line) {
    desk(line);
    desk.time.advance(1s);
    const std::string screen = desk("show system");
    const auto at = screen.find("SysName\n") + 8;
    return screen.substr(at, screen.find('\n', at) - at);
  };
  CHECK(name_after("restart router") == "first");
  CHECK(desk("show config").find("Current configuration: boot.cfg") != std::string::npos);
  CHECK(name_after("restart router config=other.cfg") == "second");
  CHECK(desk("show startup").find("Reason ...................... RESTART ROUTER\n") != std::string::npos);
  CHECK(name_after("restart reboot config=none") == "");
  CHECK(desk("show startup").find("Reason ...................... RESTART REBOOT\n") != std::string::npos);
  CHECK(desk("restart router config=missing.cfg") == "Error (3034261): File missing.cfg does not exist.");
}

TEST_CASE("a run that ended without a goodbye is an exception of the next") {
  SystemDesk desk;
  // What a process that died would have left behind.
  desk("restart router");
  desk.time.advance(1s);
  REQUIRE(desk.router->files().write_private("system-run", "running"));
  CHECK(desk("show exception").find("Number of exceptions ... 0") != std::string::npos);
  desk.router->shut_down();
  REQUIRE(desk.router->files().write_private("system-run", "running"));
  desk.router->boot();
  CHECK(desk("show exception").find("\n1   02-Feb-2007  11:19:25  -       Restart              -         -\n") !=
        std::string::npos);
  CHECK(desk("show startup").find("Unexpected restart") != std::string::npos);
  desk("restart router");
  desk.time.advance(1s);
  CHECK(desk("show exception").find("Number of exceptions ... 1") != std::string::npos);
}

TEST_CASE("SET HELP names a file whose text HELP displays, as long as it is there") {
  SystemDesk desk;
  CHECK(desk("set help=mine.hlp") == "Error (3034267): The help file was not found.");
  desk("create config=boot.cfg");
  CHECK(desk("set help=boot.cfg") == "Error (3034262): boot.cfg is not a valid file name.");
  desk("create file=mine.hlp command=\"show time\"");
  CHECK(desk("set help=mine.hlp") == "Info (1034003): Operation successful.");
  CHECK(desk("show system").find("\nHelp File       : mine.hlp\n") != std::string::npos);
  CHECK(desk("help").starts_with("\nSystem time is 11:19:24"));
  CHECK(desk("show config dynamic=system").find("set help=mine.hlp\n") != std::string::npos);
  desk("delete file=mine.hlp");
  CHECK(desk("help") == "Error (3036257): The help file was not found.");
  CHECK(desk("set help=400-291a.hlp") == "Info (1034003): Operation successful.");
  CHECK(desk("help").starts_with("AR400 Series Online Help - V2.9.1\n"));
}
