#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "modules/firewall/pinhole.h"
#include "os/base/limits.h"
#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using firewall::Endpoint;
using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

constexpr std::string_view nat = "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0";
constexpr std::string_view direct = "disable firewall policy=net tcpsetupproxy";
constexpr std::string_view publish =
    "add fire poli=net ru=1 ac=allow int=eth0 prot=tcp gblip=200.200.200.1 gblport=21 ip=192.168.1.100 port=21";

ByteView bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
wire::TcpView segment(const Bytes& packet) { return wire::view_tcp(wire::view_ipv4(packet)->payload()).value(); }
std::string text(const Bytes& packet) {
  if (packet.empty()) return "-";
  const ByteView payload = segment(packet).payload;
  return {payload.begin(), payload.end()};
}
/// "200,200,200,1,64,5": the endpoint in a PORT command or the reply to PASV.
Endpoint commas(const std::string& line) {
  unsigned a = 0, b = 0, c = 0, d = 0, high = 0, low = 0;
  const std::size_t at = line.find_first_of("0123456789", line.starts_with("227") ? 4 : 0);
  REQUIRE(std::sscanf(line.c_str() + at, "%u,%u,%u,%u,%u,%u", &a, &b, &c, &d, &high, &low) == 6);
  return {Ipv4Address(a << 24 | b << 16 | c << 8 | d), static_cast<std::uint16_t>(high << 8 | low)};
}

/// A control connection through the router with both ends of it. Sequence numbers: the client begins at 1000, the
/// server at 7000.
struct Control {
  Control(FireBench& fire, bool client_inside, Ipv4Address host = lan_host)
      : bench(fire), inside(client_inside), own(host) {
    const Bytes opened = client({}, flag::syn);
    REQUIRE_FALSE(opened.empty());
    outside = FireBench::key(opened);
    ++from_client;
    REQUIRE_FALSE(server({}, flag::syn | flag::ack).empty());
    ++from_server;
    client({});
  }
  /// What comes out of the router for a segment of the client or of the server; it counts as sent.
  Bytes client(std::string_view line, std::uint8_t flags = flag::ack) {
    const Bytes packet = client_at(from_client, line, flags);
    from_client += static_cast<std::uint32_t>(line.size());
    return packet;
  }
  Bytes client_at(std::uint32_t sequence, std::string_view line, std::uint8_t flags = flag::ack) {
    if (inside)
      return bench.out(FireBench::tcp(own, server_address(), 3000, 21, flags, sequence, from_server, bytes(line)));
    return bench.in(FireBench::tcp(::arrouter::test::server, wan, 3000, 21, flags, sequence, from_server, bytes(line)));
  }
  Bytes server(std::string_view line, std::uint8_t flags = flag::ack) {
    const std::uint32_t ack = flags == (flag::syn | flag::ack) ? from_client : seen_by_server;
    const std::uint32_t sequence = from_server;
    from_server += static_cast<std::uint32_t>(line.size());
    if (inside) {
      return bench.in(FireBench::tcp(outside.destination.address, outside.source.address, 21, outside.source.port,
                                     flags, sequence, ack, bytes(line)));
    }
    return bench.out(FireBench::tcp(own, ::arrouter::test::server, 21, 3000, flags, sequence, ack, bytes(line)));
  }
  Ipv4Address server_address() const { return ::arrouter::test::server; }

  FireBench& bench;
  bool inside;
  Ipv4Address own;
  firewall::FlowKey outside;
  std::uint32_t from_client = 1000, from_server = 7000, seen_by_server = 1001;
};

