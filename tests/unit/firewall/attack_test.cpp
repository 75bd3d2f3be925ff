// Attacks: what is counted, when one begins, goes on and ends, and who is told.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);
constexpr Duration tick = 1ms;

struct Bench : FireBench {
  using FireBench::FireBench;
  std::vector<firewall::AttackNotice> notices;
  Bench() {
    firewall_api->on_attack([this](const firewall::AttackNotice& notice) { notices.push_back(notice); });
  }
  /// An unwanted segment from outside.
  void knock(std::uint16_t port, Ipv4Address from = server) { in(tcp(from, wan, 40000, port, flag::syn)); }
  void knock_udp() { in(udp(server, wan, 40000, 9, data)); }
  std::string notified() { return field("show firewall policy=net", "numberOfNotifications"); }
  /// The text of each notice so far.
  std::vector<std::string> told() {
    wait(0s);
    std::vector<std::string> texts;
    for (const auto& notice : notices) texts.push_back(notice.text);
    return texts;
  }
};

using Texts = std::vector<std::string>;

TEST_CASE("one packet more than the trigger is an attack") {
  Bench bench;
  for (int i = 0; i < 32; ++i) bench.knock_udp();
  CHECK(bench.told().empty());
  bench.knock_udp();
  CHECK(bench.told() == Texts{"UDP port scan from 8.8.8.8 is underway."});
  CHECK(bench.notices[0].kind == firewall::AttackKind::udp_attack);
  CHECK(bench.notices[0].direction == firewall::Direction::in);
  CHECK(bench.notices[0].policy == "net");
  bench.knock_udp();
  CHECK(bench.notified() == "1");
}

TEST_CASE("the count is that of one period") {
  Bench bench;
  for (int i = 0; i < 32; ++i) bench.knock_udp();
  SECTION("a tick before it ends") {
    bench.wait(120s - tick);
    bench.knock_udp();
    CHECK(bench.told().size() == 1);
  }
  SECTION("when it ends") {
    bench.wait(120s);
    bench.knock_udp();
    CHECK(bench.told().empty());
  }
}

TEST_CASE("an attack goes on while the periods that follow exceed the trigger, and ends with the first that does not") {
  Bench bench;
  bench.good("set firewall policy=net attack=udpattack intrigger=2 time=1");
  const auto three = [&bench] {
    for (int i = 0; i < 3; ++i) bench.knock_udp();
  };
  three();
  bench.wait(60s);
  three();
  three();
  CHECK(bench.told() ==
        Texts{"UDP port scan from 8.8.8.8 is underway.", "UDP port scan from 8.8.8.8 is still underway."});
  bench.wait(60s);
  bench.knock_udp();
  bench.knock_udp();  // at the trigger, not above
  bench.wait(60s - tick);
  CHECK(bench.told().size() == 2);
  bench.wait(tick);
  CHECK(bench.told().back() == "UDP port scan from 8.8.8.8 has finished.");
  CHECK(bench.notices.back().phase == firewall::AttackPhase::end);
  three();
  CHECK(bench.told().back() == "UDP port scan from 8.8.8.8 is underway.");
}

TEST_CASE("scans and floods are told apart") {
  Bench bench;
  SECTION("many ports of one host") {
    for (std::uint16_t port = 1; port <= 66; ++port) bench.knock(port);
    CHECK(bench.told() == Texts{"Port scan from 8.8.8.8 is underway."});
  }
  SECTION("one less is none") {
    for (std::uint16_t port = 1; port <= 65; ++port) bench.knock(port);
    CHECK(bench.told().empty());
  }
  SECTION("many hosts") {
    bench.good("delete firewall policy=net int=eth0");
    bench.good("add firewall policy=net int=eth0 type=public");
    for (std::uint8_t host = 10; host < 76; ++host) {
      bench.in(FireBench::tcp(server, Ipv4Address(192, 168, 1, host), 40000, 445, flag::syn));
    }
    CHECK(bench.told() == Texts{"Host scan from 8.8.8.8 is underway."});
  }
  SECTION("the same again and again") {
    for (int i = 0; i < 81; ++i) bench.knock(80);
    CHECK(bench.told() == Texts{"Denial of service attack from 8.8.8.8 is underway."});
  }
  SECTION("the same from everywhere") {
    for (std::uint8_t i = 1; i <= 81; ++i) bench.knock(80, Ipv4Address(9, 9, 9, i));
    CHECK(bench.told() == Texts{"Denial of service attack from 9.9.9.81 is underway."});
  }
}

