// SHOW LOG and its filters.
#include <catch2/catch.hpp>

#include "tests/screens/log/log_desk.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::FakeIp;
using test::LogDesk;
using test::TestServices;

namespace {

const std::string heading =
    "\nDate/Time   S Mod  Type  SType Message\n"
    "-------------------------------------------------------------------------------\n";
const std::string ending = "-------------------------------------------------------------------------------\n\n";

/// Four messages of different times, modules and severities.
void record_some(LogDesk& log) {
  log.wait(3min);
  log.record(LogSeverity::notice, module_number::enco, "ENCO", "STAC", "STAC SW Initialised");
  log.record(LogSeverity::critical, module_number::system, "REST", "NORM",
             "Router startup, ver 2.9.1-00, 16-Oct-2006, Clock Log: 11:02:41 on 02-Feb-2007");
  log.wait(2min + 21s);
  log.info("manager login on port0");
  log.wait(24h);
  log.record(LogSeverity::detail, module_number::isakmp, "VPN", "P1", "too detailed for TEMPORARY");
  log.record(LogSeverity::important, module_number::isakmp, "VPN", "P1", "Phase 1 failed");
}

const std::string stac = "02 11:03:00 4 ENCO ENCO  STAC  STAC SW Initialised\n";
const std::string restart =
    "02 11:03:00 7 SYS  REST  NORM  Router startup, ver 2.9.1-00, 16-Oct-2006, Clock\n"
    "                               Log: 11:02:41 on 02-Feb-2007\n";
const std::string login = "02 11:05:21 3 USER USER  LON   manager login on port0\n";
const std::string phase1 = "03 11:05:21 5 ISAK VPN   P1    Phase 1 failed\n";

}  // namespace

TEST_CASE("SHOW LOG prints the messages, oldest first") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  CHECK(log("show log") == heading + ending);
  record_some(log);
  CHECK(log("show log") == heading + stac + restart + login + phase1 + ending);
  CHECK(log("sh log=te") == heading + stac + restart + login + phase1 + ending);
  CHECK(log.desk.last_json.starts_with(
      R"({"messages":[{"date":"02-Feb-2007","time":"11:03:00","severity":4,"module":"ENCO","type":"ENCO",)"));
  CHECK(log("show log reverse") == heading + phase1 + login + restart + stac + ending);
  CHECK(log("show log reverse=2") == heading + phase1 + login + ending);
  CHECK(log("show log tail=1") == heading + phase1 + ending);
  CHECK(log("show log tail=3 reverse") == heading + phase1 + login + restart + ending);
}

TEST_CASE("TAIL without a number means twenty") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  for (int i = 1; i <= 25; ++i) log.info(std::to_string(i));
  const std::string shown = log("show log tail");
  CHECK(shown.starts_with(heading + "02 11:00:00 3 USER USER  LON   6\n"));
  CHECK(shown.ends_with("LON   25\n" + ending));
}

TEST_CASE("filters of SHOW LOG compare what their field is") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  record_some(log);
  const auto shows = [&](const std::string& filter) {
    const std::string text = log("show log " + filter);
    if (!text.starts_with(heading)) return text;
    return text.substr(heading.size(), text.size() - heading.size() - ending.size());
  };
  CHECK(shows("module=isakmp") == phase1);
  CHECK(shows("module=isak") == phase1);
  CHECK(shows("module=82") == phase1);
  CHECK(shows("mod=!isakmp") == stac + restart + login);
  CHECK(shows("module=%aKm") == phase1);
  CHECK(shows("severity=4") == stac);
  CHECK(shows("severity=>4") == restart + phase1);
  CHECK(shows("severity=<4") == login);
  CHECK(shows("severity=!4") == restart + login + phase1);
  CHECK(shows("severity=critical") == restart);
  CHECK(shows("type=vpn") == phase1);
  CHECK(shows("subtype=%o") == restart + login);
  CHECK(shows("msgtext=\"%LOGIN on\"") == login);
  CHECK(shows("msgtext=login").empty());
  CHECK(shows("date=03-feb-2007") == phase1);
  CHECK(shows("date=<03-feb-2007") == stac + restart + login);
  CHECK(shows("time=>11:03") == login + phase1);
  CHECK(shows("time=11:05:21 date=02-Feb-2007") == login);
  CHECK(shows("origin=local") == stac + restart + login + phase1);
  CHECK(shows("origin=!0.0.0.0").empty());
  CHECK(shows("device=0") == stac + restart + login + phase1);
  CHECK(shows("device=>0").empty());
  CHECK(shows("file=somewhere.cpp sourceline=12") == stac + restart + login + phase1);
  CHECK(shows("reference=%x").empty());
  for (const std::string bad : {"module=nosuch", "severity=8", "severity=>high", "date=31-feb-2007", "time=24:00",
                                "origin=1.2.3", "device=x", "sourceline=%"})
    CHECK(shows(bad).starts_with("Error (30352"));
}

TEST_CASE("SHOW LOG FULL prints every field") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log.wait(5min + 21s);
  log.info("manager login on port0");
  CHECK(log("show log full") == R"(
Date/Time ........ 02-Feb-2007 11:05:21
Origin ........... LOCAL
Severity ......... 3 (INFO)
Module ........... USER
Type / Subtype ... USER / LON
Device ........... 0
Source ........... somewhere.cpp : 12
Reference ........
Message .......... manager login on port0

)");
}

TEST_CASE("times are shown in the zone that was asked for") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log.info("hello");
  CHECK(log("set log utcoffset=+01:00").starts_with("Info (1"));
  CHECK(log("show log zone=utc").find("02 10:00:00 3 USER") != std::string::npos);
  CHECK(log("show log zone=nzst").find("02 22:00:00 3 USER") != std::string::npos);
  CHECK(log("show log zone=-12:30").find("01 21:30:00 3 USER") != std::string::npos);
  CHECK(log("show log zone=none").find("02 11:00:00 3 USER") != std::string::npos);
  CHECK(log("show log zone=moon").starts_with("Error (3035263)"));
  CHECK(log("set log utcoffset=25:00").starts_with("Error (3035263)"));
}

TEST_CASE("what a peer writes into a message cannot steer the terminal") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log.info("peer \"\x1b[2J\r\n\x7f\"");
  CHECK(log("show log").find("peer \".[2J...\"\n") != std::string::npos);
}

TEST_CASE("a long word in a message is cut at the column") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log.info(std::string(48, 'a'));
  CHECK(log("show log").find(std::string(48, 'a') + "\n-") != std::string::npos);
  log("purge log");
  log.info(std::string(49, 'a'));
  CHECK(log("show log").find(std::string(48, 'a') + "\n" + std::string(31, ' ') + "a\n") != std::string::npos);
}

TEST_CASE("messages made before the module listened are shown") {
  TestServices world;
  FakeIp ip;
  world.log.listen({});
  LogRecord early;
  early.module = module_number::system;
  early.type = "REST";
  early.subtype = "NORM";
  early.message = "Router startup";
  world.log.record(early);
  LogDesk log(world, ip);
  CHECK(log("show log").find("3 SYS  REST  NORM  Router startup\n") != std::string::npos);
}