TEST_CASE("FTP, active: the client's PORT names the router, and the server's connection finds the client") {
  FireBench bench{nat, direct};
  Control control(bench, true);
  const Bytes sent = control.client("PORT 192,168,1,100,4,5\r\n");
  CHECK(FireBench::told(sent).starts_with("TCP 200.200.200.1:"));
  CHECK(segment(sent).sequence == 1001);
  const Endpoint announced = commas(text(sent));
  CHECK(announced.address == wan);
  CHECK(announced.port >= 16384);
  // The text has another length now; both sides see numbers of their own.
  const auto growth = static_cast<std::uint32_t>(text(sent).size()) - 24;
  control.seen_by_server = 1001 + static_cast<std::uint32_t>(text(sent).size());
  const Bytes ok = control.server("200 PORT command successful\r\n");
  CHECK(segment(ok).acknowledgement == 1025);
  CHECK(segment(control.client("LIST\r\n")).sequence == 1025 + growth);
  // From port 20 of that server, once, and to no other port.
  const auto data = [&](Ipv4Address from, std::uint16_t from_port, std::uint16_t to) {
    return FireBench::told(bench.in(FireBench::tcp(from, wan, from_port, to, flag::syn)));
  };
  CHECK(data(gateway, 20, announced.port) == "-");
  CHECK(data(server, 2020, announced.port) == "-");
  CHECK(data(server, 20, static_cast<std::uint16_t>(announced.port + 1)) == "-");
  CHECK(data(server, 20, announced.port) == "TCP 8.8.8.8:20 -> 192.168.1.100:1029");
  CHECK(FireBench::told(bench.out(FireBench::tcp(lan_host, server, 1029, 20, flag::syn | flag::ack, 9, 1001))) ==
        fmt::format("TCP 200.200.200.1:{} -> 8.8.8.8:20", announced.port));
  bench.run("set firewall policy=net ftpdataport=any");
  CHECK(data(server, 2020, announced.port) == "-");
  const Endpoint second = commas(text(control.client("PORT 192,168,1,100,4,6\r\n")));
  CHECK(data(server, 2020, second.port) == "TCP 8.8.8.8:2020 -> 192.168.1.100:1030");
}

TEST_CASE("FTP, active: EPRT, other hosts' addresses, services, and the end of the control connection") {
  FireBench bench{nat, direct};
  Control control(bench, true);
  const std::string line = text(control.client("EPRT |1|192.168.1.100|1029|\r\n"));
  REQUIRE(line.starts_with("EPRT |1|200.200.200.1|"));
  const auto port = static_cast<std::uint16_t>(std::stoul(line.substr(22)));
  CHECK(text(control.client("PORT 192,168,1,101,4,5\r\n")) == "PORT 192,168,1,101,4,5\r\n");
  CHECK(text(control.client("PORT 192,168,1,100,0,25\r\n")) == "PORT 192,168,1,100,0,25\r\n");
  bench.run("delete firewall session=all");
  CHECK(bench.in(FireBench::tcp(server, wan, 20, port, flag::syn)).empty());
  // What was announced does not wait for ever.
  Control again(bench, true);
  const Endpoint announced = commas(text(again.client("PORT 192,168,1,100,4,5\r\n")));
  bench.wait(300s - 1ns);
  CHECK_FALSE(bench.in(FireBench::tcp(server, wan, 20, announced.port, flag::syn)).empty());
  const Endpoint late = commas(text(again.client("PORT 192,168,1,100,4,6\r\n")));
  bench.wait(300s);
  CHECK(bench.in(FireBench::tcp(server, wan, 20, late.port, flag::syn)).empty());
}

