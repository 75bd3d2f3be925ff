#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);

constexpr std::string_view nat = "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0";

TEST_CASE("without NAT a session of the private side lets the answers in and nothing else") {
  FireBench bench;
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 1059, 53, data))) ==
        "UDP 192.168.1.100:1059 -> 8.8.8.8:53");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, lan_host, 53, 1059, data))) ==
        "UDP 8.8.8.8:53 -> 192.168.1.100:1059");
  CHECK(bench.in(FireBench::udp(server, lan_host, 54, 1059, data)).empty());
  CHECK(bench.in(FireBench::udp(server, lan_host, 53, 1060, data)).empty());
  CHECK(bench.in(FireBench::udp(gateway, lan_host, 53, 1059, data)).empty());
  CHECK(bench.sessions() == "1");
  // An address of the private network opens nothing outside, not even its own session.
  bench.good("add fire poli=net ru=1 ac=allow int=eth0 prot=udp");
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 54, 1059, data)).empty());
  CHECK(bench.in(FireBench::udp(ip("192.168.1.101"), lan_host, 53, 1059, data)).empty());
  CHECK(bench.in(FireBench::udp(lan_host, server, 1059, 53, data)).empty());
  CHECK(bench.run("show firewall policy counter").find("Number Spoofing Packets ......... 2") != std::string::npos);
}

TEST_CASE("enhanced NAT puts hosts behind the address of the public interface") {
  FireBench bench{nat};
  const auto first = FireBench::key(bench.out(FireBench::udp(lan_host, server, 1059, 53, data)));
  CHECK(first.source.address == wan);
  CHECK(first.source.port != 1059);
  CHECK(first.source.port >= 16384);
  const auto second = FireBench::key(bench.out(FireBench::udp(lan_host, server, 1060, 53, data)));
  CHECK(second.source.port != first.source.port);
  CHECK(FireBench::told(bench.in(FireBench::udp(server, wan, 53, first.source.port, data))) ==
        "UDP 8.8.8.8:53 -> 192.168.1.100:1059");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, wan, 53, second.source.port, data))) ==
        "UDP 8.8.8.8:53 -> 192.168.1.100:1060");
  // The same flow keeps its port; TCP and pings get theirs.
  CHECK(FireBench::key(bench.out(FireBench::udp(lan_host, server, 1059, 53, data))) == first);
  const Bytes syn = bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn));
  CHECK(FireBench::told(syn).starts_with("TCP 200.200.200.1:"));
  CHECK(bench.out(FireBench::icmp(lan_host, server, 8, 0, 0x00070001, data)).empty());
  bench.good("enable firewall policy=net icmp_f=ping");
  const Bytes echo = bench.out(FireBench::icmp(lan_host, server, 8, 0, 0x00070001, data));
  CHECK(FireBench::told(echo) == "ICMP 8 200.200.200.1 -> 8.8.8.8");
  const std::uint32_t rest = wire::view_icmp(wire::view_ipv4(echo)->payload())->rest;
  CHECK((rest & 0xffff) == 1);
  CHECK(rest >> 16 != 7);
  const Bytes reply = bench.in(FireBench::icmp(server, wan, 0, 0, rest, data));
  CHECK(FireBench::told(reply) == "ICMP 0 8.8.8.8 -> 192.168.1.100");
  CHECK(wire::view_icmp(wire::view_ipv4(reply)->payload())->rest == 0x00070001);
}

