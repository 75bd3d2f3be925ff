#include <catch2/catch.hpp>

#include "tests/support/person.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

struct Desk {
  Desk() : router(time, "") {
    router.boot();
    person.emplace(*router);
    person->log_in();
  }
  std::string operator()(std::string_view line) {
    person->type(line);
    const std::string shown = person->shown();
    return shown.substr(line.size() + 1);
  }
  VirtualTime time;
  VirtualRouter router;
  std::optional<Person> person;
};

}  // namespace

TEST_CASE("SHOW ASYN HISTORY lists the lines, RESET forgets them") {
  Desk desk;
  desk("show time");
  desk("nonsense here");
  CHECK(desk("show asyn history") == R"(
Command history
-------------------------------------------------------------------------------
  1  show time
  2  nonsense here
  3  show asyn history
-------------------------------------------------------------------------------

Manager > )");
  CHECK(desk("reset asyn history") == "\nInfo (1036003): Operation successful.\n\nManager > ");
  CHECK(desk.person->session().history().empty());
}

TEST_CASE("the history keeps as many lines as it is set to") {
  Desk desk;
  CHECK(desk("set asyn history=100").find("Error (3035262)") != std::string::npos);
  desk("set asyn history=3");
  for (const char* line : {"a", "b", "c", "d"}) desk(line);
  CHECK(desk.person->session().history() == std::deque<std::string>{"b", "c", "d"});
  desk("set asyn history=0");
  desk("e");
  CHECK(desk.person->session().history().empty());
}

TEST_CASE("terminal settings are taken at their limits and refused beyond") {
  Desk desk;
  for (const char* setting :
       {"page=4", "page=99", "page=off", "history=99", "idletime=10", "idletime=4294967294", "idletime=off"}) {
    INFO(setting);
    CHECK(desk(std::string("set tty ") + setting) == "\nInfo (1036003): Operation successful.\n\nManager > ");
  }
  for (const char* setting : {"page=3", "page=100", "idletime=9", "idletime=4294967295"}) {
    INFO(setting);
    CHECK(desk(std::string("set tty ") + setting).starts_with("\nError (30352"));
  }
}

TEST_CASE("a port keeps its settings over a logoff; SET TTY ends with the session") {
  Desk desk;
  desk("set asyn page=50");
  desk("set tty history=5");
  CHECK(desk.person->session().settings.history == 5);
  desk("logoff");
  Person next(*desk.router);
  CHECK(next.session().settings.page == 50);
  CHECK(next.session().settings.history == 30);
}

TEST_CASE("a script has no session to act on") {
  Desk desk;
  for (const char* line : {"logoff", "login", "set password", "set tty page=5", "show asyn history"}) {
    INFO(line);
    CHECK(desk.router.text(line) == "Error (3036256): There is no session to act on.");
  }
}

TEST_CASE("aliases stand for text in every line, and are part of the configuration") {
  Desk desk;
  CHECK(desk("add alias=st string=\"show time\"") == "\nInfo (1035003): Operation successful.\n\nManager > ");
  CHECK(desk("st").find("System time is ") != std::string::npos);
  CHECK(desk("add alias=ST string=x") == "\nError (3035270): Alias \"ST\" already exists.\n\nManager > ");
  CHECK(desk("show alias") == R"(
Alias               String
-------------------------------------------------------------------------------
st                  show time
-------------------------------------------------------------------------------

Manager > )");
  CHECK(desk("show config dynamic=alias").find("\nadd alias=\"st\" string=\"show time\"\n") != std::string::npos);
  CHECK(desk("delete alias=st") == "\nInfo (1035003): Operation successful.\n\nManager > ");
  CHECK(desk("delete alias=st") == "\nError (3035271): Alias \"st\" does not exist.\n\nManager > ");
}