TEST_CASE("FTP, passive: a published server's answer names the router, and the client's connection finds the server") {
  FireBench bench{nat, direct, publish};
  Control control(bench, false);
  control.client("PASV\r\n");
  const Bytes sent = control.server("227 Entering Passive Mode (192,168,1,100,4,5).\r\n");
  const Endpoint announced = commas(text(sent));
  CHECK(text(sent).ends_with(").\r\n"));
  CHECK(announced.address == wan);
  CHECK(bench.in(FireBench::tcp(gateway, wan, 4000, announced.port, flag::syn)).empty());
  CHECK(FireBench::told(bench.in(FireBench::tcp(server, wan, 4000, announced.port, flag::syn))) ==
        "TCP 8.8.8.8:4000 -> 192.168.1.100:1029");
  control.client("EPSV\r\n");
  const std::string extended = text(control.server("229 Entering Extended Passive Mode (|||1030|)\r\n"));
  const std::size_t bars = extended.find("(|||");
  REQUIRE(bars != std::string::npos);
  const auto port = static_cast<std::uint16_t>(std::stoul(extended.substr(bars + 4)));
  CHECK(FireBench::told(bench.in(FireBench::tcp(server, wan, 4001, port, flag::syn))) ==
        "TCP 8.8.8.8:4001 -> 192.168.1.100:1030");
  // A server that was told to name the router's address is understood too.
  control.client("PASV\r\n");
  const Endpoint told = commas(text(control.server("227 Entering Passive Mode (200,200,200,1,4,7).\r\n")));
  CHECK(FireBench::told(bench.in(FireBench::tcp(server, wan, 4002, told.port, flag::syn))) ==
        "TCP 8.8.8.8:4002 -> 192.168.1.100:1031");
}

TEST_CASE("FTP: what the outside announces may be reached although a rule lets only FTP out") {
  FireBench bench{nat, direct, "add fire poli=net ru=10 ac=allow int=vlan1 prot=tcp port=21",
                  "add fire poli=net ru=20 ac=deny int=vlan1 prot=tcp"};
  Control control(bench, true);
  const auto data = [&](std::uint16_t port) {
    return FireBench::told(bench.out(FireBench::tcp(lan_host, server, 5000, port, flag::syn)));
  };
  CHECK(data(1029) == "-");
  control.client("PASV\r\n");
  CHECK(text(control.server("227 Entering Passive Mode (8,8,8,8,4,5)\r\n")) ==
        "227 Entering Passive Mode (8,8,8,8,4,5)\r\n");
  CHECK(data(1030) == "-");
  CHECK(data(1029) == "TCP 200.200.200.1:5000 -> 8.8.8.8:1029");
  // An active transfer of a published server, which may not open connections by the rules.
  bench.good(publish);
  Control published(bench, false);
  published.client("PORT 8,8,8,8,8,0\r\n");
  CHECK(FireBench::told(bench.out(FireBench::tcp(lan_host, server, 20, 2048, flag::syn))) ==
        "TCP 200.200.200.1:20 -> 8.8.8.8:2048");
}

TEST_CASE("FTP: a command in pieces is held together, and the client is told that they arrived") {
  FireBench bench{nat, direct};
  Control control(bench, true);
  bench.vlan1.sent.clear();
  CHECK(text(control.client("PORT 192,")) == "");
  const Bytes frame = bench.vlan1.next();
  REQUIRE(frame.size() > 14);
  const Bytes told(frame.begin() + 14, frame.end());
  CHECK(FireBench::told(told) == "TCP 8.8.8.8:21 -> 192.168.1.100:3000");
  CHECK(segment(told).acknowledgement == 1010);
  CHECK(segment(told).sequence == 7001);
  CHECK(segment(told).flags == flag::ack);
  const Bytes rest = control.client("168,1,100,4,5\r\n");
  CHECK(segment(rest).sequence == 1001);
  const Endpoint announced = commas(text(rest));
  CHECK(announced.address == wan);
  CHECK(text(control.client_at(1010, "168,1,100,4,5\r\n")) == text(rest));  // it was lost
  CHECK(control.client_at(1030, "NOOP\r\n").empty());                       // something is missing in front of it
  CHECK(bench.run("show firewall event=deny").find("Segment out of order") != std::string::npos);
  // Nobody may begin the stream anew.
  bench.out(FireBench::tcp(lan_host, server, 3000, 21, flag::syn, 5000));
  CHECK(text(control.client_at(1024, "\n")) == text(rest));
  // A wrong checksum must not become a right one.
  Bytes broken = FireBench::tcp(lan_host, server, 3000, 21, flag::ack, 1025, 7001, bytes("PORT 192,168,1,100,4,6\r\n"));
  broken.back() ^= 1;
  CHECK(bench.out(broken).empty());
}

