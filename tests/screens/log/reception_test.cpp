// Messages that leave for other routers and ports, and those that come from others.
#include <catch2/catch.hpp>

#include "modules/log/srlp.h"
#include "tests/screens/log/log_desk.h"

using namespace arrouter;
using namespace std::chrono_literals;
using logging::Entry;
using test::FakeIp;
using test::LogDesk;
using test::TestServices;

namespace {

const std::string done = "Info (1200003): Operation successful.\n";
const Ipv4Address branch(10, 1, 1, 1);

struct Desk {
  TestServices world;
  FakeIp ip;
  LogDesk log{world, ip};

  std::string operator()(std::string_view line) { return log(line); }
  bool arrives(Ipv4Address from, std::uint16_t port, ByteView datagram) {
    return ip.deliver(from, port, port, datagram);
  }
  bool arrives(Ipv4Address from, const Entry& entry, std::string_view password = {}) {
    return arrives(from, logging::srlp::port, logging::srlp::encode(entry, password, LogDesk::seal));
  }
  bool syslog(std::string_view text, Ipv4Address from = branch) { return arrives(from, 514, as_bytes(text)); }
  bool shows(std::string_view text, std::string_view line = "show log") {
    return log(line).find(text) != std::string::npos;
  }
};

Entry message(std::string text) {
  Entry entry;
  entry.severity = LogSeverity::notice;
  entry.module = module_number::isakmp;
  entry.type = "VPN";
  entry.subtype = "P1";
  entry.message = std::move(text);
  entry.time = WallTime(std::chrono::sys_days(std::chrono::year(2007) / 2 / 1) + 9h);
  return entry;
}

}  // namespace

TEST_CASE("the table says whose messages are taken, and how") {
  Desk desk;
  CHECK(desk("add log receive=10.0.0.0") == done);
  CHECK(desk("add log receive=192.168.1.0 allow=no") == done);
  CHECK(desk("add log receive=10.1.1.1 protocol=new password=\"p w\"") == done);
  CHECK(desk("add log receive=any protocol=syslog") == done);
  CHECK(desk("show log receive") == R"(
Address          Mask             Allow  Protocol  Password
-------------------------------------------------------------------------------
Any              0.0.0.0          Yes    Syslog    No
10.0.0.0         255.0.0.0        Yes    All       No
10.1.1.1         255.255.255.255  Yes    New       Yes
192.168.1.0      255.255.255.0    No     All       No
-------------------------------------------------------------------------------

)");
  CHECK(desk("add log receive=10.0.0.0") == "Error (3200262): Receive definition already exists.\n");
  CHECK(desk("add log receive=any mask=255.0.0.0") == "Error (3035264): Conflicting parameters.\n");
  CHECK(desk("set log receive=10.0.0.1 password=x") == "Error (3200261): Receive definition not found.\n");
  CHECK(desk("set log receive=10.1.1.1 password=none mask=255.255.255.0") == done);
  CHECK(desk.shows("10.1.1.1         255.255.255.0    Yes    New       No\n", "show log receive=10.1.1.1"));
  CHECK(desk("delete log receive=any") == done);
  CHECK(desk("show log receive=any") == "Error (3200261): Receive definition not found.\n");
}

TEST_CASE("ports are open only for those who may send") {
  Desk desk;
  CHECK(desk.ip.listeners.empty());
  desk("add log receive=10.1.1.1 protocol=syslog");
  CHECK(desk.ip.listeners.contains(514));
  CHECK_FALSE(desk.ip.listeners.contains(5023));
  desk("set log receive=10.1.1.1 protocol=both");
  CHECK_FALSE(desk.ip.listeners.contains(514));
  CHECK(desk.ip.listeners.contains(5023));
  desk("set log receive=10.1.1.1 protocol=old");
  CHECK(desk.ip.listeners.empty());
  desk("set log receive=10.1.1.1 protocol=all");
  CHECK(desk.ip.listeners.size() == 2);
  desk("disable log reception");
  CHECK(desk.ip.listeners.empty());
  desk("enable log reception");
  CHECK(desk.ip.listeners.size() == 2);
  desk("set log receive=10.1.1.1 allow=no");
  CHECK(desk.ip.listeners.empty());
}

