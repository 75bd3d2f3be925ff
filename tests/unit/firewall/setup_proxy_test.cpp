// The TCP setup proxy: who hears what during a handshake, and what a flood of SYNs can and cannot do.
#include <catch2/catch.hpp>

#include "modules/firewall/setup_proxy.h"
#include "modules/firewall/siphash.h"
#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);
const Ipv4Address client = server;  // who opens from outside
constexpr std::uint16_t port = 5000;

struct Published : FireBench {
  explicit Published(bool enhanced = true) {
    if (enhanced) good("add firewall policy=net nat=enhanced int=vlan1 gblint=eth0");
    good(enhanced ? "add firewall policy=net rule=1 action=allow int=eth0 prot=tcp gblip=200.200.200.1 gblport=80 "
                    "ip=192.168.1.100 port=8080"
                  : "add firewall policy=net rule=1 action=allow int=eth0 prot=tcp port=80 ip=192.168.1.100");
    published = enhanced ? wan : lan_host;
    inside_port = enhanced ? 8080 : 80;
  }
  static wire::TcpView view(const Bytes& packet) { return wire::view_tcp(wire::view_ipv4(packet)->payload()).value(); }
  Bytes from_client(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement = 0, ByteView text = {}) {
    return tcp(client, published, port, 80, flags, sequence, acknowledgement, text);
  }
  Bytes from_server(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement = 0, ByteView text = {}) {
    return tcp(lan_host, client, inside_port, port, flags, sequence, acknowledgement, text);
  }
  /// The client's SYN (number 1000): the number it is answered with.
  std::uint32_t open() {
    const Bytes answer = back_out(from_client(flag::syn, 1000));
    REQUIRE_FALSE(answer.empty());
    return view(answer).sequence;
  }
  /// The whole handshake; the server's number is 7000.
  std::uint32_t establish() {
    const std::uint32_t own = open();
    CHECK_FALSE(in(from_client(flag::ack, 1001, own + 1)).empty());
    CHECK_FALSE(back_in(from_server(flag::syn | flag::ack, 7000, 1001)).empty());
    eth0.sent.clear();
    return own;
  }
  std::string state() { return field("show firewall session", "tcpState"); }

  Ipv4Address published;
  std::uint16_t inside_port = 0;
};

TEST_CASE("the router answers, and the server hears of it when the client has proved to be there") {
  Published bench;
  const Bytes answer = bench.back_out(bench.from_client(flag::syn, 1000));
  CHECK(Published::told(answer) == "TCP 200.200.200.1:80 -> 8.8.8.8:5000");
  const auto told = Published::view(answer);
  CHECK(told.flags == (flag::syn | flag::ack));
  CHECK(told.acknowledgement == 1001);
  CHECK(told.window == 0);
  CHECK(to_hex(told.options) == "020405b4");
  CHECK(bench.vlan1.sent.empty());
  CHECK(bench.state() == "\"synsent\"");

  const Bytes open = bench.in(bench.from_client(flag::ack, 1001, told.sequence + 1));
  CHECK(Published::told(open) == "TCP 8.8.8.8:5000 -> 192.168.1.100:8080");
  CHECK(Published::view(open).flags == flag::syn);
  CHECK(Published::view(open).sequence == 1000);
  CHECK(Published::view(open).window == 65535);
  CHECK(bench.state() == "\"synReceived\"");

  bench.eth0.sent.clear();
  const Bytes to_server = bench.back_in(bench.from_server(flag::syn | flag::ack, 7000, 1001));
  CHECK(Published::view(to_server).flags == flag::ack);
  CHECK(Published::view(to_server).sequence == 1001);
  CHECK(Published::view(to_server).acknowledgement == 7001);
  const Bytes frame = bench.eth0.next();
  const ByteView inside = FireBench::payload_of(frame);
  const Bytes to_client(inside.begin(), inside.end());
  CHECK(Published::told(to_client) == "TCP 200.200.200.1:80 -> 8.8.8.8:5000");
  CHECK(Published::view(to_client).sequence == told.sequence + 1);
  CHECK(Published::view(to_client).acknowledgement == 1001);
  CHECK(Published::view(to_client).window == 65535);
  CHECK(bench.state() == "\"established\"");
}

