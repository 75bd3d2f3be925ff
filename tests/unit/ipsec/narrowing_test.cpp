// SASELECTORFROMPKT: what an SA is asked for after a packet.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using test::IpsecFixture;

namespace {

using Kind = isakmp::TrafficId::Kind;

/// What is asked for a packet from 192.168.1.7, port 1234, to 192.168.2.9, port 80.
isakmp::Acquire asked(std::string_view from_packet, std::uint8_t protocol = 17) {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha\n"
      "create ipsec bund=1 key=isakmp string=\"1\"");
  fixture.configure(fmt::format(
      "create ipsec pol=vpn int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 sasel={}", from_packet));
  fixture.configure(
      "set ipsec pol=vpn lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0\nenable ipsec");
  fixture.out(fixture.packet("192.168.1.7", "192.168.2.9", protocol, 84, 1234, 80));
  REQUIRE(fixture.isakmp.acquires.size() == 1);
  return fixture.isakmp.acquires.front();
}

const isakmp::TrafficId all_local{Kind::subnet, test::ip4("192.168.1.0"), mask_of(24), 0, 0};
const isakmp::TrafficId all_remote{Kind::subnet, test::ip4("192.168.2.0"), mask_of(24), 0, 0};

}  // namespace

TEST_CASE("each selector shrinks to the packet's value where SASELECTORFROMPKT names it, and no other") {
  isakmp::TrafficId local = all_local, remote = all_remote;
  std::string_view word = "none";
  SECTION("NONE") {}
  SECTION("LADDRESS") {
    word = "laddress";
    local = {Kind::address, test::ip4("192.168.1.7"), {}, 0, 0};
  }
  SECTION("RADDRESS") {
    word = "raddress";
    remote = {Kind::address, test::ip4("192.168.2.9"), {}, 0, 0};
  }
  SECTION("LPORT") {
    word = "lport";
    local.port = 1234;
  }
  SECTION("RPORT") {
    word = "rport";
    remote.port = 80;
  }
  SECTION("TRANSPORTPROTOCOL") {
    word = "transportprotocol";
    local.protocol = remote.protocol = 17;
  }
  SECTION("ALL") {
    word = "all";
    local = {Kind::address, test::ip4("192.168.1.7"), {}, 17, 1234};
    remote = {Kind::address, test::ip4("192.168.2.9"), {}, 17, 80};
  }
  const isakmp::Acquire acquire = asked(word);
  CHECK(acquire.local_id == local);
  CHECK(acquire.remote_id == remote);
}

TEST_CASE("a packet without ports leaves them as the policy has them") {
  const isakmp::Acquire acquire = asked("all", 1);
  CHECK(acquire.local_id == isakmp::TrafficId{Kind::address, test::ip4("192.168.1.7"), {}, 1, 0});
  CHECK(acquire.remote_id == isakmp::TrafficId{Kind::address, test::ip4("192.168.2.9"), {}, 1, 0});
}