TEST_CASE("a message of another router goes through the filters with its origin") {
  Desk desk;
  desk("add log receive=10.1.1.1");
  CHECK(desk.arrives(branch, message("ISAKMP Phase 1 started")));
  CHECK(desk.shows("01 09:00:00 4 ISAK VPN   P1    ISAKMP Phase 1 started\n"));
  CHECK(desk.shows("Origin ........... 10.1.1.1\n", "show log full"));
  CHECK(desk.shows("Phase 1 started", "show log origin=10.1.1.1"));
  CHECK_FALSE(desk.shows("Phase 1 started", "show log origin=local"));
  Entry relayed = message("from further away");
  relayed.origin = Ipv4Address(172, 16, 0, 1);
  relayed.severity = LogSeverity::detail;  // TEMPORARY does not take it
  desk.arrives(branch, relayed);
  CHECK_FALSE(desk.shows("further away"));
  relayed.severity = LogSeverity::info;
  desk("set log utcoffset=+02:00");
  desk.arrives(branch, relayed);
  CHECK(desk.shows("01 11:00:00 3 ISAK VPN   P1    from further away\n", "show log origin=172.16.0.1"));
  CHECK(
      desk.shows("Messages generated ..........          0   Messages received ...........      3\n"
                 "Messages processed ..........          2   Messages discarded ..........      1\n",
                 "show log counters"));
}

TEST_CASE("of several entries the one with the longest mask counts") {
  Desk desk;
  desk("add log receive=10.0.0.0 allow=no");
  desk("add log receive=10.1.0.0 mask=255.255.0.0");
  desk("add log receive=10.1.1.1 password=secret");
  desk.arrives(Ipv4Address(10, 2, 0, 1), message("one"));
  desk.arrives(Ipv4Address(10, 1, 0, 1), message("two"));
  desk.arrives(branch, message("three"));
  desk.arrives(branch, message("four"), "Secret");
  desk.arrives(branch, message("five"), "secret");
  desk.arrives(Ipv4Address(11, 1, 0, 1), message("six"));
  CHECK_FALSE(desk.shows("one"));
  CHECK(desk.shows("two"));
  CHECK_FALSE(desk.shows("three"));
  CHECK_FALSE(desk.shows("four"));
  CHECK(desk.shows("five"));
  CHECK_FALSE(desk.shows("six"));
  CHECK(desk.shows("Datagrams refused ...........          4   Datagrams malformed .........      0\n",
                   "show log counters"));
}

TEST_CASE("a seal covers every octet") {
  Desk desk;
  desk("add log receive=10.1.1.1 password=secret");
  const Bytes good = logging::srlp::encode(message("x"), "secret", LogDesk::seal);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    desk.arrives(branch, 5023, bad);
  }
  CHECK(desk.shows("Messages received ...........      0\n", "show log counters"));
  desk.arrives(branch, 5023, good);
  CHECK(desk.shows("Messages received ...........      1\n", "show log counters"));
}

TEST_CASE("what is no message is counted and leaves nothing") {
  Desk desk;
  desk("add log receive=10.1.1.1");
  const Bytes good = logging::srlp::encode(message("x"), {}, LogDesk::seal);
  for (std::size_t length = 0; length < good.size(); ++length) desk.arrives(branch, 5023, ByteView(good).first(length));
  Bytes longer = good;
  longer.push_back(0);
  desk.arrives(branch, 5023, longer);
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes bad = good;
    bad[at] = value;
    desk.arrives(branch, 5023, bad);
  };
  with(4, 0);  // routers passed
  with(4, 9);
  with(5, 8);     // severity
  with(18, 128);  // a time before 1970
  with(18, 1);    // one that no screen shows
  with(43, 6);    // a type of six letters
  desk.arrives(branch, 514, {});
  desk.syslog("<13>");
  desk.syslog("<13>  ");
  const std::size_t bad = good.size() + 1 + 6 + 3;
  CHECK(desk.shows(fmt::format("Datagrams malformed ......... {:>6}\n", bad), "show log counters"));
  CHECK_FALSE(desk.shows("VPN"));
}

