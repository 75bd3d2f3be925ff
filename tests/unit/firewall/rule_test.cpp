#include <catch2/catch.hpp>

#include "modules/firewall/rule.h"
#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);

std::string hits(FireBench& bench, unsigned rule) {
  bench.run("show firewall policy=net");
  const std::size_t at = bench.json.find("\"rule\":" + std::to_string(rule) + ",");
  const std::size_t value = bench.json.find("\"numberOfHits\":", at) + 15;
  return at == std::string::npos ? "none" : bench.json.substr(value, bench.json.find('}', value) - value);
}

TEST_CASE("a new rule takes its number and pushes the ones directly behind it") {
  firewall::Rules rules;
  const auto add = [&rules](std::uint32_t number, std::string interface) {
    firewall::Rule rule;
    rule.number = number;
    rule.interface = std::move(interface);
    return firewall::insert_rule(rules, std::move(rule));
  };
  for (const auto& [number, interface] : {std::pair(1, "a"), {2, "b"}, {3, "c"}, {7, "d"}})
    CHECK(add(number, interface));
  CHECK(add(4294967295, "last"));
  CHECK(add(2, "new"));
  const auto order = [&rules] {
    std::string text;
    for (const auto& [number, rule] : rules) {
      CHECK(rule.number == number);
      text += std::to_string(number) + rule.interface + " ";
    }
    return text;
  };
  CHECK(order() == "1a 2new 3b 4c 7d 4294967295last ");
  // Behind the highest number there is no room to move to.
  CHECK(add(4294967294, "e"));
  CHECK_FALSE(add(4294967294, "f"));
  CHECK_FALSE(add(4294967295, "g"));
  CHECK(order() == "1a 2new 3b 4c 7d 4294967294e 4294967295last ");
}

TEST_CASE("the first rule that matches decides, and counts") {
  FireBench bench{"add fire poli=net ru=20 ac=allow int=eth0 prot=udp ip=192.168.1.0-192.168.1.255 port=53",
                  "add fire poli=net ru=10 ac=deny int=eth0 prot=udp remoteip=8.8.8.8",
                  "add fire poli=net ru=30 ac=deny int=vlan1 prot=tcp port=telnet"};
  CHECK(bench.in(FireBench::udp(server, lan_host, 9, 53, data)).empty());
  CHECK_FALSE(bench.in(FireBench::udp(gateway, lan_host, 9, 53, data)).empty());
  CHECK(bench.in(FireBench::udp(gateway, lan_host, 9, 54, data)).empty());
  CHECK(bench.out(FireBench::tcp(lan_host, server, 1, 23, flag::syn)).empty());
  CHECK_FALSE(bench.out(FireBench::tcp(lan_host, server, 1, 24, flag::syn)).empty());
  CHECK(hits(bench, 10) == "1");
  CHECK(hits(bench, 20) == "1");
  CHECK(hits(bench, 30) == "1");
  CHECK(bench.run("show firewall event=deny").find("Policy rejected") != std::string::npos);
}

TEST_CASE("selectors: ports, source ports, protocols, times, days") {
  FireBench bench{"add fire poli=net ru=1 ac=allow int=eth0 prot=udp port=100-200 sourceport=7"};
  const auto passes = [&bench](std::uint16_t from, std::uint16_t to) {
    bench.run("delete firewall session=all");
    return !bench.in(FireBench::udp(server, lan_host, from, to, data)).empty();
  };
  CHECK_FALSE(passes(7, 99));
  CHECK(passes(7, 100));
  CHECK(passes(7, 200));
  CHECK_FALSE(passes(7, 201));
  CHECK_FALSE(passes(8, 150));
  bench.good("set fire poli=net ru=1 prot=tcp");
  CHECK_FALSE(passes(7, 150));
  bench.good("set fire poli=net ru=1 prot=17 port=all sourceport=all");
  CHECK(passes(1, 1));
  // Friday 2 February 2007.
  const auto at = [&bench](int day, std::chrono::seconds time) {
    bench.services.wall.set(std::chrono::sys_days(std::chrono::year(2007) / 2 / day) + time);
  };
  bench.good("set fire poli=net ru=1 after=08:00 before=17:30 days=weekday");
  at(2, 8h - 1s);
  CHECK_FALSE(passes(1, 1));
  at(2, 8h);
  CHECK(passes(1, 1));
  at(2, 17h + 30min + 59s);
  CHECK(passes(1, 1));
  at(2, 17h + 31min);
  CHECK_FALSE(passes(1, 1));
  at(3, 12h);
  CHECK_FALSE(passes(1, 1));
  bench.good("set fire poli=net ru=1 days=sat,sun");
  CHECK(passes(1, 1));
}