TEST_CASE("SHOW ASYN and SHOW TTY") {
  Desk desk;
  desk("set asyn page=off idletime=600");
  CHECK(desk("show tty") == R"(
TTY information
   Instance .................. 16
   Login Name ................ manager
   Description ............... Asyn 0
   Secure .................... yes
   Connections to ............ none
   Current connection ........ none
   In flow state ............. on
   Out flow state ............ on
   Type ...................... VT100
   Service ................... none
   Prompt .................... default
   Echo ...................... yes
   Attention ................. break
   Manager ................... yes
   Edit ...................... insert
   History length ............ 30
   Page size ................. off
   Idle timeout (sec) ........ 600

Manager > )");
  desk("set tty type=dumb");
  const std::string port = desk("show asyn=0");
  CHECK(
      port.starts_with("\nASYN 0  :  0000000000 seconds   Last change at: 0000000000 seconds\n\nASYN information\n"
                       "   Name ...................... Asyn 0\n   Status .................... enabled\n"));
  CHECK(port.find("   Type ...................... Dumb\n") != std::string::npos);
  CHECK(desk("show asyn") == port);
  const std::string other = desk("show asyn=3");
  CHECK(other.find("   Login Name ................ none\n") != std::string::npos);
  CHECK(other.find("   Page size ................. 22\n") != std::string::npos);
  CHECK(desk.router.text("show tty") == "Error (3036256): There is no session to act on.");
  CHECK(desk("show asyn summary") == R"(
Port  Name        Status    Mode  Data rate  Type    Login Name
-------------------------------------------------------------------------------
0     Asyn 0      enabled   Ten   9600       Dumb    manager
-------------------------------------------------------------------------------

Manager > )");
  const std::string counters = desk("show asyn=0 counters");
  CHECK(counters.find("  parityErrors                     0    framingErrors                    0\n") !=
        std::string::npos);
  CHECK(counters.find("  inOctets                         0") == std::string::npos);
  const std::string quiet = desk("show asyn=3 counters");
  CHECK(quiet.find("  inOctets                         0    outOctets                        0\n") !=
        std::string::npos);
}

TEST_CASE("HELP lists the topics, a topic its commands") {
  Desk desk;
  const std::string topics = desk("help");
  CHECK(topics.starts_with("\nAR400 Series Online Help - V2.9.1\n\nHelp is available on the following topics."));
  CHECK(topics.find("\nHelp OPeration          system, users, files, sessions, scripts, triggers\n") !=
        std::string::npos);
  desk("set asyn page=off");
  CHECK(desk("h op").find("\n\nSHow TIme\n     Displays the time.\n") != std::string::npos);
  CHECK(desk("help xyz") == "\nError (3035258): Parameter \"xyz\" not recognised.\n\nManager > ");
}

TEST_CASE("HELP hides what one may not do") {
  Desk desk;
  desk.router.run("add user=ann password=sesame1 login=yes");
  Person user(*desk.router);
  user.log_in("ann", "sesame1");
  user.type("help operation");
  user.press('c');
  const std::string shown = user.shown();
  CHECK(shown.find("SHow TIme") != std::string::npos);
  CHECK(shown.find("ADD USer") == std::string::npos);
}

TEST_CASE("SET ASYN=ALL reaches every port that is known, and what it sets is kept") {
  Desk desk;
  desk("set asyn=2 page=30");
  desk("set asyn=all speed=19200 history=5");
  CHECK(desk.router.text("show asyn=2").find("   Data rate ................. 19200\n") != std::string::npos);
  const std::string dump = desk.router.text("show config dynamic=asyn");
  CHECK(dump.find("\nset asyn=0 history=5 speed=19200\nset asyn=2 page=30 history=5 speed=19200\n") != std::string::npos);
}

TEST_CASE("ECHO=OFF keeps the prompt's line to itself") {
  Desk desk;
  desk("set asyn=0 echo=off");
  desk.person->type("show time");
  CHECK(desk.person->shown().find("show time") == std::string::npos);
}
