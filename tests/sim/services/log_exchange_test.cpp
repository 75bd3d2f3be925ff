// Routers that exchange log messages: over a cable, in a circle, and where only IPsec may carry them.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::VirtualRouter;
using test::VirtualTime;

namespace {

/// A router at 10.0.0.<number> on eth0.
void boot(VirtualRouter& router, int number, const std::string& more) {
  router.boot(
      fmt::format("set system name=r{0}\nenable ip\nadd ip int=eth0 ip=10.0.0.{0} mask=255.255.255.0\n", number) +
      more);
  for (const RefusedLine& line : router->refused_at_boot()) FAIL_CHECK(line.line << " -> " << line.outcome.line());
}

bool shows(VirtualRouter& router, const std::string& text, const std::string& line = "show log") {
  return router.text(line).find(text) != std::string::npos;
}

/// Puts a message into the router's log.
void say(VirtualRouter& router, const std::string& word) {
  LogRecord record;
  record.severity = LogSeverity::notice;
  record.module = module_number::system;
  record.type = "MSG";
  record.subtype = "INFO";
  record.message = word;
  router->log().record(std::move(record));
}

}  // namespace

TEST_CASE("a branch's messages stand in the log of the head office") {
  VirtualTime time;
  VirtualRouter branch(time, "r1", "AR415S", 1), office(time, "r2", "AR415S", 2);
  MemoryLink cable(branch.port("eth0"), office.port("eth0"));
  boot(office, 2, "add log receive=10.0.0.1 password=secret\nset log utcoffset=+01:00\n");
  boot(branch, 1, "create log output=1 destination=router server=10.0.0.2 password=secret\nadd log output=1 all\n");
  say(branch, "hello office");
  time.advance(1min);
  CHECK(shows(office, "hello office", "show log origin=10.0.0.1"));
  CHECK(shows(office, "Origin ........... 10.0.0.1", "show log full origin=10.0.0.1"));
  SECTION("not with another password") {
    CHECK(branch.text("set log output=1 password=other").starts_with("Info"));
    say(branch, "unsealed");
    time.advance(1min);
    CHECK_FALSE(shows(office, "unsealed"));
    CHECK_FALSE(shows(office, "Datagrams refused ...........          0", "show log counters"));
  }
  SECTION("what nobody could take is sent when the way is there again") {
    CHECK(branch.text("disable ip").starts_with("Info"));
    say(branch, "while away");
    time.advance(1min);
    CHECK(branch.text("enable ip").starts_with("Info"));
    time.advance(1min);
    CHECK(shows(office, "while away"));
  }
  SECTION("nor when reception is disabled") {
    CHECK(office.text("disable log reception").starts_with("Info"));
    say(branch, "closed");
    time.advance(1min);
    CHECK_FALSE(shows(office, "closed"));
  }
}

TEST_CASE("syslog from router to router keeps module and type") {
  VirtualTime time;
  VirtualRouter branch(time, "r1", "AR415S", 1), office(time, "r2", "AR415S", 2);
  MemoryLink cable(branch.port("eth0"), office.port("eth0"));
  boot(office, 2, "add log receive=10.0.0.0 mask=255.255.255.0 protocol=syslog\n");
  const std::string format = GENERATE("normal", "extended");
  boot(branch, 1,
       "create log output=1 destination=syslog server=10.0.0.2 syslogformat=" + format + "\nadd log output=1 all\n");
  say(branch, "hello");
  time.advance(1min);
  CHECK(shows(office, "4 SYS  MSG   INFO  hello\n", "show log origin=10.0.0.1"));
}

TEST_CASE("messages do not go round in circles") {
  VirtualTime time;
  VirtualRouter left(time, "r1", "AR415S", 1), right(time, "r2", "AR415S", 2);
  MemoryLink cable(left.port("eth0"), right.port("eth0"));
  const std::string protocol = GENERATE("router", "syslog");
  const auto lines = [&](int other) {
    return fmt::format(
        "add log receive=10.0.0.{0}\ncreate log output=1 destination={1} server=10.0.0.{0}\n"
        "add log output=1 all\n",
        other, protocol);
  };
  boot(left, 1, lines(2));
  boot(right, 2, lines(1));
  say(right, "round and round");
  time.advance(1min);
  const auto sent = [](VirtualRouter& router) { return router.run("show log counters").screen.json().dump(); };
  const std::string before = sent(left), before_right = sent(right);
  time.advance(10min);
  CHECK(sent(left) == before);
  CHECK(sent(right) == before_right);
  CHECK(shows(left, "round and round", "show log origin=10.0.0.2"));
}

TEST_CASE("SECURE messages leave only in the tunnel") {
  // The syslog server stands in the peer's LAN; SET IP LOCAL makes the datagrams fit the policy's networks.
  test::HowToNetwork net(test::chosen_seed(7),
                         "create log output=1 destination=syslog server=192.168.2.100 secure=yes\n"
                         "add log output=1 all\nset ip local ip=192.168.1.254\n");
  bool clear = false;
  net.internet.watch([&](ByteView packet) {
    const std::string_view bytes(reinterpret_cast<const char*>(packet.data()), packet.size());
    clear = clear || bytes.find("SYS:MSG/INFO") != bytes.npos;
    return true;
  });
  const auto sent = [&] { return net.peer1.run("show log counters").screen.json().text("syslogMessagesSent"); };
  net.text("disable ipsec");
  say(net.peer1, "in clear?");
  net.time.advance(1min);
  CHECK(sent() == "0");
  net.text("enable ipsec");
  net.time.advance(2min);
  CHECK(sent() != "0");
  CHECK_FALSE(clear);
}