TEST_CASE("a rule with a TTL goes, with the sessions it made, and is not saved") {
  FireBench bench{"add fire poli=net ru=1 ac=allow int=eth0 prot=udp ttl=0:10"};
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 2, data)).empty());
  CHECK_FALSE(bench.out(FireBench::udp(lan_host, server, 5, 6, data)).empty());
  CHECK(bench.sessions() == "2");
  ConfigWriter writer;
  bench.firewall->dump(writer);
  for (const std::string& line : writer.sections().front().lines) CHECK(line.find(" ru=") == std::string::npos);
  bench.wait(200s);
  bench.out(FireBench::udp(lan_host, server, 5, 6, data));
  bench.in(FireBench::udp(server, lan_host, 1, 2, data));
  bench.wait(200s);
  bench.out(FireBench::udp(lan_host, server, 5, 6, data));
  bench.in(FireBench::udp(server, lan_host, 1, 2, data));
  bench.wait(200s - 1ms);
  CHECK(bench.sessions() == "2");
  bench.wait(1ms);
  CHECK(bench.sessions() == "1");
  CHECK(bench.in(FireBench::udp(server, lan_host, 1, 2, data)).empty());
}

TEST_CASE("a list names hosts") {
  FireBench bench;
  REQUIRE(bench.services.files.write({"flash", "hosts.txt"}, "# friends\n8.8.8.8\n10.0.0.1 - 10.0.0.9 branch\n"));
  REQUIRE(bench.services.files.write({"flash", "bad.txt"}, "8.8.8.8\nnobody\n"));
  CHECK(bench.run("add fire poli=net li=friends fi=none.txt ty=ip") == "Error (3077277): File none.txt not found.");
  CHECK(bench.run("add fire poli=net li=friends fi=bad.txt ty=ip") ==
        "Error (3077278): File bad.txt is not valid: line 2.");
  bench.good("add fire poli=net li=friends fi=hosts.txt ty=ip");
  bench.good("add fire poli=net ru=1 ac=allow int=eth0 prot=udp list=friends");
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 2, data)).empty());
  CHECK_FALSE(bench.in(FireBench::udp(ip("10.0.0.9"), lan_host, 1, 2, data)).empty());
  CHECK(bench.in(FireBench::udp(ip("10.0.0.10"), lan_host, 1, 2, data)).empty());
  CHECK(bench.run("delete fire poli=net li=friends") == "Error (3077275): List is used by rule 1.");
}

TEST_CASE("METHOD=PASSALL lets everything in, stateless") {
  FireBench bench{"set firewall policy=net int=eth0 method=passall"};
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 2, data)).empty());
  CHECK_FALSE(bench.out(FireBench::tcp(lan_host, server, 1, 2, flag::ack, 1, 1)).empty());
  CHECK(bench.sessions() == "0");
}

TEST_CASE("to the router: from outside what a rule allows and pings, from inside everything") {
  FireBench bench;
  int heard = 0;
  bench.api->listen_udp(500, "ISAKMP", [&heard](const UdpDatagram&) { ++heard; });
  const Bytes ike = FireBench::udp(server, wan, 500, 500, data);
  bench.in(ike);
  CHECK(heard == 0);
  bench.good("add fire poli=net ru=1 ac=allow int=eth0 prot=udp po=500 ip=200.200.200.1 gblip=200.200.200.1 gblp=500");
  bench.in(ike);
  CHECK(heard == 1);
  bench.out(FireBench::udp(lan_host, wan, 500, 500, data));
  CHECK(heard == 2);
  bench.good("set fire poli=net int=vlan1 trustprivate=no");
  bench.out(FireBench::udp(lan_host, lan, 500, 500, data));
  CHECK(heard == 2);
  bench.good("add fire poli=net ru=2 ac=allow int=vlan1 prot=udp port=isakmp");
  bench.out(FireBench::udp(lan_host, lan, 500, 500, data));
  CHECK(heard == 3);
  // With NAT the same rule still means the router.
  bench.good("add firewall policy=net nat=enhanced int=vlan1 gblint=eth0");
  bench.run("delete firewall session=all");
  bench.in(ike);
  CHECK(heard == 4);

  const Bytes ping = FireBench::icmp(server, wan, 8, 0, 0x70001, data);
  CHECK(FireBench::told(bench.back_out(ping)) == "ICMP 0 200.200.200.1 -> 8.8.8.8");
  bench.good("disable firewall policy=net ping");
  CHECK(bench.back_out(ping).empty());
  // What the router itself sends opens the way for the answer.
  bench.api->send_udp({wan, server, 4000, 53, data});
  bench.api->listen_udp(4000, "DNS", [&heard](const UdpDatagram&) { heard = 100; });
  bench.in(FireBench::udp(server, wan, 53, 4000, data));
  CHECK(heard == 100);
}

