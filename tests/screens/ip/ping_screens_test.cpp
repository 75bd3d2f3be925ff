#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

const Ipv4Address host = ip("192.168.1.10"), lan = ip("192.168.1.1");

struct Router : IpBench {
  Router() {
    two_interfaces();
    learn(vlan1, host, mac(0x11), lan);
  }
  /// The host answers every echo request it has got.
  void answer() {
    for (Bytes frame = vlan1.next(); !frame.empty(); frame = vlan1.next()) {
      const auto request = wire::view_ipv4(payload_of(frame));
      const auto echo = wire::view_icmp(request->payload());
      vlan1.inject({from_lan(icmp(host, lan, 0, 0, echo->rest, echo->payload))});
    }
  }
  void run_for(Duration duration, Duration delay = 1ms) {
    const Instant end = services.time.now() + duration;
    services.time.advance(0ms);
    answer();
    while (services.time.now() < end) {
      services.time.advance(delay);
      answer();
    }
  }
};

TEST_CASE("PING prints its five replies in the background") {
  Router router;
  CHECK(router.run("ping 192.168.1.10").empty());
  CHECK(router.terminal->held == 1);
  router.run_for(10s);
  CHECK(router.terminal->output ==
        "Echo reply 1 from 192.168.1.10 time delay 0 ms\n"
        "Echo reply 2 from 192.168.1.10 time delay 0 ms\n"
        "Echo reply 3 from 192.168.1.10 time delay 0 ms\n"
        "Echo reply 4 from 192.168.1.10 time delay 0 ms\n"
        "Echo reply 5 from 192.168.1.10 time delay 0 ms\n");
  CHECK(router.terminal->held == 0);
}

TEST_CASE("PING sends what it was told to") {
  Router router;
  router.run("ping ipadd=192.168.1.10 length=4 number=1 pattern=ab12 tos=16 sipaddress=200.200.200.1");
  router.services.time.advance(1ms);
  const Bytes frame = router.vlan1.next();
  const auto request = wire::view_ipv4(Router::payload_of(frame));
  REQUIRE(request);
  CHECK(request->source() == ip("200.200.200.1"));
  CHECK(request->tos() == 16);
  CHECK(request->ttl() == 64);
  CHECK(request->total_length() == 32);
  const auto echo = wire::view_icmp(request->payload());
  CHECK(echo->sequence() == 1);
  CHECK(Bytes(echo->payload.begin(), echo->payload.end()) == Bytes{0xab, 0x12, 0xab, 0x12});
}

TEST_CASE("PING says when nobody answers, and what went wrong") {
  Router router;
  router.run("ping 192.168.1.10 number=2 timeout=3");
  router.services.time.advance(2999ms);
  CHECK(router.terminal->output.empty());
  router.services.time.advance(1ms);
  CHECK(router.terminal->output == "Request 1 timed-out: No reply from 192.168.1.10\n");
  router.services.time.advance(3s);
  CHECK(router.terminal->held == 0);
  CHECK(router.terminal->output.ends_with("Request 2 timed-out: No reply from 192.168.1.10\n"));

  router.terminal->output.clear();
  router.run("ping 99.9.9.9");
  router.services.time.advance(10s);
  CHECK(router.terminal->output == "Request 1 timed-out: No route to specified destination\n");
  CHECK(router.terminal->held == 0);

  router.terminal->output.clear();
  router.vlan1.sent.clear();
  router.run("ping 192.168.1.10 number=1");
  router.services.time.advance(1ms);
  const Bytes frame = router.vlan1.next();
  router.vlan1.inject(
      {router.from_lan(Router::icmp(ip("192.168.1.77"), lan, 3, 1, 0, ByteView(frame).subspan(14, 28)))});
  CHECK(router.terminal->output == "Request 1 timed-out: Destination unreachable\n");
}

TEST_CASE("an answer that is late, foreign or to something else does not count") {
  Router router;
  router.run("ping 192.168.1.10 number=2");
  router.services.time.advance(1ms);
  const Bytes frame = router.vlan1.next();
  const auto request = wire::view_ipv4(Router::payload_of(frame));
  const std::uint32_t rest = wire::view_icmp(request->payload())->rest;
  router.vlan1.inject({router.from_lan(Router::icmp(host, lan, 0, 0, rest + 1, {})),
                       router.from_lan(Router::icmp(host, lan, 0, 0, rest ^ 0x10000, {}))});
  CHECK(router.terminal->output.empty());
  router.services.time.advance(1s);
  router.vlan1.inject({router.from_lan(Router::icmp(host, lan, 0, 0, rest, {}))});
  CHECK(router.terminal->output == "Request 1 timed-out: No reply from 192.168.1.10\n");
}

