// Syslog: what goes into a datagram, when it goes, and what waits for a server.
#include <catch2/catch.hpp>

#include "tests/screens/log/log_desk.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::done;
using test::FakeIp;
using test::LogDesk;
using test::TestServices;

TEST_CASE("syslog gets one datagram for each message, from the event loop") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  CHECK(log("create log output=1 destination=syslog server=192.168.10.5") == done);
  CHECK(log("add log output=1 severity=>2") == done);
  log.record(LogSeverity::info, module_number::isakmp, "VPN", "P1", "ISAKMP Phase 1 started");
  CHECK(ip.sent.empty());  // never inside the module that logs
  log.wait(1s);
  REQUIRE(ip.sent.size() == 1);
  CHECK(ip.sent[0].text == "<189>ISAK:VPN/P1, ISAKMP Phase 1 started");
  CHECK(ip.sent[0].destination == Ipv4Address(192, 168, 10, 5));
  CHECK(ip.sent[0].destination_port == 514);
  CHECK(ip.sent[0].source_port == 514);
  CHECK(ip.sent[0].source.unset());  // chosen by route
  log.record(LogSeverity::detail, module_number::isakmp, "VPN", "P1", "unwanted");
  log.record(LogSeverity::important, module_number::user, "USER", "LFAIL", "login failed");    // AUTH
  log.record(LogSeverity::critical, module_number::system, "REST", "NORM", "Router startup");  // KERN
  log.wait(1s);
  REQUIRE(ip.sent.size() == 3);
  CHECK(ip.sent[1].text == "<35>USER:USER/LFAIL, login failed");
  CHECK(ip.sent[2].text == "<1>SYS:REST/NORM, Router startup");
  CHECK(log("set log output=1 facility=local3 syslogformat=extended server=10.0.0.1") == done);
  world.system.name = "Peer1";
  log.info("x");
  log.info(std::string(2000, 'y'));
  log.wait(1s);
  REQUIRE(ip.sent.size() == 5);
  CHECK(ip.sent[3].text == "<157>02 Feb 11:00:02 Peer1 USER:USER/LON, x");
  CHECK(ip.sent[3].destination == Ipv4Address(10, 0, 0, 1));
  CHECK(ip.sent[4].text.size() == 1024);
  CHECK(log("show log=1").find("USER") == std::string::npos);  // nothing waits
}

TEST_CASE("every severity has its syslog level") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log("create log output=1 destination=syslog server=192.168.10.5 facility=local1");
  log("add log output=1 all");
  for (int severity = 0; severity <= 7; ++severity)
    log.record(static_cast<LogSeverity>(severity), module_number::ip, "IP", "X", "");
  log.wait(1s);
  std::string levels;
  for (const auto& sent : ip.sent) levels += sent.text.substr(0, 5);
  CHECK(levels == "<143><142><142><141><140><139><138><137>");
}

TEST_CASE("what sending itself logs does not make a datagram") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log("create log output=1 destination=syslog server=192.168.10.5");
  log("add log output=1 all");
  ip.while_sending = [&] { log.info("sent a datagram"); };
  log.info("hello");
  log.wait(1min);
  CHECK(ip.sent.size() == 1);
  CHECK(log("show log").find("sent a datagram") != std::string::npos);
}

TEST_CASE("messages wait until IP takes them, the oldest give way") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  ip.up = false;
  log("create log output=1 destination=syslog server=192.168.10.5 messages=3");
  log("add log output=1 all");
  for (int i = 1; i <= 4; ++i) log.info(std::to_string(i));
  log.wait(1min);
  CHECK(ip.sent.empty());
  CHECK(log("show log counters") == R"(
Log counters
-------------------------------------------------------------------------------
Messages generated ..........          4   Messages received ...........      0
Messages processed ..........          4   Messages discarded ..........      0
Syslog messages sent ........          0   Emails sent .................      0
Router messages sent ........          0   Queue overflows .............      1
Datagrams refused ...........          0   Datagrams malformed .........      0
-------------------------------------------------------------------------------

)");
  ip.up = true;
  log.wait(11s);
  REQUIRE(ip.sent.size() == 3);
  CHECK(ip.sent[0].text.ends_with(" 2"));
  CHECK(ip.sent[2].text.ends_with(" 4"));
}

TEST_CASE("QUEUEONLY holds messages until an urgent one or a FLUSH") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log("create log output=1 destination=syslog server=192.168.10.5 queueonly=yes maxqueueseverity=5");
  log("add log output=1 all");
  log.info("1");
  log.record(LogSeverity::notice, module_number::ip, "IP", "X", "2");
  log.wait(1min);
  CHECK(ip.sent.empty());
  log.record(LogSeverity::important, module_number::ip, "IP", "X", "3");
  log.wait(1s);
  CHECK(ip.sent.size() == 3);
  log.info("4");
  CHECK(log("flush log output=1") == done);
  log.wait(1s);
  CHECK(ip.sent.size() == 4);
  log.info("5");
  CHECK(log("set log output=1 queueonly=no") == done);
  log.wait(1s);
  CHECK(ip.sent.size() == 5);
}

TEST_CASE("the log goes on after the module that sends is gone") {
  TestServices world;
  FakeIp ip;
  {
    LogDesk log(world, ip);
    log("create log output=1 destination=syslog server=10.1.1.1");
    log("add log output=1 all");
    log.info("x");
  }
  world.time.advance(1min);
  CHECK(ip.sent.empty());
}

TEST_CASE("after a pause the first datagram goes alone, so that the address can be resolved") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  log("create log output=1 destination=syslog server=10.1.1.1");
  log("add log output=1 all");
  for (int i = 0; i < 10; ++i) log.info("x");
  log.wait(19ms);
  CHECK(ip.sent.size() == 1);
  log.wait(1ms);
  CHECK(ip.sent.size() == 10);
  log.info("y");
  log.info("z");
  log.wait(0ms);
  CHECK(ip.sent.size() == 12);
  log.wait(61s);
  log.info("y");
  log.info("z");
  log.wait(0ms);
  CHECK(ip.sent.size() == 13);
}

TEST_CASE("a server out of reach does not hold up another") {
  TestServices world;
  FakeIp ip;
  LogDesk log(world, ip);
  for (const std::string id : {"1", "2"}) {
    log("create log output=" + id + " destination=syslog server=10.1.1." + id);
    log("add log output=" + id + " all");
  }
  ip.unreachable = Ipv4Address(10, 1, 1, 1);
  for (int i = 0; i < 3; ++i) {
    log.info("x");
    log.wait(1s);
  }
  CHECK(ip.sent.size() == 3);
  ip.unreachable = {};
  log.wait(11s);
  CHECK(ip.sent.size() == 6);
}