TEST_CASE("FTP: a SYN loses the options whose numbers nobody translates") {
  FireBench bench{nat};
  Bytes syn = FireBench::tcp(lan_host, server, 3000, 21, flag::syn, 1000);
  const Bytes options{2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7};
  Bytes payload(wire::view_ipv4(syn)->payload().begin(), wire::view_ipv4(syn)->payload().end());
  payload.insert(payload.end(), options.begin(), options.end());
  payload[12] = 10 << 4;
  store_be16(payload.data() + 16, 0);
  store_be16(payload.data() + 16, wire::checksum_finish(wire::checksum_partial(
                                      payload, wire::pseudo_header(lan_host, server, wire::protocol::tcp,
                                                                   static_cast<std::uint32_t>(payload.size())))));
  const Bytes sent = bench.out(IpBench::packet(lan_host, server, wire::protocol::tcp, payload));
  CHECK(FireBench::told(sent).starts_with("TCP 200.200.200.1:"));  // its checksum is right
  const ByteView left = segment(sent).options;
  CHECK(Bytes(left.begin(), left.end()) == Bytes{2, 4, 5, 0xb4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7});
}

TEST_CASE("FTP behind the setup proxy: two shifts of numbers, each undone") {
  FireBench bench{nat, publish};
  const auto from_client = [&](std::uint8_t flags, std::uint32_t sequence, std::uint32_t ack,
                               std::string_view line = {}) {
    return FireBench::tcp(server, wan, 3000, 21, flags, sequence, ack, bytes(line));
  };
  const auto from_server = [&](std::uint8_t flags, std::uint32_t sequence, std::uint32_t ack,
                               std::string_view line = {}) {
    return bench.out(FireBench::tcp(lan_host, server, 21, 3000, flags, sequence, ack, bytes(line)));
  };
  const std::uint32_t first = segment(bench.back_out(from_client(flag::syn, 1000, 0))).sequence;
  REQUIRE(segment(bench.in(from_client(flag::ack, 1001, first + 1))).flags == flag::syn);
  from_server(flag::syn | flag::ack, 7000, 1001);
  CHECK(segment(bench.in(from_client(flag::ack, 1001, first + 1, "PASV\r\n"))).acknowledgement == 7001);
  bench.eth0.sent.clear();
  CHECK(text(from_server(flag::ack, 7001, 1007, "22")) == "");
  const Bytes rest = from_server(flag::ack, 7003, 1007, "7 (192,168,1,100,4,5)\r\n");
  CHECK(segment(rest).sequence == first + 1);
  CHECK(commas(text(rest)).address == wan);
  const auto seen = static_cast<std::uint32_t>(text(rest).size());
  CHECK(segment(bench.in(from_client(flag::ack, 1007, first + 1 + seen))).acknowledgement == 7001 + 25);
  // A command in pieces: what the router says to the client has the client's numbers.
  bench.eth0.sent.clear();
  bench.in(from_client(flag::ack, 1007, first + 1 + seen, "PO"));
  const Bytes frame = bench.eth0.next();
  REQUIRE(frame.size() > 14);
  const Bytes told(frame.begin() + 14, frame.end());
  CHECK(segment(told).acknowledgement == 1009);
  CHECK(segment(told).sequence == first + 1 + seen);
}

