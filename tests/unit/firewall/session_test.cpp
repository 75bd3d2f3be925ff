#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);
constexpr Duration tick = 1ms;

/// Handshake, opened by the LAN host: next numbers are 1001 (LAN) and 501.
void establish(FireBench& bench, std::uint16_t port) {
  CHECK_FALSE(bench.out(FireBench::tcp(lan_host, server, port, 80, flag::syn, 1000)).empty());
  CHECK_FALSE(bench.in(FireBench::tcp(server, lan_host, 80, port, flag::syn | flag::ack, 500, 1001)).empty());
  CHECK_FALSE(bench.out(FireBench::tcp(lan_host, server, port, 80, flag::ack, 1001, 501)).empty());
}

std::string tcp_state(FireBench& bench) { return bench.field("show firewall session", "tcpState"); }

/// Lets the time pass to a tick below `timeout` and to it: the session is there, and gone.
void lives_for(FireBench& bench, Duration timeout) {
  bench.wait(timeout - tick);
  CHECK(bench.sessions() == "1");
  bench.wait(tick);
  bench.run("show firewall session");
  CHECK(bench.sessions() == "0");
}

TEST_CASE("a TCP session goes through its states") {
  FireBench bench;
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn, 1000));
  CHECK(tcp_state(bench) == "\"synsent\"");
  CHECK(bench.field("show firewall policy=net", "numberOfActiveTcpOpens") == "1");
  // An answer to another SYN is no answer.
  bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::syn | flag::ack, 500, 77));
  CHECK(tcp_state(bench) == "\"synsent\"");
  // The host tries again with another number, and gives that up for the first.
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn, 70));
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn, 1000));
  bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::syn | flag::ack, 500, 1001));
  CHECK(tcp_state(bench) == "\"synReceived\"");
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::ack, 1001, 501));
  CHECK(tcp_state(bench) == "\"established\"");
  CHECK(bench.field("show firewall policy=net", "numberOfActiveTcpOpens") == "0");
  // A reset whose number nobody could have sent ends nothing.
  bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::rst, 500 + 0x20000));
  CHECK(tcp_state(bench) == "\"established\"");
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::fin | flag::ack, 1001, 501));
  CHECK(tcp_state(bench) == "\"finWait\"");
  bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::fin | flag::ack, 501, 1002));
  CHECK(tcp_state(bench) == "\"timeWait\"");
  lives_for(bench, 300s);
}

TEST_CASE("a reset closes, and a new SYN opens the same ends anew") {
  FireBench bench;
  establish(bench, 4000);
  bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::rst, 501));
  CHECK(tcp_state(bench) == "\"closed\"");
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn, 9000));
  CHECK(tcp_state(bench) == "\"synsent\"");
  CHECK(bench.sessions() == "1");
}

TEST_CASE("TCP without a session must begin with a SYN") {
  FireBench bench;
  CHECK(bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::ack, 1, 1)).empty());
  CHECK(bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn | flag::ack, 1, 1)).empty());
  CHECK(bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::rst, 1, 1)).empty());
  CHECK(bench.run("show firewall event=deny").find("TCP segment without session") != std::string::npos);
  CHECK(bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn | flag::fin)).empty());
  CHECK(bench.out(FireBench::tcp(lan_host, server, 4000, 80, 0)).empty());
}

TEST_CASE("TCP timeouts: opening, established, zero") {
  FireBench bench;
  bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn));
  SECTION("a SYN nobody answers") {
    bench.wait(100s);
    bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn));  // repeating it buys no time
    lives_for(bench, 200s);
  }
  SECTION("established: TCPTIMEOUT from the last packet") {
    establish(bench, 4000);
    bench.wait(1000s);
    bench.in(FireBench::tcp(server, lan_host, 80, 4000, flag::ack, 501, 1001, data));
    lives_for(bench, 3600s);
  }
  SECTION("TCPTIMEOUT=1") {
    bench.good("set firewall policy=net tcptimeout=1");
    establish(bench, 4000);
    lives_for(bench, 60s);
  }
  SECTION("TCPTIMEOUT=0 is 30 seconds") {
    bench.good("set firewall policy=net tcptimeout=0");
    establish(bench, 4000);
    lives_for(bench, 30s);
  }
  SECTION("TCPTIMEOUT=43200") {
    bench.good("set firewall policy=net tcptimeout=43200");
    establish(bench, 4000);
    lives_for(bench, 43200 * 60s);
  }
}

