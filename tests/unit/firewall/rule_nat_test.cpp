// NAT by rules on the public interface, ranges, and errors about packets with two translated ends.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

namespace flag = wire::tcp_flag;

const Bytes data(16, 9);
const Ipv4Address stand_in = ip("10.0.0.9");

TEST_CASE("a range of ports is published port by port, or all as one") {
  FireBench bench{"add firewall policy=net nat=enhanced int=vlan1 gblint=eth0",
                  "add fire poli=net ru=1 ac=allow int=eth0 prot=udp gblip=200.200.200.1 gblport=8000-8010 "
                  "ip=192.168.1.100 port=9000-9010",
                  "add fire poli=net ru=2 ac=allow int=eth0 prot=udp gblip=200.200.200.1 gblport=8100-8110 "
                  "ip=192.168.1.100 port=9100"};
  const auto reached = [&](std::uint16_t port) {
    return FireBench::told(bench.in(FireBench::udp(server, wan, 5000, port, data)));
  };
  CHECK(reached(7999) == "-");
  CHECK(reached(8000) == "UDP 8.8.8.8:5000 -> 192.168.1.100:9000");
  CHECK(reached(8007) == "UDP 8.8.8.8:5000 -> 192.168.1.100:9007");
  CHECK(reached(8010) == "UDP 8.8.8.8:5000 -> 192.168.1.100:9010");
  CHECK(reached(8011) == "-");
  CHECK(reached(8105) == "UDP 8.8.8.8:5000 -> 192.168.1.100:9100");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 9007, 5000, data))) ==
        "UDP 200.200.200.1:8007 -> 8.8.8.8:5000");
}

TEST_CASE("NATTYPE=ENHANCED on a public interface: many outside look like one to the host inside") {
  FireBench bench{
      "add fire poli=net ru=1 ac=nat natt=enhanced int=eth0 prot=udp ip=192.168.1.100 port=53 remoteip=10.0.0.9"};
  const Bytes first = bench.in(FireBench::udp(server, lan_host, 5000, 53, data));
  const Bytes second = bench.in(FireBench::udp(gateway, lan_host, 5000, 53, data));
  REQUIRE_FALSE(first.empty());
  REQUIRE_FALSE(second.empty());
  const auto a = FireBench::key(first), b = FireBench::key(second);
  CHECK(a.source.address == stand_in);
  CHECK(b.source.address == stand_in);
  CHECK(a.source.port != b.source.port);
  CHECK(a.destination.address == lan_host);
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, stand_in, 53, b.source.port, data))) ==
        "UDP 192.168.1.100:53 -> 200.200.200.9:5000");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, stand_in, 53, a.source.port, data))) ==
        "UDP 192.168.1.100:53 -> 8.8.8.8:5000");
  CHECK(bench.in(FireBench::udp(server, lan_host, 5000, 54, data)).empty());
}

TEST_CASE("reverse and double NAT of what begins outside") {
  FireBench bench{
      "add fire poli=net ru=1 ac=nat natt=reverse int=eth0 prot=udp ip=192.168.1.100 port=1 remoteip=10.0.0.9 "
      "gblremoteip=8.8.8.8",
      "add fire poli=net ru=2 ac=nat natt=double int=eth0 prot=tcp gblip=200.200.200.1 gblport=80 ip=192.168.1.100 "
      "port=8080 remoteip=10.0.0.1-10.0.0.8 gblremoteip=8.8.8.1-8.8.8.8",
      "add fire poli=net ru=3 ac=nat natt=reverse natm=255.255.255.0 int=eth0 prot=udp ip=192.168.1.100 port=3 "
      "remoteip=10.0.7.0 gblremoteip=8.8.8.0-8.8.8.255",
      "disable firewall policy=net tcpsetupproxy"};
  CHECK(FireBench::told(bench.in(FireBench::udp(server, lan_host, 5000, 1, data))) ==
        "UDP 10.0.0.9:5000 -> 192.168.1.100:1");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, stand_in, 1, 5000, data))) ==
        "UDP 192.168.1.100:1 -> 8.8.8.8:5000");
  CHECK(bench.in(FireBench::udp(gateway, lan_host, 5000, 1, data)).empty());
  // At the same place of a range of the same size.
  CHECK(FireBench::told(bench.in(FireBench::tcp(ip("8.8.8.3"), wan, 5000, 80, flag::syn))) ==
        "TCP 10.0.0.3:5000 -> 192.168.1.100:8080");
  CHECK(FireBench::told(bench.out(FireBench::tcp(lan_host, ip("10.0.0.3"), 8080, 5000, flag::syn | flag::ack, 7,
                                                 1001))) == "TCP 200.200.200.1:80 -> 8.8.8.3:5000");
  CHECK(bench.in(FireBench::tcp(ip("8.8.8.9"), wan, 5000, 80, flag::syn)).empty());
  // Or host for host under a mask.
  CHECK(FireBench::told(bench.in(FireBench::udp(ip("8.8.8.77"), lan_host, 5000, 3, data))) ==
        "UDP 10.0.7.77:5000 -> 192.168.1.100:3");
}

