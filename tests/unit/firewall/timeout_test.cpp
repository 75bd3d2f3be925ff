// Every timeout of sessions, as packets meet it: what belongs to a session passes one tick before its time is up, and
// neither when it is nor one tick later.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;
namespace protocol = wire::protocol;

const Bytes data(16, 9);
constexpr std::uint16_t port = 4000;

Bytes from_host(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement = 0) {
  return FireBench::tcp(lan_host, server, port, 80, flags, sequence, acknowledgement);
}
Bytes from_server(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement) {
  return FireBench::tcp(server, lan_host, 80, port, flags, sequence, acknowledgement);
}

void open_half(FireBench& bench) { bench.out(from_host(flag::syn, 1000)); }
void answer_open(FireBench& bench) {
  open_half(bench);
  bench.in(from_server(flag::syn | flag::ack, 500, 1001));
}
void establish(FireBench& bench) {
  answer_open(bench);
  bench.out(from_host(flag::ack, 1001, 501));
}
void close_half(FireBench& bench) {
  establish(bench);
  bench.out(from_host(flag::fin | flag::ack, 1001, 501));
}
void close(FireBench& bench) {
  close_half(bench);
  bench.in(from_server(flag::fin | flag::ack, 501, 1002));
}
void reset(FireBench& bench) {
  establish(bench);
  bench.in(from_server(flag::rst, 501, 0));
}
Bytes late_segment() { return from_server(flag::ack, 501, 1001); }

Bytes question(std::uint16_t to) { return FireBench::udp(lan_host, server, 1059, to, data); }
Bytes answer(std::uint16_t from) { return FireBench::udp(server, lan_host, from, 1059, data); }
template <std::uint16_t to, int packets>
void ask(FireBench& bench) {
  for (int i = 0; i < packets; ++i) bench.out(question(to));
}

template <std::uint8_t number>
void portless(FireBench& bench) {
  bench.out(FireBench::packet(lan_host, server, number, data));
}
Bytes portless_answer(std::uint8_t number) { return FireBench::packet(server, lan_host, number, data); }

void ping(FireBench& bench) { bench.out(FireBench::icmp(lan_host, server, 8, 0, 0x70001, data)); }
Bytes pong() { return FireBench::icmp(server, lan_host, 0, 0, 0x70001, data); }

struct Case {
  std::string_view what;
  std::vector<std::string_view> lines;
  void (*begin)(FireBench&);
  std::chrono::seconds timeout;
  Bytes last;  // from outside
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"a SYN", {}, open_half, 300s, from_server(flag::syn | flag::ack, 500, 1001)},
      {"an answered SYN", {}, answer_open, 300s, from_server(flag::ack, 501, 1001)},
      {"TCPTIMEOUT, default", {}, establish, 3600s, late_segment()},
      {"TCPTIMEOUT=1", {"set fire poli=net tcptimeout=1"}, establish, 60s, late_segment()},
      {"TCPTIMEOUT=0", {"set fire poli=net tcptimeout=0"}, establish, 30s, late_segment()},
      {"TCPTIMEOUT after one FIN",
       {"set fire poli=net tcptimeout=7"},
       close_half,
       420s,
       from_server(flag::ack, 501, 1002)},
      {"after both FINs", {}, close, 300s, from_server(flag::fin | flag::ack, 501, 1002)},
      {"after a reset", {}, reset, 300s, late_segment()},
      {"UDP, start phase", {}, ask<53, 5>, 300s, answer(53)},
      {"UDPTIMEOUT, default", {}, ask<53, 6>, 1200s, answer(53)},
      {"UDPTIMEOUT=2, less than the start phase's", {"set fire poli=net udptimeout=2"}, ask<53, 1>, 120s, answer(53)},
      {"UDPTIMEOUT=0", {"set fire poli=net udptimeout=0"}, ask<53, 6>, 30s, answer(53)},
      {"UDP of SIP", {}, ask<5060, 1>, 1200s, answer(5060)},
      {"UDPPORTTIMEOUT", {"add fire poli=net udpport=53 timeout=33"}, ask<53, 6>, 1980s, answer(53)},
      {"UDPPORTTIMEOUT of another port", {"add fire poli=net udpport=54 timeout=33"}, ask<53, 6>, 1200s, answer(53)},
      {"UDPPORTTIMEOUT=0", {"add fire poli=net udpport=53 timeout=0"}, ask<53, 6>, 30s, answer(53)},
      {"ICMP", {"enable fire poli=net icmp_f=ping"}, ping, 300s, pong()},
      {"ICMP, OTHERTIMEOUT=4",
       {"enable fire poli=net icmp_f=ping", "set fire poli=net othertimeout=4"},
       ping,
       240s,
       pong()},
      {"ICMP, OTHERTIMEOUT=0",
       {"enable fire poli=net icmp_f=ping", "set fire poli=net othertimeout=0"},
       ping,
       30s,
       pong()},
      {"OTHERTIMEOUT, default", {}, portless<protocol::gre>, 1200s, portless_answer(protocol::gre)},
      {"OTHERTIMEOUT=0", {"set fire poli=net othertimeout=0"}, portless<89>, 30s, portless_answer(89)},
      {"ESPTIMEOUT", {"set fire poli=net esptimeout=3"}, portless<protocol::esp>, 180s, portless_answer(protocol::esp)},
      {"ESP without ESPTIMEOUT",
       {"set fire poli=net othertimeout=9"},
       portless<protocol::esp>,
       540s,
       portless_answer(protocol::esp)},
  };
  return all;
}

}  // namespace

TEST_CASE("a session's time: one tick before, at and after its end") {
  for (const Case& test : cases()) {
    CAPTURE(test.what);
    for (const Duration offset : {Duration(-1ns), Duration(0), Duration(1ns)}) {
      CAPTURE(offset.count());
      FireBench bench;
      for (const std::string_view line : test.lines) bench.good(line);
      test.begin(bench);
      REQUIRE(bench.sessions() == "1");
      bench.wait(test.timeout + offset);
      CHECK(bench.in(test.last).empty() == (offset >= Duration(0)));
    }
  }
}

TEST_CASE("a packet of either side begins a session's time anew") {
  struct {
    std::string_view what;
    void (*begin)(FireBench&);
    Bytes out, in;
    std::chrono::seconds timeout;
  } const all[] = {
      {"TCP", establish, from_host(flag::ack, 1001, 501), late_segment(), 3600s},
      {"UDP", ask<53, 6>, question(53), answer(53), 1200s},
      {"GRE", portless<protocol::gre>, FireBench::packet(lan_host, server, protocol::gre, data),
       portless_answer(protocol::gre), 1200s},
  };
  for (const auto& test : all) {
    CAPTURE(test.what);
    for (const bool outward : {true, false}) {
      FireBench bench;
      test.begin(bench);
      bench.wait(test.timeout - 1ns);
      outward ? bench.out(test.out) : bench.in(test.in);
      bench.wait(test.timeout - 1ns);
      CHECK_FALSE(bench.in(test.in).empty());
      bench.wait(test.timeout);
      CHECK(bench.in(test.in).empty());
    }
  }
}

TEST_CASE("a timeout that is changed holds from the next packet on") {
  FireBench bench;
  establish(bench);
  bench.good("set fire poli=net tcptimeout=1");
  bench.wait(60s);
  CHECK_FALSE(bench.in(late_segment()).empty());
  bench.wait(60s);
  CHECK(bench.in(late_segment()).empty());
}

}  // namespace arrouter::test