TEST_CASE("UDP starts with five minutes and gets UDPTIMEOUT after five packets one way and one more") {
  FireBench bench;
  const Bytes request = FireBench::udp(lan_host, server, 1059, 53, data);
  const Bytes reply = FireBench::udp(server, lan_host, 53, 1059, data);
  SECTION("four packets each way") {
    for (int i = 0; i < 4; ++i) {
      bench.out(request);
      bench.in(reply);
    }
    lives_for(bench, 300s);
  }
  SECTION("five packets one way") {
    for (int i = 0; i < 5; ++i) bench.out(request);
    lives_for(bench, 300s);
  }
  SECTION("five one way and one the other") {
    for (int i = 0; i < 5; ++i) bench.out(request);
    bench.in(reply);
    lives_for(bench, 1200s);
  }
  SECTION("six one way") {
    for (int i = 0; i < 6; ++i) bench.out(request);
    lives_for(bench, 1200s);
  }
  SECTION("SIP from the first packet") {
    bench.out(FireBench::udp(lan_host, server, 1059, 5060, data));
    lives_for(bench, 1200s);
  }
  SECTION("a remote port's own timeout") {
    bench.good("add firewall policy=net udpport=53,5000-5001 timeout=40");
    for (int i = 0; i < 6; ++i) bench.out(request);
    lives_for(bench, 2400s);
  }
  SECTION("a timeout below the start phase's") {
    bench.good("set firewall policy=net udptimeout=0");
    bench.out(request);
    lives_for(bench, 30s);
  }
}

TEST_CASE("ICMP and other protocols") {
  FireBench bench{"enable firewall policy=net icmp_f=all"};
  SECTION("ICMP: five minutes") {
    bench.out(FireBench::icmp(lan_host, server, 8, 0, 0x70001, data));
    lives_for(bench, 300s);
  }
  SECTION("ICMP: OTHERTIMEOUT when that is less") {
    bench.good("set firewall policy=net othertimeout=2");
    bench.out(FireBench::icmp(lan_host, server, 8, 0, 0x70001, data));
    lives_for(bench, 120s);
  }
  SECTION("GRE: OTHERTIMEOUT") {
    bench.out(FireBench::packet(lan_host, server, wire::protocol::gre, data));
    CHECK_FALSE(bench.in(FireBench::packet(server, lan_host, wire::protocol::gre, data)).empty());
    lives_for(bench, 1200s);
  }
  SECTION("ESP: ESPTIMEOUT, else OTHERTIMEOUT") {
    bench.good("set firewall policy=net esptimeout=3");
    bench.out(FireBench::packet(lan_host, server, wire::protocol::esp, data));
    lives_for(bench, 180s);
  }
}

TEST_CASE("a flood of opens costs no session in progress") {
  FireBench bench{"disable firewall policy=net tcpsetupproxy",
                  "add fire poli=net ru=1 ac=allow int=eth0 prot=tcp port=80 ip=192.168.1.100"};
  bench.run("lab set firewall maxsessions=100");
  for (std::uint16_t port = 4000; port < 4010; ++port) establish(bench, port);
  for (int i = 0; i < 500; ++i) {
    const auto port = static_cast<std::uint16_t>(10000 + i);
    CHECK_FALSE(bench.in(FireBench::tcp(server, lan_host, port, 80, flag::syn)).empty());
  }
  CHECK(bench.sessions() == "100");
  for (std::uint16_t port = 4000; port < 4010; ++port) {
    CHECK_FALSE(bench.in(FireBench::tcp(server, lan_host, 80, port, flag::ack, 501, 1001, data)).empty());
  }
  // Many opens pending: new ones get half a minute only.
  CHECK(bench.run("show firewall policy=net").find("TCP Handshake Timeout Mode ........ Fast") != std::string::npos);
  // A table full of talks in progress takes nobody in.
  bench.good("delete firewall session=all");
  for (std::uint16_t port = 4000; port < 4100; ++port) establish(bench, port);
  CHECK(bench.out(FireBench::tcp(lan_host, server, 5000, 80, flag::syn)).empty());
  CHECK(bench.run("show firewall policy counter").find("Number No Spare Entries ......... 1") != std::string::npos);
}

TEST_CASE("sessions are deleted by number, and all end with the firewall") {
  FireBench bench;
  bench.out(FireBench::udp(lan_host, server, 1, 53, data));
  bench.out(FireBench::udp(lan_host, server, 2, 53, data));
  CHECK(bench.run("delete firewall session=0001") == "Info (1077003): Operation successful.");
  CHECK(bench.run("delete firewall session=0001") == "Error (3077284): Session not found.");
  CHECK(bench.sessions() == "1");
  bench.good("disable firewall");
  CHECK(bench.sessions() == "0");
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 7, 7, data)).empty());
}

}  // namespace
}  // namespace arrouter::test
