#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "os/module_numbers.h"
#include "tests/screens/log/log_desk.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

struct Desk {
  TestServices world;
  FakeIp ip;
  LogDesk log{world, ip};

  explicit Desk(std::string_view more = "") {
    world.system.name = "Peer1";
    log(fmt::format("create log output=2 destination=email to=admin@example.com {}", more));
    log("add log output=2 severity=>2");
  }
};

TEST_CASE("Messages are mailed when there are enough of them") {
  Desk desk("messages=3");
  desk.world.wall.set(std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 11h);
  desk.log.info("one");
  desk.log.info("two");
  desk.log.wait(1h);
  CHECK(desk.log.mail.sent.empty());
  desk.log.info("three");
  desk.log.wait(0ms);
  REQUIRE(desk.log.mail.sent.size() == 1);
  CHECK(desk.log.mail.sent[0].to == "admin@example.com");
  CHECK(desk.log.mail.sent[0].subject == "Log messages from Peer1");
  CHECK(desk.log.mail.sent[0].text ==
        "02 11:00:00 3 USER USER  LON   one\n"
        "02 11:00:00 3 USER USER  LON   two\n"
        "02 12:00:00 3 USER USER  LON   three\n");
  desk.log.info("four");
  desk.log.wait(0ms);
  CHECK(desk.log.mail.sent.size() == 1);
  CHECK(desk.log("show log counters").find("Emails sent .................      1") != std::string::npos);
}

TEST_CASE("A day is the longest a message waits; a critical one does not wait") {
  Desk desk("messages=100 maxqueueseverity=6 format=msgonly");
  desk.log.info("one");
  desk.log.wait(23h);
  desk.log.info("two");
  desk.log.wait(59min);
  CHECK(desk.log.mail.sent.empty());
  desk.log.wait(1min);
  REQUIRE(desk.log.mail.sent.size() == 1);
  CHECK(desk.log.mail.sent[0].text == "one\ntwo\n");
  desk.log.record(LogSeverity::urgent, module_number::system, "SYS", "X", "now");
  desk.log.wait(0ms);
  REQUIRE(desk.log.mail.sent.size() == 2);
  CHECK(desk.log.mail.sent[1].text == "now\n");
}

TEST_CASE("FLUSH mails at once, QUEUEONLY waits for it") {
  Desk desk("messages=1 queueonly=yes");
  desk.log.info("one");
  desk.log.wait(48h);
  CHECK(desk.log.mail.sent.empty());
  desk.log("flush log output=2");
  desk.log.wait(0ms);
  CHECK(desk.log.mail.sent.size() == 1);
}

TEST_CASE("What MAIL does not take stays and is tried again; what MAIL logs is not mailed") {
  Desk desk("messages=2");
  desk.log.mail.takes = false;
  desk.log.info("one");
  desk.log.info("two");
  desk.log.wait(0ms);
  desk.log.record(LogSeverity::important, module_number::mail, "MAIL", "FAIL", "no");
  desk.log.mail.takes = true;
  desk.log.wait(10s);
  REQUIRE(desk.log.mail.sent.size() == 1);
  CHECK(desk.log.mail.sent[0].text.find("FAIL") == std::string::npos);
  CHECK(desk.log.mail.sent[0].text.find("two") != std::string::npos);
}

}  // namespace
}  // namespace arrouter::test