TEST_CASE("afterwards the server's numbers are shifted, in both directions, to the end") {
  const bool enhanced = GENERATE(true, false);
  Published bench(enhanced);
  const std::uint32_t own = bench.establish();
  const Bytes out = bench.out(bench.from_server(flag::ack, 7001, 1001, data));
  CHECK(Published::told(out).substr(0, 1) != "!");
  CHECK(Published::view(out).sequence == own + 1);
  CHECK(Published::view(out).acknowledgement == 1001);
  const Bytes in = bench.in(bench.from_client(flag::ack, 1001, own + 17, data));
  CHECK(Published::told(in).substr(0, 1) != "!");
  CHECK(Published::view(in).sequence == 1001);
  CHECK(Published::view(in).acknowledgement == 7017);
  // A reset without ACK has no acknowledgement to shift.
  CHECK(Published::view(bench.in(bench.from_client(flag::rst, 1017))).acknowledgement == 0);
  CHECK(bench.state() == "\"closed\"");
}

TEST_CASE("segments of a handshake come twice, late or wrong") {
  Published bench;
  SECTION("the SYN again") {
    const std::uint32_t own = bench.open();
    CHECK(bench.open() == own);
    CHECK(bench.sessions() == "1");
  }
  SECTION("an acknowledgement of another number") {
    const std::uint32_t own = bench.open();
    CHECK(bench.in(bench.from_client(flag::ack, 1001, own)).empty());
    CHECK(bench.in(bench.from_client(flag::ack, 1002, own + 1)).empty());
    CHECK(bench.state() == "\"synsent\"");
  }
  SECTION("the server's answer without question") {
    bench.open();
    CHECK(bench.back_in(bench.from_server(flag::syn | flag::ack, 7000, 1001)).empty());
    CHECK(bench.state() == "\"synsent\"");
  }
  SECTION("the server's answer again: the client confirms it") {
    const std::uint32_t own = bench.establish();
    const Bytes again = bench.out(bench.from_server(flag::syn | flag::ack, 7000, 1001));
    CHECK(Published::view(again).sequence == own);
    CHECK_FALSE(bench.in(bench.from_client(flag::ack, 1001, own + 1)).empty());
  }
}

TEST_CASE("a handshake that comes to nothing") {
  Published bench;
  const std::uint32_t own = bench.open();
  SECTION("the client gives up") {
    bench.in(bench.from_client(flag::rst, 1001));
    CHECK(bench.sessions() == "0");
  }
  SECTION("a stranger's reset does not end it") {
    bench.in(bench.from_client(flag::rst, 999));
    CHECK(bench.sessions() == "1");
  }
  SECTION("the client gives up when the server has been asked") {
    bench.in(bench.from_client(flag::ack, 1001, own + 1));
    const Bytes reset = bench.in(bench.from_client(flag::rst, 1001));
    CHECK(Published::view(reset).flags == flag::rst);
    CHECK(Published::view(reset).sequence == 1001);
    CHECK(bench.sessions() == "0");
  }
  SECTION("the server refuses") {
    bench.in(bench.from_client(flag::ack, 1001, own + 1));
    const Bytes reset = bench.out(bench.from_server(flag::rst | flag::ack, 0, 1001));
    CHECK(Published::told(reset) == "TCP 200.200.200.1:80 -> 8.8.8.8:5000");
    CHECK(Published::view(reset).flags == (flag::rst | flag::ack));
    CHECK(Published::view(reset).sequence == own + 1);
    CHECK(bench.sessions() == "0");
  }
  SECTION("the server is silent: five tries, two seconds apart, then the client is refused") {
    bench.in(bench.from_client(flag::ack, 1001, own + 1));
    bench.vlan1.sent.clear();
    bench.eth0.sent.clear();
    for (unsigned again = 1; again < firewall::SetupProxy::tries; ++again) {
      bench.wait(firewall::SetupProxy::retry_after - 1ms);
      CHECK(bench.vlan1.sent.empty());
      bench.wait(1ms);
      CHECK_FALSE(bench.vlan1.next().empty());
    }
    CHECK(bench.eth0.sent.empty());
    bench.wait(firewall::SetupProxy::retry_after);
    CHECK(bench.eth0.sent.size() == 1);
    CHECK(bench.vlan1.sent.empty());
    CHECK(bench.sessions() == "0");
  }
}

TEST_CASE("switched off, or for others than hosts inside: ends do their own handshake") {
  Published bench;
  bench.good("disable firewall policy=net tcpsetupproxy");
  CHECK(Published::view(bench.in(bench.from_client(flag::syn, 1000))).flags == flag::syn);
}

