#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

const Bytes data(16, 9);

TEST_CASE("a device may have so many sessions, whoever else has how many") {
  FireBench bench{"add fire poli=net ru=1 ac=allow int=eth0 prot=udp"};
  const Ipv4Address neighbour = ip("192.168.1.101");
  const auto opens = [&bench](Ipv4Address host, std::uint16_t port, Ipv4Address to = server) {
    return !bench.out(FireBench::udp(host, to, port, 53, data)).empty();
  };
  CHECK(opens(lan_host, 1));
  CHECK(opens(lan_host, 2));
  // Sessions from before the rule count, and none of them ends.
  bench.good("add firewall policy=net limitrule=7 srciplimit=3 ip=192.168.1.1-192.168.1.254");
  CHECK(bench.sessions() == "2");
  CHECK(opens(lan_host, 3));
  CHECK_FALSE(opens(lan_host, 4));
  CHECK(opens(lan_host, 3));  // in progress
  CHECK(opens(neighbour, 4));
  CHECK(bench.run("show firewall event=deny").find("Session limit exceeded") != std::string::npos);
  CHECK(bench.run("show firewall policy=net limitrule detail") == R"(Policy : net

  Limit Rule ........................ 7
    Interface ....................... all
    IP .............................. 192.168.1.1 - 192.168.1.254
    Gbl Remote IP ................... all
    Source IP Limit ................. 3
      192.168.1.100 ................. 3
      192.168.1.101 ................. 1
)");
  bench.wait(std::chrono::seconds(301));
  CHECK(opens(lan_host, 4));
  // The strictest of the rules that match decides; a rule for another network does not.
  bench.good("add firewall policy=net limitrule=8 srciplimit=1 int=eth0 gblremoteip=8.8.8.8");
  CHECK_FALSE(opens(lan_host, 5));
  CHECK(opens(lan_host, 5, gateway));
  // From outside the device outside is the one that counts.
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 1000, data)).empty());
  CHECK(bench.in(FireBench::udp(server, lan_host, 1, 1001, data)).empty());
  bench.good("set firewall policy=net limitrule=8 srciplimit=2");
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 1001, data)).empty());
  bench.good("delete firewall policy=net limitrule=8");
  CHECK(bench.run("delete firewall policy=net limitrule=8") == "Error (3077268): Rule not found.");
  bench.good("set firewall policy=net limitrule=7 srciplimit=0");
  CHECK_FALSE(opens(lan_host, 6));
}

}  // namespace
}  // namespace arrouter::test
