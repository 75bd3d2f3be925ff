#include <catch2/catch.hpp>

#include "netdev/wire/tcp.h"
#include "tests/unit/ip/bench.h"
#include "os/base/limits.h"

namespace arrouter::test {
namespace {

Bytes tcp(Ipv4Address from, Ipv4Address to, std::uint16_t from_port, std::uint16_t to_port, std::uint8_t flags,
          std::size_t data = 0) {
  Bytes payload(wire::tcp_header + data, 0x41);
  wire::TcpFields fields;
  fields.source_port = from_port;
  fields.destination_port = to_port;
  fields.flags = flags;
  wire::write_tcp(payload.data(), fields, data, from, to);
  return IpBench::packet(from, to, wire::protocol::tcp, payload);
}

/// The packet as a fragment: offset in bytes, more behind or not.
Bytes fragment_of(Bytes packet, std::size_t offset, bool more) {
  store_be16(packet.data() + 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
  wire::finish_ipv4(packet.data());
  return packet;
}

struct Router : IpBench {
  Router() {
    two_hosts();
  }
  void give(std::initializer_list<std::string_view> lines) {
    for (const std::string_view line : lines) {
      CAPTURE(line);
      REQUIRE(run(line) == "Info (1005003): Operation successful.");
    }
  }
  /// Whether a packet from the WAN reaches the LAN.
  bool passes(ByteView packet) {
    vlan1.sent.clear();
    eth0.inject({from_wan(packet)});
    return !vlan1.sent.empty();
  }
  std::vector<std::string> logged() const {
    std::vector<std::string> lines;
    for (const LogRecord& record : services.records) {
      if (record.type == "IPFIL") lines.push_back(std::string(record.subtype) + " " + record.message);
    }
    return lines;
  }
};

using namespace wire::tcp_flag;

TEST_CASE("the first pattern that matches decides, and what none matches is excluded") {
  Router router;
  const Bytes mail = tcp(wan_host, lan_host, 1033, 25, syn), web = tcp(wan_host, lan_host, 1033, 80, syn);
  router.give({"add ip fil=0 so=0.0.0.0 des=192.168.1.100 dm=255.255.255.255 dp=25 prot=tcp ses=any ac=incl",
               "add ip fil=0 so=0.0.0.0 prot=tcp ses=esta ac=incl"});
  CHECK(router.passes(web));  // nothing happens before the filter is bound
  router.give({"set ip int=eth0 fil=0"});
  CHECK(router.passes(mail));
  CHECK_FALSE(router.passes(web));
  CHECK(router.passes(tcp(wan_host, lan_host, 80, 1050, syn | ack)));
  CHECK_FALSE(router.passes(IpBench::udp(wan_host, lan_host, 53, 1050, Bytes(8))));
  CHECK(router.counter("filtered") == 2);
  CHECK(router.counter("inDiscards") == 2);
  // The other direction is not this interface's to filter.
  router.eth0.sent.clear();
  router.vlan1.inject({router.from_lan(tcp(lan_host, wan_host, 1050, 80, syn))});
  CHECK(router.eth0.sent.size() == 1);
  // An EXCLUDE in front wins.
  router.give({"add ip fil=0 ent=1 so=200.200.200.9 ac=excl"});
  CHECK_FALSE(router.passes(mail));
  router.give({"set ip int=eth0 fil=none"});
  CHECK(router.passes(web));
}

TEST_CASE("a filter guards the router itself as well") {
  Router router;
  router.give({"add ip fil=1 so=0.0.0.0 prot=udp ac=incl", "set ip int=eth0 fil=1"});
  router.eth0.inject({router.from_wan(IpBench::icmp(wan_host, wan, 8, 0, 1, Bytes(8)))});
  CHECK(router.eth0.sent.empty());
  router.give({"add ip fil=1 so=0.0.0.0 prot=icmp ic=echo ac=incl"});
  router.eth0.inject({router.from_wan(IpBench::icmp(wan_host, wan, 8, 0, 1, Bytes(8)))});
  CHECK(router.eth0.sent.size() == 1);
}

TEST_CASE("patterns compare addresses, protocols, ports, sessions, ICMP, options and size") {
  struct Case {
    std::string_view pattern;
    Bytes matching, other;
  };
  Bytes with_options = IpBench::packet(wan_host, lan_host, 47, Bytes(12));
  with_options.insert(with_options.begin() + 20, {1, 1, 1, 0});
  with_options[0] = 0x46;
  store_be16(with_options.data() + 2, static_cast<std::uint16_t>(with_options.size()));
  wire::finish_ipv4(with_options.data());
  const auto udp = [](std::uint16_t from, std::uint16_t to, std::size_t data = 8) {
    return IpBench::udp(wan_host, lan_host, from, to, Bytes(data));
  };
  const Bytes gre = IpBench::packet(wan_host, lan_host, 47, Bytes(12));
  const std::vector<Case> cases = {
      {"so=200.200.200.0 sm=255.255.255.0", udp(1, 2), IpBench::udp(ip("201.1.1.1"), lan_host, 1, 2, Bytes(8))},
      {"so=200.200.200.9", udp(1, 2), IpBench::udp(ip("200.200.200.8"), lan_host, 1, 2, Bytes(8))},
      {"so=0.0.0.0 des=192.168.1.100", udp(1, 2), IpBench::udp(wan_host, ip("192.168.1.101"), 1, 2, Bytes(8))},
      {"so=0.0.0.0 prot=47", gre, udp(1, 2)},
      {"so=0.0.0.0 prot=ospf", IpBench::packet(wan_host, lan_host, 89, Bytes(12)), gre},
      {"so=0.0.0.0 prot=udp dp=1024:2000", udp(9, 1024), udp(9, 1023)},
      {"so=0.0.0.0 prot=udp dp=1024:2000", udp(9, 2000), udp(9, 2001)},
      {"so=0.0.0.0 prot=udp dp=1024:", udp(9, 65535), udp(9, 1023)},
      {"so=0.0.0.0 prot=udp sp=:1023", udp(1023, 9), udp(1024, 9)},
      {"so=0.0.0.0 prot=udp sp=domain", udp(53, 9), udp(54, 9)},
      {"so=0.0.0.0 prot=tcp dp=telnet", tcp(wan_host, lan_host, 9, 23, syn), tcp(wan_host, lan_host, 23, 9, syn)},
      {"so=0.0.0.0 prot=tcp ses=start", tcp(wan_host, lan_host, 9, 80, syn), tcp(wan_host, lan_host, 9, 80, syn | ack)},
      {"so=0.0.0.0 prot=tcp ses=start", tcp(wan_host, lan_host, 9, 80, syn), tcp(wan_host, lan_host, 9, 80, fin)},
      {"so=0.0.0.0 prot=tcp ses=est", tcp(wan_host, lan_host, 9, 80, rst), tcp(wan_host, lan_host, 9, 80, syn)},
      {"so=0.0.0.0 prot=icmp ic=8", IpBench::icmp(wan_host, lan_host, 8, 0, 1, Bytes(8)),
       IpBench::icmp(wan_host, lan_host, 0, 0, 1, Bytes(8))},
      {"so=0.0.0.0 prot=icmp ic=unreachable icmpc=portunreach", IpBench::icmp(wan_host, lan_host, 3, 3, 0, Bytes(28)),
       IpBench::icmp(wan_host, lan_host, 3, 1, 0, Bytes(28))},
      {"so=0.0.0.0 op=yes", with_options, gre},
      {"so=0.0.0.0 op=no", gre, with_options},
      {"so=0.0.0.0 size=100", udp(1, 2, 72), udp(1, 2, 73)},
      {"so=0.0.0.0 size=100", fragment_of(IpBench::packet(wan_host, lan_host, 17, Bytes(16)), 64, false),
       fragment_of(IpBench::packet(wan_host, lan_host, 17, Bytes(16)), 72, false)},
  };
  Router router;
  router.learn(router.vlan1, ip("192.168.1.101"), mac(0x12), lan);
  router.give({"set ip int=eth0 fil=7"});
  for (const Case& each : cases) {
    CAPTURE(each.pattern);
    router.give({"add ip fil=7 " + std::string(each.pattern) + " ac=incl"});
    CHECK(router.passes(each.matching));
    CHECK_FALSE(router.passes(each.other));
    router.give({"delete ip fil=7 ent=all"});
  }
  CHECK(router.passes(udp(1, 2)));  // without patterns there is no filter
}

TEST_CASE("later fragments follow the INCLUDE of their addresses, never the EXCLUDE of a port") {
  Router router;
  const Bytes whole = tcp(wan_host, lan_host, 9, 25, ack, 48);
  const Bytes later = fragment_of(IpBench::packet(wan_host, lan_host, 6, Bytes(24)), 48, false);
  router.give({"set ip int=eth0 fil=1", "add ip fil=1 so=200.200.200.9 prot=tcp dp=25 ac=incl"});
  CHECK(router.passes(fragment_of(whole, 0, true)));
  CHECK(router.passes(later));
  CHECK_FALSE(router.passes(fragment_of(IpBench::packet(ip("200.200.200.8"), lan_host, 6, Bytes(24)), 48, false)));
  router.give({"add ip fil=1 ent=1 so=200.200.200.9 prot=tcp dp=80 ac=excl"});
  CHECK(router.passes(later));
  // A first fragment too short for the ports matches no pattern that asks for them.
  Bytes tiny = IpBench::packet(wan_host, lan_host, 6, Bytes(8));
  CHECK_FALSE(router.passes(fragment_of(tiny, 0, true)));
}

TEST_CASE("a super-frame is one decision") {
  Router router;
  router.give({"set ip int=vlan1 fil=1", "add ip fil=1 so=0.0.0.0 prot=tcp size=1500 ac=incl"});
  const Bytes large = tcp(lan_host, wan_host, 9, 80, ack, 14600);
  const auto super_frame = [&] {
    Packet frame = router.services.pool.copy(router.from_lan(large));
    frame->meta.segmentation = Segmentation::tcp4;
    frame->meta.segment_size = 1460;
    frame->meta.checksum = Checksum::verified;
    return frame;
  };
  router.vlan1.inject(super_frame());
  CHECK(router.eth0.sent.size() == 1);
  CHECK(router.run("show ip filter=1").find("Requests: 1             Passes: 1             Fails: 0") !=
        std::string::npos);
  router.give({"set ip fil=1 ent=1 size=1499"});
  router.vlan1.inject(super_frame());
  CHECK(router.eth0.sent.size() == 1);
}

TEST_CASE("LOG puts matched packets into the log") {
  Router router;
  router.give({"set ip int=eth0 fil=1", "add ip fil=1 so=200.200.200.9 prot=tcp dp=25 log=header ac=incl",
               "add ip fil=1 so=0.0.0.0 prot=icmp log=dump ac=excl", "add ip fil=1 so=0.0.0.0 prot=udp log=4 ac=excl",
               "add ip fil=1 so=0.0.0.0 prot=47 ac=excl"});
  router.passes(tcp(wan_host, lan_host, 1033, 25, syn));
  router.passes(IpBench::icmp(wan_host, lan_host, 8, 0, 1, Bytes(40, 0xab)));
  router.passes(IpBench::udp(wan_host, lan_host, 7, 9, Bytes{1, 2, 3, 4, 5}));
  router.passes(IpBench::packet(wan_host, lan_host, 47, Bytes(12)));
  CHECK(router.logged() ==
        std::vector<std::string>{"PASS filter 1 entry 1 Pass 200.200.200.9>192.168.1.100 TCP 1033>25",
                                 "FAIL filter 1 entry 2 Exclude 200.200.200.9>192.168.1.100 ICMP 8/0",
                                 "DUMP filter 1 entry 2 " + to_hex(Bytes(32, 0xab)),
                                 "FAIL filter 1 entry 3 Exclude 200.200.200.9>192.168.1.100 UDP 7>9",
                                 "DUMP filter 1 entry 3 01020304"});
}

TEST_CASE("a log line that leaves in a packet is not the reason for another") {
  Router router;
  int lines = 0;
  router.services.log.listen([&](const LogRecord& record) {
    if (record.type != "IPFIL") return;
    ++lines;
    router.api->send_udp({{}, wan_host, 514, 514, Bytes(8)});
  });
  router.give({"add ip fil=1 so=0.0.0.0 log=header ac=incl", "set ip local fil=1"});
  CHECK(router.api->send_udp({{}, wan_host, 500, 500, Bytes(8)}));
  CHECK(lines == 1);
  CHECK(router.eth0.sent.size() == 2);
}

TEST_CASE("the LOCAL interface's filter is asked for what the router gets and sends itself") {
  Router router;
  router.give({"add ip fil=250 so=0.0.0.0 type=traffic prot=icmp ic=echo ac=incl", "set ip local fil=250"});
  // The request may come in, the answer may not leave.
  router.eth0.inject({router.from_wan(IpBench::icmp(wan_host, wan, 8, 0, 1, Bytes(8)))});
  CHECK(router.eth0.sent.empty());
  CHECK(router.counter("inDelivers") == 1);
  router.give({"add ip fil=250 so=200.200.200.1 prot=icmp ic=echorply ac=incl"});
  router.eth0.inject({router.from_wan(IpBench::icmp(wan_host, wan, 8, 0, 1, Bytes(8)))});
  CHECK(router.eth0.sent.size() == 1);
  // Forwarded packets are none of its business.
  CHECK(router.passes(IpBench::udp(wan_host, lan_host, 1, 2, Bytes(8))));
  CHECK(router.counter("filtered") == 1);
}

TEST_CASE("a policy filter chooses among routes, and marks the type of service from 8 on") {
  Router router;
  const Ipv4Address far = ip("10.9.9.9");
  router.learn(router.eth0, ip("200.200.200.2"), mac(0x32), wan);
  router.learn(router.eth0, ip("200.200.200.3"), mac(0x33), wan);
  router.run_all({"add ip rou=0.0.0.0 int=eth0 next=200.200.200.2",
                  "add ip rou=0.0.0.0 int=eth0 next=200.200.200.3 poli=1", "add ip fil=100 so=192.168.1.100 poli=1",
                  "set ip int=vlan1 pol=100"});
  const auto leaves_to = [&](Ipv4Address from, Ipv4Address to) {
    router.eth0.sent.clear();
    router.vlan1.inject({router.from_lan(IpBench::udp(from, to, 1, 2, Bytes(8)))});
    return router.eth0.sent.empty() ? MacAddress() : wire::view_ethernet(router.eth0.sent.front())->destination;
  };
  CHECK(leaves_to(lan_host, far) == mac(0x33));
  CHECK(leaves_to(ip("192.168.1.101"), far) == mac(0x32));
  CHECK(leaves_to(lan_host, wan_host) == mac(0x22));  // the longer prefix goes before the policy
  // No route of that policy: the standard ones.
  router.run("set ip fil=100 ent=1 poli=2");
  CHECK(leaves_to(lan_host, far) == mac(0x32));
  router.run("set ip fil=100 ent=1 poli=9");
  CHECK(leaves_to(lan_host, far) == mac(0x33));
  const auto marked = wire::view_ipv4(Router::payload_of(router.eth0.sent.front()));
  REQUIRE(marked);
  CHECK(marked->tos() == 0x04);
  // The route's interface goes down, and with it the choice.
  router.run("delete ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.3 poli=1");
  CHECK(leaves_to(lan_host, far) == mac(0x32));
  // A prefix with routes of another policy alone is none for everybody else.
  router.run("add ip rou=10.9.0.0 mask=255.255.0.0 int=eth0 next=200.200.200.3 poli=3");
  CHECK(leaves_to(lan_host, far) == mac(0x32));
}

TEST_CASE("own packets take the routes of LOCAL's policy filter") {
  Router router;
  router.learn(router.eth0, ip("200.200.200.2"), mac(0x32), wan);
  router.learn(router.eth0, ip("200.200.200.3"), mac(0x33), wan);
  router.run_all({"add ip rou=0.0.0.0 int=eth0 next=200.200.200.2",
                  "add ip rou=0.0.0.0 int=eth0 next=200.200.200.3 poli=4",
                  "add ip fil=100 so=0.0.0.0 prot=udp dp=500 poli=4", "set ip local pol=100"});
  const Bytes data(4);
  router.api->send_udp({{}, ip("10.9.9.9"), 500, 500, data});
  router.api->send_udp({{}, ip("10.9.9.9"), 501, 501, data});
  REQUIRE(router.eth0.sent.size() == 2);
  CHECK(wire::view_ethernet(router.eth0.sent[0])->destination == mac(0x33));
  CHECK(wire::view_ethernet(router.eth0.sent[1])->destination == mac(0x32));
}

TEST_CASE("a priority filter orders what leaves in one burst") {
  Router router;
  router.give({"add ip fil=200 so=0.0.0.0 prot=udp dp=5060 prio=p3", "add ip fil=200 so=0.0.0.0 prot=udp dp=20 prio=p7",
               "set ip int=eth0 pri=200"});
  std::vector<Bytes> burst;
  for (const std::uint16_t port : {20, 80, 5060, 81, 5060}) {
    burst.push_back(router.from_lan(IpBench::udp(lan_host, wan_host, 1, port, Bytes(8))));
  }
  router.vlan1.inject(burst);
  std::vector<unsigned> ports;
  for (const Bytes& frame : router.eth0.sent) ports.push_back(load_be16(frame.data() + 36));
  CHECK(ports == std::vector<unsigned>{5060, 5060, 80, 81, 20});
}

TEST_CASE("the filters are full at their limit") {
  Router router;
  for (std::size_t i = 0; i < limits::filter_entries - 1; ++i) router.run("add ip fil=1 so=0.0.0.0 ac=incl");
  CHECK(router.run("add ip fil=2 so=0.0.0.0 ac=incl") == "Info (1005003): Operation successful.");
  CHECK(router.run("add ip fil=2 so=0.0.0.0 ac=incl") == "Error (3005303): IP filter table is full.");
}

}  // namespace
}  // namespace arrouter::test