TEST_CASE("an error about a translated packet comes back about the packet its sender knows") {
  FireBench bench{nat};
  bench.good("enable firewall policy=net icmp_f=unreachable");
  const Bytes sent = FireBench::udp(lan_host, server, 1059, 53, data);
  Bytes translated = bench.out(sent);
  const Bytes error = FireBench::icmp(gateway, wan, 3, 1, 0, ByteView(translated).first(28));
  const Bytes back = bench.in(error);
  REQUIRE(FireBench::told(back) == "ICMP 3 200.200.200.9 -> 192.168.1.100");
  const ByteView quoted = wire::view_ipv4(back)->payload().subspan(8);
  CHECK(Bytes(quoted.begin() + 12, quoted.begin() + 28) == Bytes(sent.begin() + 12, sent.begin() + 28));
  // The quoted header is whole again too (its TTL is what it was where the error was made).
  CHECK(wire::checksum(quoted.first(20)) == 0);
  // Errors about what nobody sent are for nobody.
  store_be16(translated.data() + 20, 1);
  CHECK(bench.in(FireBench::icmp(gateway, wan, 3, 1, 0, ByteView(translated).first(28))).empty());
  // A kind that is not forwarded stays out.
  bench.good("disable firewall policy=net icmp_f=unreachable");
  CHECK(bench.in(error).empty());
  CHECK(bench.field("show firewall policy=net", "discardedIcmpPackets") == "1");
}

TEST_CASE("a rule publishes a server behind the router") {
  FireBench bench{nat, "disable firewall policy=net tcpsetupproxy",
                  "add fire poli=net ru=10 ac=allow int=eth0 prot=tcp gblip=200.200.200.1 gblport=80 "
                  "ip=192.168.1.100 port=8080"};
  CHECK(FireBench::told(bench.in(FireBench::tcp(server, wan, 5000, 80, flag::syn))) ==
        "TCP 8.8.8.8:5000 -> 192.168.1.100:8080");
  CHECK(FireBench::told(bench.out(FireBench::tcp(lan_host, server, 8080, 5000, flag::syn | flag::ack, 7, 1001))) ==
        "TCP 200.200.200.1:80 -> 8.8.8.8:5000");
  CHECK(bench.in(FireBench::tcp(server, wan, 5000, 81, flag::syn)).empty());
  // A host inside reaches it by the same address, and the answers come back through the router.
  const Ipv4Address neighbour = ip("192.168.1.101");
  bench.learn(bench.vlan1, neighbour, mac(0x12), lan);
  const Bytes inside = bench.back_in(FireBench::tcp(neighbour, wan, 6000, 80, flag::syn));
  REQUIRE(FireBench::told(inside).ends_with("-> 192.168.1.100:8080"));
  const auto key = FireBench::key(inside);
  CHECK(key.source.address == wan);
  CHECK(FireBench::told(bench.back_in(FireBench::tcp(lan_host, wan, 8080, key.source.port, flag::syn | flag::ack, 7,
                                                     1001))) == "TCP 200.200.200.1:80 -> 192.168.1.101:6000");
}

TEST_CASE("static NAT needs a rule for what begins outside, and the router answers ARP for its address") {
  FireBench bench{"add firewall policy=net nat=standard int=vlan1 ip=192.168.1.100 gblint=eth0 gblip=200.200.200.7"};
  const Ipv4Address global = ip("200.200.200.7");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 1059, 53, data))) ==
        "UDP 200.200.200.7:1059 -> 8.8.8.8:53");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, global, 53, 1059, data))) ==
        "UDP 8.8.8.8:53 -> 192.168.1.100:1059");
  CHECK(bench.in(FireBench::udp(server, global, 9, 1059, data)).empty());
  bench.good(
      "add firewall policy=net rule=1 action=allow int=eth0 prot=udp gblip=200.200.200.7 gblport=1059 "
      "ip=192.168.1.100 port=1059");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, global, 9, 1059, data))) ==
        "UDP 8.8.8.8:9 -> 192.168.1.100:1059");
  bench.eth0.sent.clear();
  bench.eth0.inject({FireBench::arp(wire::arp_operation::request, mac(0x22), gateway, {}, global, broadcast_mac)});
  REQUIRE(bench.eth0.sent.size() == 1);
  CHECK(bench.run("show firewall arp").find("eth0        200.200.200.7") != std::string::npos);
}

