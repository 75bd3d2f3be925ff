// A head office with one peer under a flood of ISAKMP requests from everywhere: what it costs, and what it leaves alone.
#include <catch2/catch.hpp>
#include <malloc.h>

#include "os/base/limits.h"
#include "tests/sim/scale/crowd.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct Siege {
  Siege() {
    internet.connect(office.port("eth0"), "200.200.200.0", 10ms);
    boot_site(office, site_configuration({"Office", "200.200.200", "192.168.2", "any", "10.0.0",
                                          "set ipsec pol=\"wiz_Peer1 to Peer2\" rad=any"}));
    // What a stranger says first, to forge others from.
    CrowdPeer stranger(tools, Ipv4Address(20, 0, 0, 9), Ipv4Address(10, 9, 0, 0), Ipv4Address(200, 200, 200, 1), 9,
                       [this](const isakmp::Endpoint&, const isakmp::Endpoint&, ByteView datagram) {
                         request.assign(datagram.begin(), datagram.end());
                       });
    stranger.connect();
  }
  /// Requests from as many addresses, a thousand in a second.
  void flood(std::uint32_t requests) {
    for (std::uint32_t n = 0; n < requests; ++n) {
      store_be32(request.data(), ++forged);  // another cookie
      town.send({Ipv4Address(0x64400000 + forged), 500}, {Ipv4Address(200, 200, 200, 1), 500}, request);
      time.advance(1ms);
    }
  }
  std::uint64_t counter(std::string_view name) {
    const std::string text = office.text("show isakmp counters=general");
    const auto at = text.find(name);
    REQUIRE(at != std::string::npos);
    return std::stoull(text.substr(at + name.size()));
  }
  /// The PC behind the office reaches the peer's LAN through the tunnel.
  bool reaches(const CrowdPeer& peer) {
    const auto before = peer.esp_arrived();
    pc.ping(Ipv4Address(peer.lan().value + 100));
    time.advance(50ms);
    return peer.esp_arrived() == before + 1;
  }

  VirtualTime time;
  Internet internet{time};
  CrowdTools tools{time, crowd_policy()};
  VirtualRouter office{time, "Office", "AR770S", 1};
  Host pc{time, "pc2", "192.168.2.100", "192.168.2.254"};
  MemoryLink cable{pc.port(), office.port("vlan1")};
  Town town{tools, internet, 0, 2, Ipv4Address(200, 200, 200, 1)};
  Bytes request;
  std::uint32_t forged = 0;
};

}  // namespace

TEST_CASE("A flood of requests costs little memory, pushes nothing out of the log and harms no tunnel") {
  Siege siege;
  CrowdPeer& peer = *siege.town.peers[0];
  peer.connect();
  siege.time.advance(1s);
  REQUIRE(siege.reaches(peer));

  siege.flood(5000);  // every table has what it can hold
  const std::size_t before = mallinfo2().uordblks;
  siege.flood(15000);
  siege.time.advance(100ms);
  const std::size_t after = mallinfo2().uordblks;
  CAPTURE(before, after);
  CHECK(after < before + (64U << 10));
  CHECK(siege.counter("halfOpenLimit") == 20000 - limits::isakmp_half_open);
  CHECK(siege.reaches(peer));

  siege.time.advance(5min);
  CHECK(siege.office.text("show isakmp exchange").find("MAIN") == std::string::npos);
  CHECK(siege.reaches(peer));
  const std::string log = siege.office.text("show log module=isakmp");
  CHECK(log.find("completed") != std::string::npos);  // of the peer, before the flood
  CHECK(log.find(" messages about unknown peers") != std::string::npos);
  CrowdPeer& late = *siege.town.peers[1];
  late.connect();
  siege.time.advance(1s);
  CHECK(siege.reaches(late));
}