TEST_CASE("double NAT: errors name both ends as their receiver knows them") {
  FireBench bench{
      "enable firewall policy=net icmp_f=unreachable",
      "add fire poli=net ru=3 ac=nat natt=double int=vlan1 prot=udp port=3 gblip=200.200.200.50 remoteip=10.0.0.9 "
      "gblremoteip=8.8.8.8"};
  const Bytes sent = FireBench::udp(lan_host, stand_in, 1000, 3, data);
  const Bytes outside = bench.out(sent);
  REQUIRE(FireBench::told(outside) == "UDP 200.200.200.50:1000 -> 8.8.8.8:3");
  const auto quoted = [](const Bytes& error) {
    const ByteView quote = wire::view_ipv4(error)->payload().subspan(8);
    return Bytes(quote.begin() + 12, quote.begin() + 24);
  };
  // From the remote host itself, and from a router on the way.
  const Bytes refused = bench.in(FireBench::icmp(server, ip("200.200.200.50"), 3, 3, 0, ByteView(outside).first(28)));
  REQUIRE(FireBench::told(refused) == "ICMP 3 10.0.0.9 -> 192.168.1.100");
  CHECK(quoted(refused) == Bytes(sent.begin() + 12, sent.begin() + 24));
  CHECK(
      FireBench::told(bench.in(FireBench::icmp(gateway, ip("200.200.200.50"), 3, 1, 0, ByteView(outside).first(28)))) ==
      "ICMP 3 200.200.200.9 -> 192.168.1.100");
  // And of the host inside about an answer.
  const Bytes answer = FireBench::udp(server, ip("200.200.200.50"), 3, 1000, data);
  const Bytes inside = bench.in(answer);
  REQUIRE(FireBench::told(inside) == "UDP 10.0.0.9:3 -> 192.168.1.100:1000");
  const Bytes closed = bench.out(FireBench::icmp(lan_host, stand_in, 3, 3, 0, ByteView(inside).first(28)));
  REQUIRE(FireBench::told(closed) == "ICMP 3 200.200.200.50 -> 8.8.8.8");
  CHECK(quoted(closed) == Bytes(answer.begin() + 12, answer.begin() + 24));
}

TEST_CASE("selectors of addresses: ranges of IP and REMOTEIP, GBLIP apart from IP") {
  FireBench bench{
      "add fire poli=net ru=1 ac=deny int=vlan1 prot=udp ip=192.168.1.100-192.168.1.101 "
      "remoteip=8.8.8.8-8.8.8.9 sourceport=1000-1010",
      "add firewall policy=net nat=standard int=vlan1 ip=192.168.1.100 gblint=eth0 gblip=200.200.200.7",
      "add fire poli=net ru=2 ac=allow int=eth0 prot=udp gblip=200.200.200.7 ip=192.168.1.100"};
  const auto leaves = [&](Ipv4Address from, Ipv4Address to, std::uint16_t port) {
    return !bench.out(FireBench::udp(from, to, port, 53, data)).empty();
  };
  CHECK_FALSE(leaves(lan_host, server, 1000));
  CHECK_FALSE(leaves(ip("192.168.1.101"), ip("8.8.8.9"), 1010));
  CHECK(leaves(lan_host, server, 999));
  CHECK(leaves(lan_host, server, 1011));
  CHECK(leaves(ip("192.168.1.102"), server, 1000));
  CHECK(leaves(lan_host, ip("8.8.8.10"), 1000));
  CHECK(FireBench::told(bench.in(FireBench::udp(gateway, ip("200.200.200.7"), 9, 77, data))) ==
        "UDP 200.200.200.9:9 -> 192.168.1.100:77");
  CHECK(bench.in(FireBench::udp(gateway, ip("200.200.200.8"), 9, 77, data)).empty());
}

}  // namespace
}  // namespace arrouter::test
