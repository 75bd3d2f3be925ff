// The gate in front of a port's queue: what its program lets through, asked of this kernel, and when it closes.
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"
#include "netdev/open_gate.h"
#include "tests/support/virtual_time.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t syn = wire::tcp_flag::syn, ack = wire::tcp_flag::ack;

Bytes tcp_frame(std::uint8_t flags) { return transport_frame(wire::protocol::tcp, 0, flags); }

/// The frame's packet in a PPPoE session.
Bytes over_pppoe(Bytes frame, std::uint16_t ppp_protocol = 0x0021) {
  const std::uint8_t header[] = {
      0x11, 0, 0, 1, 0, 42, static_cast<std::uint8_t>(ppp_protocol >> 8), static_cast<std::uint8_t>(ppp_protocol)};
  store_be16(frame.data() + 12, wire::ether_type::pppoe_session);
  frame.insert(frame.begin() + wire::ethernet_header, std::begin(header), std::end(header));
  return frame;
}

Bytes with_options(Bytes frame) {
  frame[wire::ethernet_header] = 0x46;
  frame.insert(frame.begin() + wire::ethernet_header + wire::ipv4_header, 4, 1);
  return frame;
}

Bytes later_fragment(Bytes frame) {
  frame[wire::ethernet_header + 7] = 1;
  return frame;
}

/// How many of `count` such frames a socket with the program in front of it receives.
int received(const std::vector<sock_filter>& program, const Bytes& frame, int count = 1) {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  REQUIRE(setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0);
  int came = 0;
  for (int i = 0; i < count; ++i) {
    CHECK(write(ends[0], frame.data(), frame.size()) >= 0);
    Bytes into(2000);
    const ssize_t length = read(ends[1], into.data(), into.size());
    if (length < 0) continue;
    CHECK(static_cast<std::size_t>(length) == frame.size());
    ++came;
  }
  close(ends[0]);
  close(ends[1]);
  return came;
}

struct Watched {
  VirtualTime time;
  PacketPool pool{64, 8};
  bool attached = false, willing = true;
  OpenGate gate{time, time.scheduler, [this](const sock_fprog* program) {
                  attached = willing && program != nullptr;
                  return willing;
                }};
  void read(const Bytes& frame, bool drained, std::size_t count = 1) {
    Burst burst;
    for (std::size_t i = 0; i < count; ++i) burst.add(pool.copy(frame));
    gate.observe(burst, drained);
  }
  /// Reads like this for so many periods.
  void go_on(int periods, const Bytes& frame, bool drained) {
    for (int i = 0; i < periods; ++i) {
      read(frame, drained);
      time.advance(OpenGate::period);
    }
  }
};

}  // namespace

TEST_CASE("The program at share 0 lets everything through but opens of TCP") {
  const auto program = open_filter(0);
  const Bytes open = tcp_frame(syn);
  struct {
    const char* what;
    Bytes frame;
    bool opens;
  } const cases[] = {
      {"SYN", open, true},
      {"SYN with ECN", tcp_frame(syn | wire::tcp_flag::ece | wire::tcp_flag::cwr), true},
      {"SYN behind IP options", with_options(open), true},
      {"SYN in PPPoE", over_pppoe(open), true},
      {"SYN behind IP options in PPPoE", over_pppoe(with_options(open)), true},
      {"SYN-ACK", tcp_frame(syn | ack), false},
      {"ACK", tcp_frame(ack), false},
      {"RST", tcp_frame(wire::tcp_flag::rst), false},
      {"ACK in PPPoE", over_pppoe(tcp_frame(ack)), false},
      {"IPCP in PPPoE", over_pppoe(open, 0x8021), false},
      {"a later fragment", later_fragment(open), false},
      {"UDP", transport_frame(wire::protocol::udp, 20), false},
      {"no IP", text_frame(router_mac, host_mac, "what is this, a question of ARP?"), false},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    CHECK(opens_tcp(test.frame) == test.opens);
    CHECK(received(program, test.frame) == (test.opens ? 0 : 1));
  }
  const std::size_t flags_end = wire::ethernet_header + wire::ipv4_header + 14;
  for (std::size_t length = 0; length < flags_end; ++length) CHECK_FALSE(opens_tcp({open.data(), length}));
}

TEST_CASE("The program lets a share of opens through") {
  CHECK(received(open_filter(1), tcp_frame(syn), 1000) == 1000);
  const int quarter = received(open_filter(0.25), tcp_frame(syn), 4000);
  CHECK(quarter > 800);
  CHECK(quarter < 1200);
}

TEST_CASE("The gate closes when a port is behind with opens, and opens again") {
  Watched port;
  SECTION("whoever keeps up has an open gate") {
    port.go_on(100, tcp_frame(syn), true);
    CHECK(port.gate.share() == 1);
    CHECK_FALSE(port.attached);
  }
  SECTION("being behind with other frames closes nothing") {
    port.go_on(100, tcp_frame(ack), false);
    CHECK(port.gate.share() == 1);
  }
  SECTION("a period behind with opens closes it by a step") {
    port.read(tcp_frame(syn), false);
    port.time.advance(OpenGate::period - 1ns);
    CHECK(port.gate.share() == 1);
    port.time.advance(1ns);
    CHECK(port.gate.share() == OpenGate::narrower);
    CHECK(port.attached);
    SECTION("and more steps follow, to a limit") {
      port.go_on(1, tcp_frame(syn), false);
      CHECK(port.gate.share() == Approx(OpenGate::narrower * OpenGate::narrower));
      port.go_on(100, tcp_frame(syn), false);
      CHECK(port.gate.share() == OpenGate::least);
    }
    SECTION("what it refuses is told from what it lets in") {
      port.read(tcp_frame(syn), false, 6);
      CHECK(port.gate.refused() == 4);  // six of ten
    }
    SECTION("who has caught up once in four reads gets more again, until the gate is open") {
      port.read(tcp_frame(syn), true);
      port.read(tcp_frame(syn), false, 3);
      port.time.advance(OpenGate::period);
      CHECK(port.gate.share() == Approx(OpenGate::narrower * OpenGate::wider));
      port.time.advance(1s);  // nobody sends anything
      CHECK(port.gate.share() == 1);
      CHECK_FALSE(port.attached);
      CHECK_FALSE(port.time.scheduler.next());
    }
    SECTION("a new queue has no program") {
      port.gate.reset();
      CHECK(port.gate.share() == 1);
    }
  }
  SECTION("a quarter of the frames are opens: enough") {
    for (int i = 0; i < 3; ++i) port.read(tcp_frame(ack), false);
    port.go_on(1, tcp_frame(syn), false);
    CHECK(port.gate.share() < 1);
  }
  SECTION("fewer are not") {
    for (int i = 0; i < 4; ++i) port.read(tcp_frame(ack), false);
    port.go_on(1, tcp_frame(syn), false);
    CHECK(port.gate.share() == 1);
  }
  SECTION("a kernel that refuses leaves it open") {
    port.willing = false;
    port.go_on(10, tcp_frame(syn), false);
    CHECK(port.gate.share() == 1);
    CHECK(port.gate.refused() == 0);
  }
}
