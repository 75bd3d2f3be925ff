// What routers on the way say about outer packets that are too big.
#include <catch2/catch.hpp>

#include "modules/ipsec/route_templates.h"
#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::IpsecFixture;

namespace {

struct Tunnel {
  explicit Tunnel(std::string_view options = "set ipsec pol=vpn dfb=copy", std::string_view from = "192.168.1.100",
                  std::string_view to = "192.168.2.100")
      : from(from), to(to) {
    fixture.configure(test::ipsec_howto);
    fixture.configure(options);
    fixture.out(fixture.packet(from, to));
    fixture.isakmp.user->install(test::keyed_bundle(fixture.isakmp.acquires.back(), 0x5000));
    fixture.ip.sent.clear();
  }
  Packet send(std::size_t length, bool dont_fragment = true) {
    Packet packet = fixture.packet(from, to, 17, length, 1, 2);
    if (dont_fragment) packet->data()[6] = 0x40;
    wire::finish_ipv4(packet->data());
    return fixture.out(std::move(packet));
  }
  /// ICMP about a packet that was sent, of which header and eight bytes come back.
  void tell(unsigned mtu, std::size_t changed_at = 0) {
    const Packet sent = send(1400);
    REQUIRE(sent);
    Bytes quoted(sent->view().begin(), sent->view().begin() + 28);
    if (changed_at != 0) quoted[changed_at] ^= 1;
    fixture.ip.stage->path_too_narrow(quoted, mtu);
  }
  std::string_view from, to;
  IpsecFixture fixture;
};

}  // namespace

TEST_CASE("a narrow path lowers what fits into the tunnel, for ten minutes") {
  Tunnel tunnel;
  tunnel.tell(1300);
  CHECK_FALSE(tunnel.send(1400));
  CHECK(tunnel.fixture.ip.too_big == std::vector<unsigned>{1246});  // 20 + 8 + 8 + (1246 + 2) + 12 = 1296
  const Packet fits = tunnel.send(1246);
  REQUIRE(fits);
  CHECK(fits->size() == 1296);
  CHECK(wire::view_ipv4(fits->view())->dont_fragment());
  tunnel.fixture.services.time.advance(std::chrono::minutes(10));
  CHECK(tunnel.send(1400));
}

TEST_CASE("transport mode: the router's own packets with DF heed the path, for ten minutes; others may be cut there") {
  Tunnel between_ends(
      "set ipsec sas=1 mod=transport\n"
      "set ipsec pol=vpn lad=100.100.100.1 lma=255.255.255.255 rad=200.200.200.1 rma=255.255.255.255",
      "100.100.100.1", "200.200.200.1");
  CHECK(between_ends.send(1490));  // what the interface does not take is for IP to judge
  between_ends.tell(1300);
  CHECK_FALSE(between_ends.send(1400));
  CHECK(between_ends.fixture.ip.too_big == std::vector<unsigned>{1266});  // 20 + 8 + 8 + (1246 + 2) + 12 = 1296
  CHECK(between_ends.fixture.ip.drops[IpDrop::would_fragment] == 1);
  CHECK(between_ends.send(1266)->size() == 1296);
  CHECK_FALSE(between_ends.send(1267));
  CHECK(between_ends.send(1400, false));
  between_ends.fixture.services.time.advance(std::chrono::minutes(10));
  CHECK(between_ends.send(1400));
}

TEST_CASE("ICMP about what this router did not send, or that says nonsense, is not believed") {
  Tunnel tunnel;
  for (const std::size_t changed : {12, 16, 9, 20}) {  // source, destination, protocol, SPI
    tunnel.tell(1300, changed);
    CHECK(tunnel.send(1400));
  }
  tunnel.tell(1500);  // more than the packet had
  CHECK(tunnel.send(1400));
  tunnel.fixture.ip.stage->path_too_narrow(Bytes(27, 0x45), 600);
  tunnel.fixture.ip.stage->path_too_narrow({}, 600);
  CHECK(tunnel.send(1400));
  tunnel.tell(68);  // nobody makes us send crumbs
  CHECK_FALSE(tunnel.send(552));
  CHECK(tunnel.send(490));
}

TEST_CASE("an old router names no size: the next of the usual ones is tried") {
  Tunnel tunnel;
  tunnel.tell(0);  // about 1456 bytes: 1006 is next
  CHECK_FALSE(tunnel.send(1000));
  CHECK(tunnel.send(950));
}

TEST_CASE("a range is covered by the fewest networks") {
  const auto networks = networks_of({Ipv4Address(0x0a000001), Ipv4Address(0x0a000006)});
  const std::vector<std::pair<Ipv4Address, Ipv4Address>> expected{{Ipv4Address(0x0a000001), mask_of(32)},
                                                                  {Ipv4Address(0x0a000002), mask_of(31)},
                                                                  {Ipv4Address(0x0a000004), mask_of(31)},
                                                                  {Ipv4Address(0x0a000006), mask_of(32)}};
  CHECK(networks == expected);
  CHECK(networks_of({Ipv4Address(0), Ipv4Address(0xffffffff)}).size() == 1);
  CHECK(networks_of({Ipv4Address(0xc0a80100), Ipv4Address(0xc0a801ff)}).size() == 1);
}
