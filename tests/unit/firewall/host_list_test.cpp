// Lists that name hosts by their MAC address, and LIST=RADIUS, where somebody else is asked.
#include <catch2/catch.hpp>

#include "modules/firewall/asked_hosts.h"
#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

const Bytes data(16, 9);

/// Answers when it is told to.
struct Authority {
  struct Question {
    Ipv4Address host;
    std::optional<MacAddress> mac;
    std::function<void(std::optional<bool>)> answer;
  };
  firewall::HostQuestion ask() {
    return [this](Ipv4Address host, std::optional<MacAddress> mac, std::function<void(std::optional<bool>)> answer) {
      asked.push_back({host, mac, std::move(answer)});
    };
  }
  std::vector<Question> asked;
};

TEST_CASE("a list of MAC addresses names the hosts that have them") {
  FireBench bench;
  REQUIRE(bench.services.files.write({"flash", "cards.txt"}, "00-00-cd-00-00-11 the boss\n"));
  bench.good("add fire poli=net li=cards fi=cards.txt ty=address");
  bench.good("add fire poli=net ru=1 ac=deny int=vlan1 prot=udp list=cards");
  bench.learn(bench.vlan1, ip("192.168.1.9"), mac(0x19), lan);
  CHECK(bench.out(FireBench::udp(lan_host, server, 1, 53, data)).empty());
  CHECK_FALSE(bench.out(FireBench::udp(ip("192.168.1.9"), server, 1, 53, data)).empty());
}

TEST_CASE("LIST=RADIUS asks once for each host and remembers the answer for MACCACHETIMEOUT") {
  Authority authority;
  FireBench bench{"add fire poli=net ru=1 ac=allow int=eth0 prot=udp list=radius", "set fire poli=net macc=10"};
  bench.firewall_api->set_authority(authority.ask());
  const auto passes = [&bench] {
    bench.run("delete firewall session=all");
    return !bench.in(FireBench::udp(gateway, lan_host, 1, 2, data)).empty();
  };
  CHECK_FALSE(passes());  // nobody knows yet
  CHECK_FALSE(passes());
  REQUIRE(authority.asked.size() == 1);
  CHECK(authority.asked[0].host == gateway);
  CHECK(authority.asked[0].mac == mac(0x22));
  authority.asked[0].answer(true);
  CHECK(passes());
  bench.wait(10min - 1ms);
  CHECK(passes());
  bench.wait(1ms);
  CHECK_FALSE(passes());
  REQUIRE(authority.asked.size() == 2);
  authority.asked[1].answer(std::nullopt);  // nobody could be asked: that is no answer
  CHECK_FALSE(passes());
  REQUIRE(authority.asked.size() == 3);
  authority.asked[2].answer(false);
  CHECK_FALSE(passes());
  CHECK(authority.asked.size() == 3);
}

TEST_CASE("until the answer comes a DENY rule keeps out, and without an authority nobody is listed") {
  FireBench bench{"add fire poli=net ru=1 ac=deny int=vlan1 prot=udp list=radius"};
  const auto passes = [&bench] {
    bench.run("delete firewall session=all");
    return !bench.out(FireBench::udp(lan_host, server, 1, 2, data)).empty();
  };
  CHECK(passes());
  Authority authority;
  bench.firewall_api->set_authority(authority.ask());
  CHECK_FALSE(passes());
  authority.asked.at(0).answer(false);
  CHECK(passes());
}

TEST_CASE("a hundred questions are under way at most; late answers hurt nobody") {
  Authority authority;
  {
    firewall::AskedHosts hosts;
    hosts.set_authority(authority.ask());
    const Instant now{1s};
    for (std::uint32_t i = 0; i < 101; ++i) CHECK_FALSE(hosts.listed(Ipv4Address(i + 1), {}, now, 60s));
    CHECK(authority.asked.size() == 100);
    authority.asked[0].answer(true);
    CHECK(hosts.listed(Ipv4Address(1), {}, now, 60s) == true);
    CHECK_FALSE(hosts.listed(Ipv4Address(101), {}, now, 60s));
    CHECK(authority.asked.size() == 101);
  }
  authority.asked[1].answer(true);
}

}  // namespace
}  // namespace arrouter::test
