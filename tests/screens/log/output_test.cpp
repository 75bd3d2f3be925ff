// Output definitions: filters, queues, permanence, configuration.
#include <catch2/catch.hpp>

#include "tests/screens/log/log_desk.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::done;
using test::FakeIp;
using test::LogDesk;
using test::TestServices;

namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the queue keeps as many messages as MESSAGES says") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  for (int i = 0; i < 199; ++i) log.info("message");
  CHECK(count(log("show log"), "message\n") == 199);
  log.info("message");
  CHECK(count(log("show log"), "message\n") == 200);
  log.info("last");
  CHECK(count(log("show log"), "message\n") == 199);
  CHECK(log("set log output=temporary messages=3000") == done);
  for (std::size_t i = 0; i < limits::log_messages + 1; ++i) log.info("many");
  CHECK(count(log("show log"), "many\n") == limits::log_messages);
  CHECK(log("set log output=temporary messages=3001").starts_with("Error (3035262)"));
  CHECK(log("set log output=temporary messages=5") == done);
  CHECK(count(log("show log"), "many\n") == 5);
  CHECK(log("purge log=temporary") == done);
  CHECK(count(log("show log"), "many\n") == 0);
}

TEST_CASE("the first filter that fits decides") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  CHECK(log("create log output=5 destination=email to=a@b.c messages=200 queueonly=yes") == done);
  log.info("before any filter");
  CHECK(log("add log output=5 all") == done);
  CHECK(log("add log output=5 filter=1 type=user action=ignore msgtext=%secret") == done);
  CHECK(log("add log output=5 filter=9 severity=<3") == done);  // behind the last
  log.info("a secret");
  log.info("no such thing");
  log.record(LogSeverity::debug, module_number::ip, "IP", "ARP", "a secret of others");
  const std::string shown = log("show log=5");
  CHECK(shown.find("before") == std::string::npos);
  CHECK(shown.find("LON   a secret") == std::string::npos);
  CHECK(shown.find("no such thing") != std::string::npos);
  CHECK(shown.find("a secret of others") != std::string::npos);
  CHECK(log("show log output=5 full") == R"(
Output ...................... 5
Destination ................. Email
Status ...................... Enabled
To .......................... a@b.c
Messages .................... 200
Message format .............. Summary
Queue only .................. Yes
Maximum queue severity ...... 7
Zone ........................ LOCAL
Filters:
  1  IGNORE   Message text % secret, Type = user
  2  PROCESS  All
  3  PROCESS  Severity < 3

)");
  CHECK(log("delete log output=5 filter=1") == done);
  log.info("a secret");
  CHECK(log("show log=5").find("LON   a secret") != std::string::npos);
  CHECK(log("delete log output=5 filter=3") == "Error (3200258): Filter not found.\n");
  CHECK(log("set log output=5 filter=2 severity=>6") == done);
  CHECK(log("set log output=5 filter=1 module=ip") == done);
  log.info("no longer");
  CHECK(log("show log=5").find("no longer") == std::string::npos);
  CHECK(log("add log output=5") == "Error (3035261): Required parameter \"ALL\" missing.\n");
  CHECK(log("set log output=5 severity=3") == "Error (3035261): Required parameter \"FILTER\" missing.\n");
  CHECK(log("set log output=5 filter=3 all") == "Error (3200258): Filter not found.\n");
}

TEST_CASE("filters have a limit") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  for (std::size_t i = 1; i < limits::log_filters; ++i) REQUIRE(log("add log output=temporary all") == done);
  CHECK(log("add log output=temporary all") == "Error (3200259): No more filters can be added.\n");
}

TEST_CASE("outputs are listed with what they are") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log("create log output=1 destination=syslog server=192.168.10.5");
  log("add log output=1 all");
  log("create log output=2 destination=email to=admin@mydomain.com messages=10");
  CHECK(log("show log output") == R"(
Output     Destination  Enabled  Secure  Messages  Filters  Details
-------------------------------------------------------------------------------
Temporary  Memory       Yes      -            200        1  -
1          Syslog       Yes      No             -        1  192.168.10.5
2          Email        Yes      -             10        0  admin@mydomain.com
-------------------------------------------------------------------------------

)");
  CHECK(log("show log output=1 full") == R"(
Output ...................... 1
Destination ................. Syslog
Status ...................... Enabled
Server ...................... 192.168.10.5
Facility .................... DEFAULT
Syslog format ............... NORMAL
Message format .............. Summary
Queue only .................. No
Maximum queue severity ...... 7
Zone ........................ LOCAL
Filters:
  1  PROCESS  All

)");
  CHECK(log("show log queue") == R"(
Output        Queued   Maximum   Oldest
-------------------------------------------------------------------------------
Temporary          0       200   -
1                  0       200   -
2                  0        10   -
-------------------------------------------------------------------------------

)");
  CHECK(log("show log status") == R"(
Log module configuration
-------------------------------------------------------------------------------
Status ...................... ENABLED
Message generation .......... ENABLED
Message reception ........... ENABLED
Local time UTC offset ....... 00:00:00
Number of output definitions  3
-------------------------------------------------------------------------------

)");
}

TEST_CASE("switches stop messages where they say") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  const auto logged = [&](const std::string& command) {
    CHECK(log(command) == done);
    log.info(command);
    return log("show log").find("LON   " + command) != std::string::npos;
  };
  CHECK_FALSE(logged("disable log"));
  CHECK(logged("enable log"));
  CHECK_FALSE(logged("disable log generation"));
  CHECK(logged("enable log generation"));
  CHECK_FALSE(logged("disable log output=temporary"));
  CHECK(logged("enable log output"));
  CHECK(log("disable log output=3") == "Error (3200256): Output definition not found.\n");
}