TEST_CASE("dynamic NAT lends each host an address of its range as long as it has sessions") {
  FireBench bench{"add firewall policy=net nat=standard int=vlan1 gblint=eth0 gblip=200.200.200.20-200.200.200.21"};
  const Ipv4Address second = ip("192.168.1.101"), third = ip("192.168.1.102");
  const auto source = [&](Ipv4Address host) {
    const Bytes packet = bench.out(FireBench::udp(host, server, 1000, 53, data));
    return packet.empty() ? std::string("none") : to_string(FireBench::key(packet).source.address);
  };
  CHECK(source(lan_host) == "200.200.200.20");
  CHECK(source(second) == "200.200.200.21");
  CHECK(source(third) == "none");
  CHECK(source(lan_host) == "200.200.200.20");
  bench.wait(200s);
  CHECK(source(second) == "200.200.200.21");
  bench.wait(150s);  // the first host's session is over
  CHECK(source(third) == "200.200.200.20");
}

TEST_CASE("rules of their own NAT: standard with a mask, reverse, double, enhanced") {
  FireBench bench{
      "add fire poli=net ru=1 ac=nat natt=standard natm=255.255.255.0 int=vlan1 prot=udp port=1 gblip=200.200.99.0",
      "add fire poli=net ru=2 ac=nat natt=reverse int=vlan1 prot=udp port=2 remoteip=10.0.0.1 gblremoteip=8.8.8.8",
      "add fire poli=net ru=3 ac=nat natt=double int=vlan1 prot=udp port=3 gblip=200.200.200.50 remoteip=10.0.0.1 "
      "gblremoteip=8.8.8.8",
      "add fire poli=net ru=4 ac=nat natt=enhanced int=vlan1 prot=udp port=4 gblip=200.200.200.60"};
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 1000, 1, data))) ==
        "UDP 200.200.99.100:1000 -> 8.8.8.8:1");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, ip("200.200.99.100"), 1, 1000, data))) ==
        "UDP 8.8.8.8:1 -> 192.168.1.100:1000");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, ip("10.0.0.1"), 1000, 2, data))) ==
        "UDP 192.168.1.100:1000 -> 8.8.8.8:2");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, lan_host, 2, 1000, data))) ==
        "UDP 10.0.0.1:2 -> 192.168.1.100:1000");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, ip("10.0.0.1"), 1000, 3, data))) ==
        "UDP 200.200.200.50:1000 -> 8.8.8.8:3");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, ip("200.200.200.50"), 3, 1000, data))) ==
        "UDP 10.0.0.1:3 -> 192.168.1.100:1000");
  const auto shared = FireBench::key(bench.out(FireBench::udp(lan_host, server, 1000, 4, data)));
  CHECK(shared.source.address == ip("200.200.200.60"));
  CHECK(shared.source.port != 1000);
}

TEST_CASE("a super-frame is translated once and whole, its partial checksum stays partial") {
  FireBench bench{nat};
  const auto syn = FireBench::key(bench.out(FireBench::tcp(lan_host, server, 4000, 80, flag::syn, 999)));
  const Bytes frame = bench.from_lan(FireBench::tcp(lan_host, server, 4000, 80, flag::ack, 1000, 1, Bytes(8000, 1)));
  const auto partial = [](Ipv4Address source) {
    return static_cast<std::uint16_t>(
        ~wire::checksum_finish(wire::pseudo_header(source, server, wire::protocol::tcp, 8020)));
  };
  Packet packet = bench.services.pool.allocate(frame.size());
  std::copy(frame.begin(), frame.end(), packet->put(frame.size()));
  packet->meta.segmentation = Segmentation::tcp4;
  packet->meta.segment_size = 1460;
  packet->meta.checksum = Checksum::partial;
  packet->meta.checksum_start = 34;
  packet->meta.checksum_offset = 16;
  store_be16(packet->data() + 34 + 16, partial(lan_host));
  bench.eth0.sent.clear();
  bench.vlan1.inject(std::move(packet));
  REQUIRE(bench.eth0.sent.size() == 1);
  const Bytes sent = bench.eth0.next();
  CHECK(sent.size() == frame.size());
  CHECK(FireBench::key(Bytes(sent.begin() + 14, sent.end())) == syn);
  CHECK(load_be16(sent.data() + 34 + 16) == partial(wan));
}

}  // namespace
}  // namespace arrouter::test