TEST_CASE("FTP: application rules refuse transfers") {
  FireBench bench{nat, "add firewall policy=net apprule=2 action=deny int=eth0 app=ftp command=put",
                  "add firewall policy=net apprule=1 action=allow int=eth0 app=ftp command=put port=2121"};
  Control control(bench, true);
  CHECK(text(control.client("RETR file\r\n")) == "RETR file\r\n");
  CHECK(text(control.client("STOR file\r\n")) == "-");
  CHECK(bench.sessions() == "0");
  bench.good("set firewall policy=net apprule=2 action=allow");
  Control allowed(bench, true);
  CHECK(text(allowed.client("STOR file\r\n")) == "STOR file\r\n");
  bench.good("delete firewall policy=net apprule=2");
  CHECK(bench.run("delete firewall policy=net apprule=2").starts_with("Error"));
}

TEST_CASE("FTP: an announcement takes the place of the one before, so that none are left over") {
  FireBench bench{nat, direct};
  Control control(bench, true);
  for (std::size_t i = 0; i <= limits::firewall_pinholes; ++i) {
    REQUIRE(commas(text(control.client("PORT 192,168,1,100,4,5\r\n"))).address == wan);
    control.seen_by_server = segment(control.client({})).sequence;  // the server acknowledges what it has
    control.server("200 \r\n");
  }
}

TEST_CASE("FTP: so many sessions have a gateway and no more") {
  FireBench bench{nat, direct};
  bench.run(fmt::format("lab set firewall maxsessions={}", limits::firewall_gateways + 10));
  const auto client = [&](std::size_t number, std::uint8_t flags, std::string_view line = {}) {
    const auto port = static_cast<std::uint16_t>(10000 + number);
    return text(
        bench.out(FireBench::tcp(lan_host, server, port, 21, flags, line.empty() ? 1000 : 1001, 1, bytes(line))));
  };
  for (std::size_t i = 0; i <= limits::firewall_gateways; ++i) client(i, flag::syn);
  const std::string line = "PORT 192,168,1,100,4,5\r\n";
  CHECK(client(limits::firewall_gateways - 1, flag::ack, line) != line);
  CHECK(client(limits::firewall_gateways, flag::ack, line) == line);
  bench.run("delete firewall session=all");
  client(limits::firewall_gateways, flag::syn);
  CHECK(client(limits::firewall_gateways, flag::ack, line) != line);
}

TEST_CASE("so many connections may be announced at once and no more") {
  firewall::Pinholes pinholes;
  firewall::Pinhole hole;
  hole.protocol = wire::protocol::tcp;
  hole.expires = Instant::max();
  const auto add = [&](std::size_t number) {
    hole.public_target = {wan, static_cast<std::uint16_t>(number + 1)};
    return pinholes.add(hole);
  };
  for (std::size_t i = 0; i + 1 < limits::firewall_pinholes; ++i) REQUIRE(add(i).has_value());
  const auto last = add(limits::firewall_pinholes - 1);
  REQUIRE(last.has_value());
  CHECK_FALSE(add(limits::firewall_pinholes).has_value());
  CHECK(pinholes.promised(wire::protocol::tcp, {wan, limits::firewall_pinholes}));
  pinholes.remove(*last);
  CHECK_FALSE(pinholes.promised(wire::protocol::tcp, {wan, limits::firewall_pinholes}));
  CHECK(add(limits::firewall_pinholes).has_value());
}

/// A telephone behind the router.
struct Phone {
  explicit Phone(FireBench& fire) : bench(fire) {}
  Bytes out(std::string_view message) {
    return bench.out(FireBench::udp(lan_host, server, 5060, 5060, bytes(message)));
  }
  static std::string text(const Bytes& packet) {
    if (packet.empty()) return "-";
    const ByteView payload = wire::view_udp(wire::view_ipv4(packet)->payload())->payload;
    return {payload.begin(), payload.end()};
  }
  static std::string invite(unsigned port) {
    const std::string body = fmt::format("v=0\r\nc=IN IP4 192.168.1.100\r\nm=audio {} RTP/AVP 0\r\n", port);
    return fmt::format(
        "INVITE sip:b@8.8.8.8 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.100\r\nContent-Type: application/sdp\r\n"
        "Content-Length: {}\r\n\r\n{}",
        body.size(), body);
  }
  static std::uint16_t media(const std::string& message) {
    const std::size_t at = message.find("m=audio ");
    REQUIRE(at != std::string::npos);
    return static_cast<std::uint16_t>(std::stoul(message.substr(at + 8)));
  }
  FireBench& bench;
};

