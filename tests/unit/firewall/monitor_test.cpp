// Monitors: who sees copies of whose packets.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

const Bytes data(16, 9);

struct Bench : FireBench {
  Bench() : FireBench{"add firewall policy=net nat=enhanced int=vlan1 gblint=eth0", "enable firewall monitor"} {}
  /// The copies that `port` sent, as told() has them.
  static std::vector<std::string> copies(BenchPort& port) {
    std::vector<std::string> seen;
    while (!port.sent.empty()) {
      const Bytes frame = port.next();
      const auto view = wire::view_ethernet(frame);
      if (view->destination == broadcast_mac) seen.push_back(told(Bytes(view->payload.begin(), view->payload.end())));
    }
    return seen;
  }
  /// A question and its answer.
  void talk(BenchPort& watched) {
    watched.sent.clear();
    vlan1.inject({from_lan(udp(lan_host, server, 1059, 53, data))});
    run("show firewall session");
    eth0.inject({from_wan(udp(server, wan, 53, 16384, data))});
  }
};

using Copies = std::vector<std::string>;

TEST_CASE("both directions are copied, as they leave") {
  Bench bench;
  bench.good("add firewall monitor=1 ip=192.168.1.100 copyto=eth0");
  bench.talk(bench.eth0);
  CHECK(Bench::copies(bench.eth0) ==
        Copies{"UDP 200.200.200.1:16384 -> 8.8.8.8:53", "UDP 8.8.8.8:53 -> 192.168.1.100:1059"});
}

TEST_CASE("APPLYTO says whose name for a host is meant") {
  const auto [side, address, copied] =
      GENERATE(table<std::string, std::string, bool>({{"private", "192.168.1.100", true},
                                                      {"private", "200.200.200.1", false},
                                                      {"private", "8.8.8.8", true},
                                                      {"public", "192.168.1.100", false},
                                                      {"public", "200.200.200.1", true},
                                                      {"both", "200.200.200.1", true},
                                                      {"both", "8.8.4.4", false}}));
  Bench bench;
  bench.good("add firewall monitor=1 ip=" + address + " copyto=vlan1 applyto=" + side);
  bench.talk(bench.vlan1);
  CAPTURE(side, address);
  CHECK(Bench::copies(bench.vlan1).empty() != copied);
}

TEST_CASE("the monitor that was added last counts, and only while monitors are enabled") {
  Bench bench;
  bench.good("add firewall monitor=9 ip=8.8.8.8 copyto=eth0");
  bench.good("add firewall monitor=1 ip=192.168.1.100 copyto=vlan1");
  bench.talk(bench.vlan1);
  CHECK(Bench::copies(bench.vlan1).size() == 2);
  CHECK(Bench::copies(bench.eth0).empty());
  bench.good("delete firewall monitor=1");
  bench.talk(bench.eth0);
  CHECK(Bench::copies(bench.eth0).size() == 2);
  bench.good("disable firewall monitor");
  bench.talk(bench.eth0);
  CHECK(Bench::copies(bench.eth0).empty());
}

TEST_CASE("what is denied is not copied, what is for the router is") {
  Bench bench;
  bench.good("add firewall monitor=1 ip=8.8.8.8 copyto=vlan1");
  bench.eth0.inject({bench.from_wan(FireBench::udp(server, wan, 1, 2, data))});
  CHECK(Bench::copies(bench.vlan1).empty());
  bench.eth0.inject({bench.from_wan(FireBench::icmp(server, wan, wire::icmp_type::echo, 0, 1, data))});
  CHECK(Bench::copies(bench.vlan1).size() == 2);  // and the router's answer
}

}  // namespace
}  // namespace arrouter::test
