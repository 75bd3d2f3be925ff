// Attacks that one packet shows: it is dropped, under one reason, and counted as one of its kind.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);

struct Bench : FireBench {
  Bench() : FireBench{"enable firewall policy=net icmp_f=all", "set firewall policy=net int=eth0 method=passall"} {
    for (const std::string_view kind : {"fragment", "ipspoof", "land", "pingofdeath", "smurf", "smurfamp", "tcptiny"}) {
      good("set firewall policy=net intrigger=0 outtrigger=0 attack=" + std::string(kind));
    }
    firewall_api->on_attack([this](const firewall::AttackNotice& notice) { last = notice; });
  }
  /// A piece of a packet: `length` bytes from `offset` on.
  static Bytes piece(Ipv4Address from, Ipv4Address to, std::uint8_t protocol, std::size_t offset, std::size_t length,
                     bool more, std::uint16_t id = 7) {
    Bytes fragment = packet(from, to, protocol, Bytes(length, 1), 64, false, id);
    store_be16(fragment.data() + 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
    wire::finish_ipv4(fragment.data());
    return fragment;
  }
  /// The attack that the packets so far were; empty for none.
  std::string attack() {
    wait(0s);
    return last ? std::string(firewall::keyword_of(last->kind)) : std::string();
  }
  bool denied(std::string_view reason) {
    return run("show firewall event=deny").find("    " + std::string(reason) + "\n") != std::string::npos;
  }
  std::optional<firewall::AttackNotice> last;
};

TEST_CASE("LAND: from somebody to himself") {
  Bench bench;
  SECTION("a host inside") {
    CHECK(bench.in(FireBench::tcp(lan_host, lan_host, 80, 80, flag::syn)).empty());
    CHECK(bench.denied("LAND"));
  }
  SECTION("the router, which IP does not let in either") {
    CHECK(bench.in(FireBench::tcp(wan, wan, 23, 23, flag::syn)).empty());
    CHECK(bench.denied("LAND"));
    CHECK(bench.field("show ip counter", "badAddress") == "1");
    CHECK(bench.field("show firewall policy counter", "numberDroppedPackets") == "0");
  }
  CHECK(bench.attack() == "LAND");
}

TEST_CASE("IP spoofing: an address of the private network comes from outside") {
  Bench bench;
  SECTION("of a host") { CHECK(bench.in(FireBench::udp(ip("192.168.1.7"), lan_host, 1, 2, data)).empty()); }
  SECTION("of the router") { CHECK(bench.in(FireBench::udp(lan, lan_host, 1, 2, data)).empty()); }
  CHECK(bench.denied("IP spoofing"));
  CHECK(bench.attack() == "IPSPOOF");
}

TEST_CASE("Smurf: an echo request to everybody on the private network") {
  Bench bench;
  const auto ping = [&bench](std::string_view to) {
    return bench.in(FireBench::icmp(server, ip(to), wire::icmp_type::echo, 0, 0x70001, data));
  };
  SECTION("one host is nobody's concern") {
    CHECK_FALSE(ping("192.168.1.100").empty());
    CHECK(bench.attack() == "");
  }
  SECTION("the broadcast address") {
    CHECK(ping("192.168.1.255").empty());
    CHECK(bench.denied("Smurf"));
    CHECK(bench.attack() == "SMURF");
  }
  SECTION("its old form") {
    CHECK(ping("192.168.1.0").empty());
    CHECK(bench.attack() == "SMURF");
  }
}

TEST_CASE("Smurf amplification: answers to a ping that nobody sent") {
  FireBench bench{"enable firewall policy=net icmp_f=all",
                  "set firewall policy=net attack=smurfamp intrigger=1 "
                  "outtrigger=1"};
  std::vector<firewall::AttackNotice> notices;
  bench.firewall_api->on_attack([&notices](const auto& notice) { notices.push_back(notice); });
  const Bytes out = FireBench::icmp(lan_host, server, wire::icmp_type::echo_reply, 0, 0x70001, data);
  const Bytes in = FireBench::icmp(server, lan_host, wire::icmp_type::echo_reply, 0, 0x70001, data);
  const Bytes mine = FireBench::icmp(server, wan, wire::icmp_type::echo_reply, 0, 0x70001, data);
  CHECK(bench.out(out).empty());
  CHECK(bench.in(in).empty());
  bench.wait(0s);
  CHECK(notices.empty());
  bench.out(out);
  bench.in(mine);
  bench.wait(0s);
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].text == "Smurf amplification attack from 192.168.1.100 is underway.");
  CHECK(notices[1].text == "Smurf amplification attack from 8.8.8.8 is underway.");
  // An answer that somebody waits for is none.
  bench.out(FireBench::icmp(lan_host, server, wire::icmp_type::echo, 0, 0x70001, data));
  CHECK_FALSE(bench.in(in).empty());
}