TEST_CASE("a session that a flood displaced comes back with the client's ACK") {
  Published bench;
  bench.run("lab set firewall maxsessions=4");
  const std::uint32_t own = bench.open();
  const auto flood = [&bench] {
    for (std::uint16_t i = 0; i < 20; ++i) bench.in(FireBench::tcp(ip("9.9.9.9"), wan, 1000 + i, 80, flag::syn));
  };
  flood();
  SECTION("in time") {
    bench.wait(63s);
    const Bytes open = bench.in(bench.from_client(flag::ack, 1001, own + 1));
    CHECK(Published::told(open) == "TCP 8.8.8.8:5000 -> 192.168.1.100:8080");
    CHECK(Published::view(open).sequence == 1000);
    bench.back_in(bench.from_server(flag::syn | flag::ack, 7000, 1001));
    flood();
    CHECK_FALSE(bench.in(bench.from_client(flag::ack, 1001, own + 1, data)).empty());
  }
  SECTION("or with its probe of the closed window, which repeats the number of the SYN") {
    const Bytes open = bench.in(bench.from_client(flag::ack, 1000, own + 1));
    CHECK(Published::view(open).sequence == 1000);
    bench.back_in(bench.from_server(flag::syn | flag::ack, 7000, 1001));
    CHECK_FALSE(bench.in(bench.from_client(flag::ack, 1001, own + 1, data)).empty());
  }
  SECTION("too late") {
    bench.wait(128s);
    CHECK(bench.in(bench.from_client(flag::ack, 1001, own + 1)).empty());
    CHECK(bench.run("show firewall event=deny").find("TCP segment without session") != std::string::npos);
  }
  SECTION("with a guess") { CHECK(bench.in(bench.from_client(flag::ack, 1001, own + 2)).empty()); }
  SECTION("from another port") {
    CHECK(bench.in(FireBench::tcp(client, wan, port + 1, 80, flag::ack, 1001, own + 1)).empty());
  }
}

TEST_CASE("a flood from outside displaces no open from inside") {
  Published bench;
  bench.run("lab set firewall maxsessions=20");
  const Bytes syn = bench.out(FireBench::tcp(lan_host, server, 4000, 443, flag::syn, 1));
  const std::uint16_t mapped = FireBench::key(syn).source.port;
  for (std::uint16_t i = 0; i < 500; ++i) bench.in(FireBench::tcp(ip("9.9.9.9"), wan, 1000 + i, 80, flag::syn));
  CHECK(bench.sessions() == "20");
  CHECK_FALSE(bench.in(FireBench::tcp(server, wan, 443, mapped, flag::syn | flag::ack, 9, 2)).empty());
}

TEST_CASE("cookies say the segment size, for their ends, SYN and time") {
  SeededRandom random(1);
  const firewall::SynCookies cookies(random), others(random);
  const firewall::FlowKey ends{{client, 1}, {wan, 2}, 6};
  const Instant now{1000s};
  CHECK(cookies.check(ends, 77, cookies.make(ends, 77, 1460, now), now) == 1460);
  CHECK(cookies.check(ends, 77, cookies.make(ends, 77, 9000, now), now) == 1460);
  CHECK(cookies.check(ends, 77, cookies.make(ends, 77, 1459, now), now) == 1452);
  CHECK(cookies.check(ends, 77, cookies.make(ends, 77, 100, now), now) == 216);
  CHECK_FALSE(cookies.check(ends.reversed(), 77, cookies.make(ends, 77, 1460, now), now));
  CHECK_FALSE(others.check(ends, 77, cookies.make(ends, 77, 1460, now), now));
  CHECK_FALSE(cookies.check(ends, 78, cookies.make(ends, 77, 1460, now), now));
  CHECK(cookies.check(ends, 77, cookies.make(ends, 77, 1460, now), now + 64s));
  CHECK_FALSE(cookies.check(ends, 77, cookies.make(ends, 77, 1460, now), now + 128s));
}

TEST_CASE("SipHash-2-4: the vector of its authors for sixteen bytes") {
  CHECK(firewall::siphash({0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}, 0x0706050403020100ULL,
                          0x0f0e0d0c0b0a0908ULL) == 0x3f2acc7f57c29bdbULL);
}

}  // namespace
}  // namespace arrouter::test
