// VPNs of hosts behind the firewall: protocols without ports through NAT, beside the router's own IPsec.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

namespace protocol = wire::protocol;

constexpr std::string_view nat = "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0";
const Bytes own_esp{0, 0, 0, 7, 0, 0, 0, 1, 1, 2, 3, 4}, other_esp{0, 0, 0, 8, 0, 0, 0, 1, 1, 2, 3, 4};

/// IPsec that has one SA, of SPI 7.
class OneSa final : public IpsecStage {
 public:
  bool attached(InterfaceId) const override { return false; }
  void outbound(InterfaceId, Burst&) override {}
  void inbound_clear(InterfaceId, Burst&) override {}
  void inbound_protected(InterfaceId, Burst& burst) override {
    taken += burst.size();
    burst.clear();
  }
  bool owns(const PacketBuffer& packet) const override { return packet.data()[wire::ipv4_header + 3] == 7; }
  std::size_t taken = 0;
};

struct Bench : FireBench {
  explicit Bench(std::initializer_list<std::string_view> lines = {}) : FireBench(lines) { api->set_ipsec(&ipsec); }
  ~Bench() { api->set_ipsec(nullptr); }
  Bytes came(std::uint8_t number, const Bytes& payload) { return in(packet(server, wan, number, payload)); }
  OneSa ipsec;
};

TEST_CASE("ESP of a host inside comes back through NAT, the router's own goes to IPsec") {
  Bench bench{nat};
  CHECK(bench.came(protocol::esp, other_esp).empty());
  CHECK(bench.ipsec.taken == 1);  // nobody inside talks to that host: IPsec counts an unknown SPI
  const Bytes sent = bench.out(Bench::packet(lan_host, server, protocol::esp, other_esp));
  CHECK(Bench::key(sent).source.address == wan);
  const Bytes back = bench.came(protocol::esp, other_esp);
  REQUIRE_FALSE(back.empty());
  CHECK(Bench::key(back).destination.address == lan_host);
  CHECK(bench.came(protocol::esp, own_esp).empty());
  CHECK(bench.ipsec.taken == 2);
  // From somebody else it is nobody's.
  CHECK(bench.in(Bench::packet(gateway, wan, protocol::esp, other_esp)).empty());
  CHECK(bench.ipsec.taken == 3);
  // Another host inside cannot be told from the first one.
  CHECK(bench.out(Bench::packet(ip("192.168.1.101"), server, protocol::esp, other_esp)).empty());
  bench.good("delete firewall session=all");
  CHECK(bench.came(protocol::esp, other_esp).empty());
  CHECK(bench.ipsec.taken == 4);
}

TEST_CASE("a rule publishes a VPN server inside") {
  Bench bench{nat, "add fire poli=net ru=1 ac=allow int=eth0 prot=esp ip=192.168.1.100 gblip=200.200.200.1"};
  const Bytes came = bench.came(protocol::esp, other_esp);
  REQUIRE_FALSE(came.empty());
  CHECK(Bench::key(came).destination.address == lan_host);
  CHECK(Bench::key(bench.out(Bench::packet(lan_host, server, protocol::esp, other_esp))).source.address == wan);
  CHECK(bench.came(protocol::esp, own_esp).empty());
  CHECK(bench.came(protocol::ah, other_esp).empty());
  CHECK(bench.ipsec.taken == 2);
}

TEST_CASE("a rule about the router itself gives IPsec's packets to nobody") {
  Bench bench{nat, "add fire poli=net ru=1 ac=allow int=eth0 prot=all ip=200.200.200.1 gblip=200.200.200.1"};
  CHECK(bench.came(protocol::esp, other_esp).empty());
  CHECK(bench.ipsec.taken == 1);
}

TEST_CASE("GRE of a host inside") {
  Bench bench{nat};
  CHECK(bench.came(protocol::gre, other_esp).empty());
  CHECK_FALSE(bench.out(Bench::packet(lan_host, server, protocol::gre, other_esp)).empty());
  CHECK(Bench::key(bench.came(protocol::gre, other_esp)).destination.address == lan_host);
  CHECK(bench.ipsec.taken == 0);
}

}  // namespace
}  // namespace arrouter::test