TEST_CASE("syslog of anybody is read") {
  Desk desk;
  desk("add log receive=10.1.1.1 protocol=syslog");
  desk.syslog("<34>Oct 11 22:14:15 mymachine su: 'su root' failed");
  CHECK(desk.shows("02 11:00:00 6 LOG  SYSL  AUTH  mymachine su: 'su root' failed\n"));
  desk.syslog("<189>ISAK:VPN/P1, Phase 1 failed");
  CHECK(desk.shows("02 11:00:00 3 ISAK VPN   P1    Phase 1 failed\n"));
  desk.syslog("<157>02 Feb 11:00:02 Peer1 USER:USER/LON, manager login");
  CHECK(desk.shows("02 11:00:00 3 USER USER  LON   manager login\n"));
  desk.syslog("no priority \x1b[2J");
  CHECK(desk.shows("02 11:00:00 3 LOG  SYSL  USER  no priority .[2J\n"));
  for (const std::string bad : {"<>a", "<192>b", "<1x>c", "<0013>d", "<13 e"}) {
    desk.syslog(bad);
    CHECK(desk.shows("3 LOG  SYSL  USER  " + bad));  // the text of a message without a priority
  }
  desk.syslog("<191>debug");
  desk.syslog("<0>panic: no/comma");
  desk.syslog("<13>ISAK:TOOLONG/P1, x");
  CHECK(desk.shows("7 LOG  SYSL  KERN  panic: no/comma\n"));
  CHECK(desk.shows("3 LOG  SYSL  USER  ISAK:TOOLONG/P1, x\n"));
  CHECK_FALSE(desk.shows("debug"));  // severity 0
}

TEST_CASE("a router sends its messages to another, sealed when there is a password") {
  Desk desk;
  CHECK(desk("create log output=1 destination=router server=10.9.9.9 password=secret") == done);
  desk("add log output=1 all");
  desk("set log utcoffset=+01:00");
  desk.log.info("manager login on port0");
  desk.log.wait(1s);
  REQUIRE(desk.ip.sent.size() == 1);
  CHECK(desk.ip.sent[0].destination == Ipv4Address(10, 9, 9, 9));
  CHECK(desk.ip.sent[0].destination_port == 5023);
  const ByteView datagram = as_bytes(desk.ip.sent[0].text);
  const auto read = logging::srlp::decode(datagram);
  REQUIRE(read);
  CHECK(read->message == "manager login on port0");
  CHECK(read->file == "somewhere.cpp");
  CHECK(read->line == 12);
  CHECK(read->hops == 1);
  CHECK(read->origin.unset());
  CHECK(read->time == WallTime(std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 10h));
  CHECK(logging::srlp::sealed_with(datagram, "secret", LogDesk::seal));
  CHECK_FALSE(logging::srlp::sealed_with(datagram, "other", LogDesk::seal));
  desk.log.info(std::string(2000, 'y'));
  desk.log.wait(1s);
  REQUIRE(desk.ip.sent.size() == 2);
  CHECK(logging::srlp::decode(as_bytes(desk.ip.sent[1].text))->message == std::string(1024, 'y'));
  CHECK(desk.shows("Router messages sent ........          2", "show log counters"));
}