TEST_CASE("a ping or trace ends when the terminal that asked has gone") {
  IpBench router;
  router.two_interfaces();
  router.run("ping 192.168.1.10 number=continuous scr=no");
  router.run("trace 192.168.1.10 scr=no");
  router.services.time.advance(5s);
  CHECK(router.run("show ping").find("Ping in progress ............... Yes") != std::string::npos);
  router.terminal = std::make_shared<BenchTerminal>();
  router.services.time.advance(3s);
  CHECK(router.run("show ping").find("Ping in progress ............... No") != std::string::npos);
  CHECK(router.run("show trace").find("Trace route in progress ........ No") != std::string::npos);
  // A script in the router never had one.
  router.terminal.reset();
  router.run("ping 192.168.1.10 number=continuous");
  router.services.time.advance(5s);
  CHECK(router.run("stop ping") == "Info (1054003): Operation successful.");
}

TEST_CASE("one ping at a time, until it is stopped") {
  Router router;
  CHECK(router.run("stop ping") == "Error (3054257): Ping is not in progress.");
  router.run("ping 192.168.1.10 number=continuous scr=no");
  CHECK(router.run("ping 192.168.1.10") == "Error (3054256): Ping already in progress.");
  router.run_for(60s, 100ms);
  CHECK(router.terminal->output.empty());
  CHECK(router.run("show ping").find("Ping in progress ............... Yes") != std::string::npos);
  CHECK(router.run("stop ping") == "Info (1054003): Operation successful.");
  CHECK(router.terminal->held == 0);
}

TEST_CASE("PING refuses what it cannot do") {
  IpBench router;
  CHECK(router.run("ping 1.2.3.4") == "Warning (2005267): The IP module is not enabled.");
  router.run("enable ip");
  CHECK(router.run("ping") == "Error (3054258): Destination is not defined.");
  CHECK(router.run("ping nowhere") == "Error (3005297): Host name not found.");
  CHECK(router.run("ping 1.2.3.4 sipadd=9.9.9.9") ==
        "Error (3054259): Source address is not an address of this device.");
  CHECK(router.run("ping 1.2.3.4 timeout=0").starts_with("Error (3035"));
}

TEST_CASE("host names and SET PING") {
  Router router;
  router.run("add ip host=pc1 ip=192.168.1.10");
  router.run("ping PC1 number=1");
  router.run_for(1s);
  CHECK(router.terminal->output == "Echo reply 1 from 192.168.1.10 time delay 0 ms\n");
  CHECK(router.run("set ping 192.168.1.10 number=1") == "Info (1054003): Operation successful.");
  router.run("ping");
  router.run_for(1s);
  CHECK(router.terminal->output.ends_with("Echo reply 1 from 192.168.1.10 time delay 0 ms\n"));
}

TEST_CASE("SHOW PING") {
  Router router;
  router.run("ping 192.168.1.10");
  router.run_for(10s);
  CHECK(router.run("show ping") == R"(Ping Information
------------------------------------------------------------
Defaults:
  Type ........................... IP
  Source ......................... Undefined
  Destination .................... Undefined
  Number of packets .............. 5
  Size of packets (bytes) ........ 24
  Timeout (seconds) .............. 1
  Delay (seconds) ................ 1
  Data pattern ................... Not set
  Type of service ................ 0
  Direct output to screen ........ Yes

Current:
  Type ........................... IP
  Source ......................... 192.168.1.1
  Destination .................... 192.168.1.10
  Number of packets .............. 5
  Size of packets (bytes) ........ 24
  Timeout (seconds) .............. 1
  Delay (seconds) ................ 1
  Data pattern ................... Not set
  Type of service ................ 0
  Direct output to screen ........ Yes

Results:
  Ping in progress ............... No
  Packets sent ................... 5
  Packets received ............... 5
  Round trip time minimum (ms) ... 0
  Round trip time average (ms) ... 0
  Round trip time maximum (ms) ... 0
  Last message ................... Echo reply received
------------------------------------------------------------
)");
}

TEST_CASE("a ping to the router's own address is answered by itself") {
  Router router;
  router.run("ping 200.200.200.1 number=1");
  router.services.time.advance(1s);
  CHECK(router.terminal->output == "Echo reply 1 from 200.200.200.1 time delay 0 ms\n");
}

TEST_CASE("large pings leave in fragments") {
  Router router;
  router.run("ping 192.168.1.10 length=4000 number=1");
  router.services.time.advance(1ms);
  CHECK(router.vlan1.sent.size() == 3);
}

