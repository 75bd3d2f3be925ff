#include <catch2/catch.hpp>

#include "os/base/text.h"
#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("a script is written line by line") {
  SystemDesk desk;
  CHECK(desk("add script=test.scp text=\"set system name=%1\"") == "Info (1201003): Operation successful.");
  desk("add script=test.scp text=\"set system location=%2\"");
  desk("add script=test.scp line=1 text=\"# names\"");
  CHECK(desk("show script=test.scp") ==
        "File : test.scp\n\n1:# names\n2:set system name=%1\n3:set system location=%2\n");
  CHECK(desk("set script=test.scp line=1 text=\"wait=5\"") == "Info (1201003): Operation successful.");
  CHECK(desk("delete script=test.scp line=3") == "Info (1201003): Operation successful.");
  CHECK(desk("show script=test.scp") == "File : test.scp\n\n1:wait=5\n2:set system name=%1\n");
  CHECK(desk("show script") == R"(Filename             Device      Size     Created                  Active
-------------------------------------------------------------------------------
test.scp             flash            26  02-Feb-2007 11:19:24      -
-------------------------------------------------------------------------------
)");
  CHECK(desk("set script=test.scp line=3 text=x") == "Error (3201260): The script has no line 3.");
  CHECK(desk("add script=test.scp line=4 text=x") == "Error (3201260): The script has no line 4.");
  CHECK(desk("set script=none.scp line=1 text=x") == "Error (3201259): File none.scp does not exist.");
  CHECK(desk("delete script=test.scp") == "Info (1201003): Operation successful.");
  CHECK(desk("delete script=test.scp") == "Error (3201259): File test.scp does not exist.");
}

TEST_CASE("a script runs in the background, with arguments and pauses") {
  SystemDesk desk;
  desk("add script=test.scp text=\"set system name=%1\"");
  desk("add script=test.scp text=\"wait=5\"");
  desk("add script=test.scp text=\"set system location=\"\"%2 %3\"\"\"");
  CHECK(desk("activate script=test.scp Branch \"Level 3\" West") == "Info (1201003): Operation successful.");
  desk.time.advance(0ms);
  CHECK(desk("show config dynamic=system").find("set system name=\"Branch\"") != std::string::npos);
  CHECK(desk("show config dynamic=system").find("location") == std::string::npos);
  CHECK(desk("show script").find("     1\n") != std::string::npos);
  desk.time.advance(4999ms);
  CHECK(desk("show config dynamic=system").find("location") == std::string::npos);
  desk.time.advance(1ms);
  CHECK(desk("show config dynamic=system").find("set system location=\"Level 3 West\"") != std::string::npos);
  CHECK(desk("deactivate script=1") == "Error (3201262): Script 1 is not active.");
}

TEST_CASE("starts and ends of scripts are told to a log that wants details") {
  SystemDesk desk;
  desk("set log output=temporary filter=1 severity=>1");
  desk("add script=test.scp text=\"wait=5\"");
  desk("activate script=test.scp");
  desk.time.advance(6s);
  desk("activate script=test.scp");
  desk.time.advance(1s);
  desk("deactivate script=all");
  std::string lines;
  for (const std::string_view line : split(desk("show log type=scr"), '\n'))
    if (line.size() > 12 && line[12] == '2') lines += std::string(line.substr(12)) + "\n";
  CHECK(lines ==
        "2 SCR  SCR   START Script test.scp started\n2 SCR  SCR   END   Script test.scp finished\n"
        "2 SCR  SCR   START Script test.scp started\n2 SCR  SCR   END   Script test.scp stopped\n");
}

TEST_CASE("a script that waits can be stopped") {
  SystemDesk desk;
  desk("add script=test.scp text=\"wait=5\"");
  desk("add script=test.scp text=\"set system name=late\"");
  desk("activate script=test.scp");
  desk("activate script=test.scp");
  desk.time.advance(1s);
  CHECK(desk("deactivate script=1") == "Info (1201003): Operation successful.");
  CHECK(desk("deactivate script=all") == "Info (1201003): Operation successful.");
  desk.time.advance(10s);
  CHECK(desk("show config dynamic=system").find("late") == std::string::npos);
}

TEST_CASE("scripts that run are counted, so that one starting itself does not use up the router") {
  SystemDesk desk;
  desk("add script=loop.scp text=\"wait=10\"");
  desk("add script=loop.scp text=\"activate script=loop\"");
  for (int i = 0; i < 100; ++i) CHECK(desk("activate script=loop.scp") == "Info (1201003): Operation successful.");
  CHECK(desk("activate script=loop.scp") == "Error (3201263): Too many scripts are active.");
  desk.time.advance(1h);
  CHECK(desk("deactivate script=all") == "Info (1201003): Operation successful.");
  CHECK(desk("activate script=loop.scp") == "Info (1201003): Operation successful.");
}

TEST_CASE("a script can be renamed") {
  SystemDesk desk;
  desk("add script=old.scp text=\"# mine\"");
  desk("add script=there.scp text=\"# other\"");
  CHECK(desk("rename script=old.scp destfile=there.scp") == "Error (3201269): File there.scp already exists.");
  CHECK(desk("rename script=none.scp destfile=new.scp") == "Error (3201259): File none.scp does not exist.");
  CHECK(desk("rename script=old.scp destfile=new.scp") == "Info (1201003): Operation successful.");
  CHECK(desk("show script=new.scp") == "File : new.scp\n\n1:# mine\n");
  CHECK(desk("show script=old.scp") == "Error (3201259): File old.scp does not exist.");
}

TEST_CASE("only a script that exists can be run") {
  SystemDesk desk;
  CHECK(desk("activate script=none.scp") == "Error (3201259): File none.scp does not exist.");
}