TEST_CASE("TCP tiny: a header cut by fragments") {
  Bench bench;
  const auto passes = [&bench](std::size_t first, std::size_t rest_at) {
    bench.in(Bench::piece(server, lan_host, 6, 0, first, true));
    return bench.attack().empty() && bench.in(Bench::piece(server, lan_host, 6, rest_at, 40, false)).empty() &&
           bench.attack().empty();
  };
  SECTION("16 bytes first") {
    CHECK_FALSE(passes(16, 16));
    CHECK(bench.attack() == "TCPTINY");
  }
  SECTION("24 bytes first") { CHECK(passes(24, 24)); }
  SECTION("a second fragment over the flags") {
    CHECK_FALSE(passes(24, 8));
    CHECK(bench.attack() == "TCPTINY");
  }
  SECTION("a second fragment inside the header") {
    CHECK_FALSE(passes(24, 16));
    CHECK(bench.attack() == "TCPTINY");
  }
  SECTION("to the router itself") {
    bench.in(Bench::piece(server, wan, 6, 0, 16, true));
    CHECK(bench.attack() == "TCPTINY");
    CHECK(bench.denied("TCP tiny fragment"));
  }
}

TEST_CASE("ping of death: a fragment that ends beyond the longest packet") {
  Bench bench;
  const std::size_t at = 65528;  // header and 65515 bytes are the most
  SECTION("ICMP") {
    bench.in(Bench::piece(server, lan_host, 1, at, 16, false));
    CHECK(bench.attack() == "PINGOFDEATH");
    CHECK(bench.denied("Ping of death"));
  }
  SECTION("another protocol") {
    bench.in(Bench::piece(server, lan_host, 17, at, 16, false));
    CHECK(bench.attack() == "FRAGMENT");
  }
  SECTION("just the longest packet is none") {
    bench.in(Bench::piece(server, lan_host, 1, 65504, 11, false));
    CHECK(bench.attack() == "");
    bench.in(Bench::piece(server, lan_host, 1, 65504, 12, false, 8));
    CHECK(bench.attack() == "PINGOFDEATH");
  }
}

TEST_CASE("fragment attacks") {
  Bench bench;
  SECTION("overlap") {
    bench.in(Bench::piece(server, lan_host, 17, 0, 32, true));
    bench.in(Bench::piece(server, lan_host, 17, 24, 32, false));
    CHECK(bench.denied("Overlapping fragments"));
  }
  SECTION("one is missing for ever") {
    bench.in(Bench::piece(server, lan_host, 17, 0, 32, true));
    bench.wait(60s - 1ms);
    CHECK(bench.attack() == "");
    bench.wait(1ms);
    CHECK(bench.denied("Fragments missing"));
  }
  SECTION("too many") {
    bench.good("set firewall maxfragments=8");
    for (std::size_t i = 0; i < 8; ++i) bench.in(Bench::piece(server, lan_host, 17, i * 16, 16, i < 7));
    CHECK(bench.attack() == "");
    for (std::size_t i = 0; i < 9; ++i) bench.in(Bench::piece(server, lan_host, 17, i * 16, 16, i < 8, 9));
    CHECK(bench.denied("Too many fragments"));
  }
  CHECK(bench.attack() == "FRAGMENT");
}

}  // namespace
}  // namespace arrouter::test