TEST_CASE("received messages go on, but never back and not for ever") {
  Desk desk;
  desk("add log receive=any");
  desk("create log output=1 destination=router server=10.1.1.1");
  desk("create log output=2 destination=router server=10.1.1.2");
  desk("create log output=3 destination=syslog server=10.1.1.3");
  for (const std::string id : {"1", "2", "3"}) desk("add log output=" + id + " all");
  const auto sent_to = [&] {
    desk.log.wait(1s);
    std::string servers;
    for (const auto& sent : desk.ip.sent) servers += to_string(sent.destination).substr(7);
    desk.ip.sent.clear();
    return servers;
  };
  desk.log.info("own");
  CHECK(sent_to() == "123");
  desk.arrives(branch, message("of the first"));
  CHECK(sent_to() == "23");
  Entry far = message("far away");
  far.hops = 6;
  desk.arrives(Ipv4Address(10, 5, 5, 5), far);  // the seventh router
  CHECK(sent_to() == "123");
  far.hops = 7;
  desk.arrives(Ipv4Address(10, 5, 5, 5), far);
  CHECK(sent_to().empty());
  CHECK(desk.shows("far away"));
  desk.syslog("<13>hello");
  CHECK(sent_to().empty());
  CHECK(desk.shows("hello"));
}

TEST_CASE("a port prints messages in the format of its output") {
  Desk desk;
  CHECK(desk("create log output=1 destination=asyn asyn=0") == done);
  desk("add log output=1 all");
  desk.log.info("manager login on port0 of a router with a name that is rather long");
  desk.log.wait(0ms);
  REQUIRE(desk.log.printed.size() == 1);
  CHECK(desk.log.printed[0] ==
        "02 11:00:00 3 USER USER  LON   manager login on port0 of a router with a name\n"
        "                               that is rather long\n");
  desk("flush log output=1");
  desk.log.wait(0ms);
  CHECK(desk.log.printed.size() == 1);  // nothing waits
  desk("set log output=1 format=msgonly zone=utc");
  desk("set log utcoffset=-01:00");
  desk.log.port_in_use = false;
  desk.log.info("one");
  desk.log.info("two");
  desk.log.wait(1min);
  CHECK(desk.log.printed.size() == 1);
  desk.log.port_in_use = true;
  desk.log.wait(10s);
  REQUIRE(desk.log.printed.size() == 2);
  CHECK(desk.log.printed[1] == "one\ntwo\n");
  desk("set log output=1 format=full");
  desk.log.info("three");
  desk.log.wait(0ms);
  CHECK(desk.log.printed[2].starts_with("Date/Time ........ 02-Feb-2007 12:01:10\nOrigin ........... LOCAL\n"));
  CHECK(desk("show log output") == R"(
Output     Destination  Enabled  Secure  Messages  Filters  Details
-------------------------------------------------------------------------------
Temporary  Memory       Yes      -            200        1  -
1          Port         Yes      -              -        1  Asyn 0
-------------------------------------------------------------------------------

)");
}

TEST_CASE("SECURE messages wait until IPsec protects their way") {
  Desk desk;
  desk.ip.routed = true;
  const std::string kind = GENERATE("syslog", "router");
  desk("create log output=1 destination=" + kind + " server=10.9.9.9 secure=yes");
  desk("add log output=1 all");
  desk.log.info("x");
  desk.log.wait(1min);
  CHECK(desk.ip.sent.empty());
  desk.ip.ipsec = true;
  desk.log.wait(10s);
  CHECK(desk.ip.sent.size() == 1);
  CHECK(desk.shows("Secure ...................... Yes\n", "show log output=1 full"));
}

TEST_CASE("an output's ZONE shifts the times that leave by it") {
  Desk desk;
  desk("set log utcoffset=+01:00");
  desk("create log output=1 destination=syslog server=10.9.9.9 syslogformat=extended zone=utc");
  desk("create log output=2 destination=email to=a@b.c messages=1 zone=+03:00");
  desk("add log output=1 all");
  desk("add log output=2 all");
  desk.log.info("x");
  desk.log.wait(0ms);
  REQUIRE(desk.ip.sent.size() == 1);
  CHECK(desk.ip.sent[0].text == "<37>02 Feb 10:00:00 USER:USER/LON, x");
  REQUIRE(desk.log.mail.sent.size() == 1);
  CHECK(desk.log.mail.sent[0].text == "02 13:00:00 3 USER USER  LON   x\n");
  desk("set log output=temporary zone=utc");
  CHECK(desk.shows("02 10:00:00 3 USER"));
  CHECK(desk.shows("02 11:00:00 3 USER", "show log zone=none"));
}