const Ipv4Address far_host = ip("192.168.80.121"), gateway = ip("200.200.200.2");

/// A way of three hops behind eth0; the second takes 20 ms and the third 40.
struct Way : IpBench {
  Way() {
    two_interfaces();
    learn(eth0, gateway, mac(0x22), wan);
    run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.2");
  }
  void step() {
    services.time.advance(0ms);
    const Bytes frame = eth0.next();
    if (frame.empty()) {
      services.time.advance(1ms);
      return;
    }
    const auto probe = wire::view_ipv4(payload_of(frame));
    const unsigned ttl = probe->ttl();
    const Ipv4Address hop = ttl == 1 ? gateway : ttl == 2 ? ip("192.168.83.33") : far_host;
    services.time.advance(ttl == 2 ? 20ms : ttl == 3 ? 40ms : 0ms);
    if (ttl == silent) return;
    const bool end = ttl >= 3;
    eth0.inject({from_wan(icmp(hop, wan, end ? 3 : 11, end ? 3 : 0, 0, ByteView(frame).subspan(14, 28)))});
  }
  std::string trace(std::string_view line) {
    terminal->output.clear();
    const std::string refused = run(line);
    for (int i = 0; i < 100000 && terminal->held > 0; ++i) step();
    return refused + terminal->output;
  }
  unsigned silent = 0;
};

TEST_CASE("TRACE prints each hop and the end") {
  Way way;
  CHECK(way.trace("trace 192.168.80.121") ==
        "Trace from 200.200.200.1 to 192.168.80.121, 1-30 hops\n"
        "  1. 200.200.200.2      0       0       0   (ms)\n"
        "  2. 192.168.83.33     20      20      20   (ms)\n"
        "  3. 192.168.80.121    40      40      40   (ms)\n"
        "***\n"
        "Target reached\n");
  CHECK(way.run("show trace") == R"(Trace information
------------------------------------------------------------
Defaults:
  Destination .................... 0.0.0.0
  Source ......................... 0.0.0.0
  Number of packets per hop ...... 3
  Timeout (seconds) .............. 3
  Type of service ................ 0
  Port ........................... 33434
  Minimum time to live ........... 1
  Maximum time to live ........... 30
  Addresses only output .......... Yes
  Direct output to screen ........ Yes

Current:
  Destination .................... 192.168.80.121
  Source ......................... 200.200.200.1
  Number of packets per hop ...... 3
  Timeout (seconds) .............. 3
  Type of service ................ 0
  Port ........................... 33434
  Minimum time to live ........... 1
  Maximum time to live ........... 30
  Addresses only output .......... Yes
  Direct output to screen ........ Yes

Results:
  Trace route in progress ........ No
  Probes sent .................... 9
  Last message ................... Target reached
  1. 200.200.200.2      0       0       0   (ms)
  2. 192.168.83.33     20      20      20   (ms)
  3. 192.168.80.121    40      40      40   (ms)
------------------------------------------------------------
)");
}

TEST_CASE("TRACE tells of silent hops, of its own limit, of names, and of being stopped") {
  Way way;
  way.silent = 2;
  CHECK(way.trace("trace 192.168.80.121 number=1 timeout=1") ==
        "Trace from 200.200.200.1 to 192.168.80.121, 1-30 hops\n"
        "  1. 200.200.200.2      0       0       0   (ms)\n"
        "  2. ?\n"
        "  3. 192.168.80.121    40      40      40   (ms)\n"
        "***\n"
        "Target reached\n");
  way.silent = 0;
  way.run("add ip host=far ip=192.168.80.121");
  CHECK(way.trace("trace far minttl=2 maxttl=2 number=1") ==
        "Trace from 200.200.200.1 to 192.168.80.121, 2-2 hops\n"
        "  2. 192.168.83.33     20      20      20   (ms)\n"
        "***\n"
        "Maximum hops exceeded\n");
  CHECK(way.trace("trace far minttl=3 number=1 addronly=no").find("  3. far               40") != std::string::npos);
  CHECK(way.trace("trace far minttl=4 maxttl=3") == "Error (3054262): MINTTL must not be greater than MAXTTL.");
  CHECK(way.run("stop trace") == "Error (3054261): Trace route is not in progress.");
  way.run("trace far");
  CHECK(way.run("trace far") == "Error (3054260): Trace route already in progress.");
  CHECK(way.run("stop trace") == "Info (1054003): Operation successful.");
  CHECK(way.terminal->held == 0);
  CHECK(way.terminal->output.ends_with("***\nInterrupted\n"));
}

}  // namespace
}  // namespace arrouter::test