TEST_CASE("Ident: the router answers for its hosts, or refuses at once") {
  FireBench bench;
  const Bytes opened = bench.back_out(FireBench::tcp(server, wan, 3000, 113, flag::syn, 700));
  REQUIRE(FireBench::told(opened) == "TCP 200.200.200.1:113 -> 8.8.8.8:3000");
  auto segment = wire::view_tcp(wire::view_ipv4(opened)->payload());
  CHECK(segment->flags == (flag::syn | flag::ack));
  CHECK(segment->acknowledgement == 701);
  const std::string_view query = "6193 , 25\r\n";
  const Bytes answer =
      bench.back_out(FireBench::tcp(server, wan, 3000, 113, flag::psh | flag::ack, 701, segment->sequence + 1,
                                    {reinterpret_cast<const std::uint8_t*>(query.data()), query.size()}));
  REQUIRE(FireBench::told(answer) == "TCP 200.200.200.1:113 -> 8.8.8.8:3000");
  segment = wire::view_tcp(wire::view_ipv4(answer)->payload());
  CHECK(std::string(segment->payload.begin(), segment->payload.end()) == "6193 , 25 : ERROR : HIDDEN-USER\r\n");
  bench.good("disable firewall policy=net identproxy");
  const Bytes refused = bench.back_out(FireBench::tcp(server, wan, 3000, 113, flag::syn, 700));
  segment = wire::view_tcp(wire::view_ipv4(refused)->payload());
  CHECK(segment->flags == (flag::rst | flag::ack));
}

TEST_CASE("DEBUG prints packets and decisions on the terminal that asked") {
  FireBench bench{"enable firewall policy=net debug=pkt,process"};
  bench.out(FireBench::udp(lan_host, server, 1059, 53, data));
  CHECK(bench.terminal->output ==
        "FIRE net OUT 4500002c1234000040119671c0a8016408080808042300350018e10109090909090909090909090909090909\n"
        "FIRE net new session 0001 UDP 192.168.1.100:1059 <-> 8.8.8.8:53, gbl 192.168.1.100:1059 <-> 8.8.8.8:53\n");
  bench.good("disable firewall policy=net debug=pkt");
  bench.terminal->output.clear();
  bench.in(FireBench::udp(server, lan_host, 53, 1060, data));
  CHECK(bench.terminal->output == "FIRE net denied: Policy rejected\n");
}

TEST_CASE("options and fragments") {
  FireBench bench;
  Bytes routed = FireBench::udp(lan_host, server, 1, 2, data);
  routed.insert(routed.begin() + 20, {7, 7, 4, 0, 0, 0, 0, 0});
  routed[0] = 0x47;
  store_be16(routed.data() + 2, static_cast<std::uint16_t>(routed.size()));
  wire::finish_ipv4(routed.data());
  CHECK(bench.out(routed).empty());
  bench.good("enable firewall policy=net options=record_route");
  CHECK_FALSE(bench.out(routed).empty());

  // Fragments of a datagram whose UDP part is `size` bytes.
  std::uint16_t id = 0;
  const auto fragments = [&](std::size_t size, std::size_t step) {
    const Bytes whole = FireBench::udp(lan_host, server, 3, 4, Bytes(size - 8, 5));
    bench.eth0.sent.clear();
    ++id;
    for (std::size_t at = 0; at < size; at += step) {
      const std::size_t part = std::min(step, size - at);
      Bytes fragment = FireBench::packet(lan_host, server, wire::protocol::udp, ByteView(whole).subspan(20 + at, part),
                                         64, false, id);
      store_be16(fragment.data() + 6, static_cast<std::uint16_t>((at + part < size ? 0x2000 : 0) | at / 8));
      wire::finish_ipv4(fragment.data());
      bench.vlan1.inject({bench.from_lan(fragment)});
    }
    return bench.eth0.sent.size();
  };
  CHECK(fragments(1780, 1000) == 2);  // leaves in fragments that fit the cable
  CHECK(fragments(1781, 1000) == 0);
  bench.good("enable firewall policy=net fragment=udp");
  CHECK(fragments(1781, 1000) == 2);
  CHECK(fragments(160, 8) == 1);  // 20 fragments
  CHECK(fragments(168, 8) == 0);
  bench.good("set firewall maxfragments=50");
  CHECK(fragments(168, 8) == 1);
}

}  // namespace
}  // namespace arrouter::test