TEST_CASE("the private side has triggers of its own") {
  Bench bench;
  bench.good("add firewall policy=net rule=1 action=deny int=vlan1 prot=udp");
  for (int i = 0; i < 128; ++i) bench.out(FireBench::udp(lan_host, server, 1, 53, data));
  CHECK(bench.told().empty());
  bench.out(FireBench::udp(lan_host, server, 1, 53, data));
  CHECK(bench.told() == Texts{"UDP port scan from 192.168.1.100 is underway."});
  CHECK(bench.notices[0].direction == firewall::Direction::out);
}

TEST_CASE("opens that nobody completes are a SYN attack, answered ones are not") {
  Bench bench;
  bench.good("add firewall policy=net rule=1 action=allow int=eth0 prot=tcp port=80 ip=192.168.1.100");
  bench.good("disable firewall policy=net tcpsetupproxy");
  for (std::uint16_t port = 5000; port < 5100; ++port) {
    bench.in(FireBench::tcp(server, lan_host, port, 80, flag::syn, 1));
    bench.out(FireBench::tcp(lan_host, server, 80, port, flag::syn | flag::ack, 1, 2));
    bench.in(FireBench::tcp(server, lan_host, port, 80, flag::ack, 2, 2));
  }
  CHECK(bench.told().empty());
  for (std::uint16_t port = 6000; port < 6032; ++port) bench.in(FireBench::tcp(server, lan_host, port, 80, flag::syn));
  CHECK(bench.told().empty());
  bench.in(FireBench::tcp(server, lan_host, 6032, 80, flag::syn));
  CHECK(bench.told() == Texts{"SYN attack from 8.8.8.8 is underway."});
}

TEST_CASE("of an attack underway DETAIL packets of each period are kept") {
  Bench bench;
  bench.good("set firewall policy=net attack=portscan intrigger=1 detail=2 time=1");
  const auto kept = [&bench](std::uint16_t port) {
    return bench.run("show firewall event=deny").find("200.200.200.1:" + std::to_string(port) + "\n") !=
           std::string::npos;
  };
  for (std::uint16_t port = 1; port <= 9; ++port) bench.knock(port);
  CHECK(kept(4));  // 1 came before, 2 and 3 made it an attack
  CHECK_FALSE(kept(5));
  CHECK(bench.field("show firewall policy=net", "numberOfDenyEvents") == "9");
  bench.wait(60s);
  for (std::uint16_t port = 11; port <= 19; ++port) bench.knock(port);
  CHECK(kept(12));
  CHECK_FALSE(kept(13));
}

TEST_CASE("who is told") {
  Bench bench;
  bench.good("set firewall policy=net attack=udpattack intrigger=0");
  SECTION("managers, as it comes") {
    bench.knock_udp();
    CHECK(bench.told_managers.empty());  // not inside the packet's treatment
    bench.wait(0s);
    CHECK(bench.told_managers == "Warning (2077257): 02-Feb-2007 11:00:00\n UDP port scan from 8.8.8.8 is underway.\n");
    CHECK(bench.told_port.empty());
    CHECK_FALSE(bench.notices.at(0).trap);
    CHECK(bench.notices[0].mail_to.empty());
  }
  SECTION("a port, a mail box and SNMP") {
    bench.good("disable firewall notify=manager");
    CHECK(bench.run("enable firewall notify=mail") == "Error (3077266): Parameter TO is required.");
    bench.good("enable firewall notify=port,mail,snmp port=1 to=admin@example.com");
    bench.knock_udp();
    bench.wait(0s);
    CHECK(bench.told_managers.empty());
    CHECK(bench.told_port == "1: Warning (2077257): 02-Feb-2007 11:00:00\n UDP port scan from 8.8.8.8 is underway.\n");
    CHECK(bench.notices.at(0).trap);
    CHECK(bench.notices[0].mail_to == "admin@example.com");
  }
  SECTION("a listener may destroy the policy") {
    bench.firewall_api->on_attack([&bench](const auto&) { bench.good("destroy firewall policy=net"); });
    bench.knock_udp();
    bench.wait(300s);
    CHECK(bench.notices.size() == 1);
  }
  SECTION("the log") {
    bench.knock_udp();
    REQUIRE(bench.services.records.size() == 1);
    CHECK(bench.services.records[0].subtype == "ATTAC");
    CHECK(bench.services.records[0].severity == LogSeverity::important);
    CHECK(bench.services.records[0].message == "UDP port scan from 8.8.8.8 is underway.");
  }
}

}  // namespace
}  // namespace arrouter::test