TEST_CASE("wrong definitions are refused") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  CHECK(log("create log output=temporary destination=memory") ==
        "Error (3200257): Output definition already exists.\n");
  CHECK(log("create log output=1 destination=syslog") ==
        "Error (3200264): Destination Syslog needs parameter SERVER.\n");
  CHECK(log("create log output=1 destination=email") == "Error (3200264): Destination Email needs parameter TO.\n");
  CHECK(log("create log output=1 destination=port zone=moon").starts_with("Error (3035263)"));
  CHECK(log("create log output=21 destination=port").starts_with("Error (3035262)"));
  CHECK(log("create log output=1 destination=memory") ==
        "Error (3200265): Destination Memory is not valid for output 1.\n");
  CHECK(log("create log output=1 destination=nvs") == "Error (3200265): Destination NVS is not valid for output 1.\n");
  CHECK(log("set log output=temporary destination=syslog server=10.1.1.1") ==
        "Error (3200265): Destination Syslog is not valid for output TEMPORARY.\n");
  CHECK(log("set log output=temporary queueonly=yes") ==
        "Error (3200266): Parameter QUEUEONLY is not valid for output TEMPORARY.\n");
  CHECK(log("create log output=1 destination=router") ==
        "Error (3200264): Destination Router needs parameter SERVER.\n");
  CHECK(log("create log output=permanent destination=nvs") == "Error (3200260): This router has no permanent log.\n");
  CHECK(log("show log=permanent") == "Error (3200256): Output definition not found.\n");
  CHECK(log("destroy log output=1") == "Error (3200256): Output definition not found.\n");
  CHECK(log("add log output=1 all") == "Error (3200256): Output definition not found.\n");
}

TEST_CASE("urgent messages are permanent where the model has NVS for them") {
  TestServices world(1, "AR745");
  FakeIp ip;
  {
    LogDesk log(world, ip);
    log.record(LogSeverity::urgent, module_number::eth, "PINT", "UP", "ETH0: interface is UP");
    log.record(LogSeverity::important, module_number::eth, "PINT", "WARN", "not for ever");
    log.wait(2s);
    for (int i = 0; i < 20; ++i) log.record(LogSeverity::critical, module_number::system, "REST", "NORM", "again");
    log.module->stop(Ending::process_end);
  }
  {
    LogDesk log(world, ip);
    const std::string shown = log("show log=permanent");
    CHECK(count(shown, "REST  NORM  again\n") == 20);
    CHECK(shown.find("ETH0") == std::string::npos);  // the 21st oldest
    CHECK(shown.find("for ever") == std::string::npos);
    CHECK(log("purge log=permanent") == done);
  }
  CHECK(count(LogDesk(world, ip)("show log=permanent"), "again") == 0);
}

TEST_CASE("a damaged permanent log costs only its damaged lines") {
  TestServices world(1, "Rapier 24i");
  FakeIp ip;
  REQUIRE(world.files.write_private("permanent-log",
                                    "garbage\n1170414000000 7 34 0 0.0.0.0 1 52455354 - - - 6f6c64\n\n"
                                    "1170414000000 9 34 0 0.0.0.0 1 52455354 - - - 6f6c64\n"));
  CHECK(count(LogDesk(world, ip)("show log=permanent"), "old\n") == 1);
}

TEST_CASE("a configuration comes back from its script") {
  for (const std::string model : {"AR415S", "AT-8824"}) {
    TestServices world(1, model), other_world(2, model);
    FakeIp ip;
    LogDesk log(world, ip), other(other_world, ip);
    CHECK(log.desk.configuration().empty());
    CHECK(log.desk
              .run("set log utcoffset=nzst\n"
                   "set log output=temporary messages=500 filter=1 severity=>0\n"
                   "add log output=temporary module=!fire msgtext=\"%he said \"\"no\"\"\" action=ignore\n"
                   "disable log output=temporary\n"
                   "create log output=20 destination=syslog server=10.1.1.1 facility=local7 syslogformat=extended "
                   "queueonly=yes maxqueueseverity=4\n"
                   "add log output=20 all\n"
                   "add log output=20 filter=1 origin=local time=>12:00 date=!01-Jan-2007 action=ignore\n"
                   "create log output=3 destination=email to=a@b.c messages=7 format=full zone=utc\n"
                   "create log output=4 destination=port asyn=1 format=msgonly\n"
                   "create log output=5 destination=router server=10.1.1.2 secure=yes password=\"p w\"\n"
                   "add log receive=10.0.0.1 password=x\n"
                   "add log receive=10.0.0.0 mask=255.255.0.0 allow=no\n"
                   "add log receive=any protocol=syslog\n"
                   "disable log reception\n")
              .empty());
    const std::string script = log.desk.configuration();
    INFO(script);
    CHECK(other.desk.run(script).empty());
    CHECK(other.desk.configuration() == script);
    CHECK(log("destroy log output=temporary") == done);
    CHECK(log("create log output=temporary destination=memory") == done);
    CHECK(log.desk.configuration().find("delete log output=temporary filter=1\n") != std::string::npos);
    CHECK(log("destroy log output=temporary") == done);
    CHECK(log.desk.configuration().find("destroy log output=temporary\n") != std::string::npos);
  }
}