TEST_CASE("SIP: messages name the public side, and the media find their way in and out") {
  FireBench bench{nat, "enable firewall sipalg"};
  Phone phone(bench);
  const Bytes sent = phone.out(Phone::invite(4000));
  const std::uint16_t signal = FireBench::key(sent).source.port;
  CHECK(FireBench::told(sent) == fmt::format("UDP 200.200.200.1:{} -> 8.8.8.8:5060", signal));
  const std::string message = Phone::text(sent);
  CHECK(message.find(fmt::format("Via: SIP/2.0/UDP 200.200.200.1:{}\r\n", signal)) != std::string::npos);
  CHECK(message.find("c=IN IP4 200.200.200.1\r\n") != std::string::npos);
  const std::uint16_t media = Phone::media(message);
  CHECK(media % 2 == 0);
  CHECK(Phone::media(Phone::text(phone.out(Phone::invite(4000)))) == media);  // sent again: the same
  CHECK(Phone::media(Phone::text(phone.out(Phone::invite(4002)))) != media);
  const Bytes data(32, 5);
  CHECK(FireBench::told(bench.in(FireBench::udp(gateway, wan, 8000, media, data))) ==
        "UDP 200.200.200.9:8000 -> 192.168.1.100:4000");
  CHECK(FireBench::told(bench.in(FireBench::udp(gateway, wan, 8001, media + 1, data))) ==
        "UDP 200.200.200.9:8001 -> 192.168.1.100:4001");
  CHECK(bench.in(FireBench::udp(gateway, wan, 8001, media + 4, data)).empty());
  // What the telephone sends comes from where it was announced, whoever it is for.
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 4000, 9000, data))) ==
        fmt::format("UDP 200.200.200.1:{} -> 8.8.8.8:9000", media));
  const Bytes answer = bench.in(
      FireBench::udp(server, wan, 5060, signal,
                     bytes(fmt::format("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 200.200.200.1:{}\r\n\r\n", signal))));
  CHECK(Phone::text(answer) == "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.1.100:5060\r\n\r\n");
  CHECK(bench.field("show firewall sipalg counter", "messagesTranslated") == "4");
  bench.good("reset firewall sipalg");
  CHECK(bench.in(FireBench::udp(gateway, wan, 8005, media, data)).empty());
}

TEST_CASE("SIP: disabled, it is text like any other; a call opens so many holes and no more") {
  FireBench bench{nat};
  Phone phone(bench);
  CHECK(Phone::text(phone.out(Phone::invite(4000))) == Phone::invite(4000));
  bench.run("delete firewall session=all");
  bench.good("enable firewall sipalg");
  std::vector<std::uint16_t> media;
  for (unsigned call = 0; call <= limits::firewall_pinholes_per_session / 2; ++call) {
    media.push_back(Phone::media(Phone::text(phone.out(Phone::invite(4000 + 2 * call)))));
  }
  const Bytes data(32, 5);
  CHECK(bench.in(FireBench::udp(gateway, wan, 8000, media[0], data)).empty());  // the oldest gave way
  CHECK_FALSE(bench.in(FireBench::udp(gateway, wan, 8000, media[1], data)).empty());
  CHECK_FALSE(bench.in(FireBench::udp(gateway, wan, 8000, media.back(), data)).empty());
  bench.wait(300s);
  CHECK(bench.in(FireBench::udp(gateway, wan, 8001, media.back(), data)).empty());
}

}  // namespace
}  // namespace arrouter::test
