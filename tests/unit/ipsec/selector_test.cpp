// Which packets a policy means, and what is offered to the peer for it.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::ip4;
using test::IpsecFixture;

namespace {

/// "permit", "drop" or "ipsec": what happens to a packet that leaves by eth0.
std::string fate(IpsecFixture& fixture, Packet packet) {
  const auto acquires = fixture.isakmp.acquires.size();
  if (fixture.out(std::move(packet))) return "permit";
  return fixture.isakmp.acquires.size() > acquires ? "ipsec" : "drop";
}

}  // namespace

TEST_CASE("the first policy that matches decides, and no match drops") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec pol=web int=eth0 ac=deny tra=tcp rp=80\n"
      "create ipsec pol=all int=eth0 ac=permit rad=1.1.1.1-1.1.1.9\n"
      "enable ipsec");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1", 6, 60, 1024, 80)) == "drop");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1", 6, 60, 1024, 81)) == "permit");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1", 17, 60, 1024, 80)) == "permit");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.9")) == "permit");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.0")) == "drop");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.10")) == "drop");
  CHECK(fixture.counter("web", PolicyCounter::out_deny) == 1);
  CHECK(fixture.counter("all", PolicyCounter::out_permit) == 3);
  CHECK(fixture.counter(GroupCounter::main_out_no_policy) == 2);
}

TEST_CASE("local means source on the way out and destination on the way in") {
  IpsecFixture fixture;
  fixture.configure("create ipsec pol=ike int=eth0 ac=permit lp=500\nenable ipsec");
  CHECK(fate(fixture, fixture.packet("100.100.100.1", "200.200.200.1", 17, 60, 500, 1000)) == "permit");
  CHECK(fate(fixture, fixture.packet("100.100.100.1", "200.200.200.1", 17, 60, 1000, 500)) == "drop");
  CHECK(fixture.in_clear(fixture.packet("200.200.200.1", "100.100.100.1", 17, 60, 1000, 500)));
  CHECK_FALSE(fixture.in_clear(fixture.packet("200.200.200.1", "100.100.100.1", 17, 60, 500, 1000)));
  CHECK(fixture.counter(GroupCounter::main_in_no_policy) == 1);
  CHECK(fixture.counter("ike", PolicyCounter::in_permit) == 1);
}

TEST_CASE("subnets, single addresses, protocols by name and number") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec pol=net int=eth0 ac=permit lad=10.1.2.3 lma=255.255.0.0 tra=89\n"
      "create ipsec pol=host int=eth0 ac=permit rad=9.9.9.9 tra=icmp ic=8\nenable ipsec");
  CHECK(fate(fixture, fixture.packet("10.1.255.255", "1.1.1.1", 89)) == "permit");
  CHECK(fate(fixture, fixture.packet("10.2.0.0", "1.1.1.1", 89)) == "drop");
  CHECK(fate(fixture, fixture.packet("10.1.0.0", "1.1.1.1", 88)) == "drop");
  CHECK(fate(fixture, fixture.packet("7.7.7.7", "9.9.9.9")) == "permit");
  Packet reply = fixture.packet("7.7.7.7", "9.9.9.9");
  reply->data()[20] = 0;  // echo reply
  CHECK(fate(fixture, std::move(reply)) == "drop");
}

TEST_CASE("OPAQUE means ports out of reach, ANY means them too, a number does not") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec pol=number int=eth0 ac=deny rp=53 tra=udp\n"
      "create ipsec pol=opaque int=eth0 ac=permit rp=opaque tra=udp\nenable ipsec");
  const auto fragment = [&] {
    Packet packet = fixture.packet("192.168.1.1", "1.1.1.1", 17, 60, 1, 53);
    store_be16(packet->data() + 6, 100);  // a later fragment
    wire::finish_ipv4(packet->data());
    return packet;
  };
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1", 17, 60, 1, 53)) == "drop");
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1", 17, 60, 1, 54)) == "drop");
  CHECK(fate(fixture, fragment()) == "permit");
  CHECK(fixture.counter("number", PolicyCounter::out_deny) == 1);
  fixture.configure("set ipsec pol=opaque rp=any");
  CHECK(fate(fixture, fragment()) == "permit");
}

TEST_CASE("POSITION renumbers while packets flow") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec pol=a int=eth0 ac=permit\ncreate ipsec pol=b int=eth0 ac=deny pos=1\n"
      "create ipsec pol=c int=eth0 ac=permit pos=100\nenable ipsec");
  auto& policies = fixture.module->state().policies;
  CHECK(policies.position(*policies.find("b")) == 1);
  CHECK(policies.position(*policies.find("a")) == 2);
  CHECK(policies.position(*policies.find("C")) == 3);
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1")) == "drop");
  fixture.configure("set ipsec pol=b pos=3");
  CHECK(policies.position(*policies.find("b")) == 3);
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1")) == "permit");
  fixture.configure("destroy ipsec pol=a\ndestroy ipsec pol=c");
  CHECK(policies.position(*policies.find("b")) == 1);
  CHECK(fate(fixture, fixture.packet("192.168.1.1", "1.1.1.1")) == "drop");
}

TEST_CASE("an interface holds 100 policies and not one more, unless the lab says so") {
  IpsecFixture fixture;
  for (int i = 0; i < 100; ++i) fixture.configure(fmt::format("create ipsec pol=p{} int=eth0 ac=permit", i));
  CHECK(fixture.run("create ipsec pol=more int=eth0 ac=permit").text ==
        "Error (3081258): Interface eth0 has the most policies it can have.\n");
  fixture.configure("lab set ipsec maxpolicies=101\ncreate ipsec pol=p100 int=eth0 ac=permit");
  CHECK(fixture.run("create ipsec pol=more int=eth0 ac=permit").outcome.failed());
  CHECK_FALSE(fixture.run("create ipsec pol=more int=vlan1 ac=permit").outcome.failed());
}

TEST_CASE("policies that want each other's sealed packets end in a counted drop") {
  IpsecFixture fixture;
  fixture.configure(
      "create enco key=10 type=des value=0x101f2c3b49576473\n"
      "create ipsec sas=1 key=manual prot=esp enc=des enck=10 insp=1001 outs=1001\n"
      "create ipsec sas=2 key=manual prot=esp enc=des enck=10 insp=1002 outs=1002\n"
      "create ipsec bund=1 key=manual string=1\ncreate ipsec bund=2 key=manual string=2\n"
      "create ipsec pol=a int=eth0 ac=ipsec key=manual bund=1 peer=1.1.1.1\nset ipsec pol=a rad=2.2.2.2\n"
      "create ipsec pol=b int=eth0 ac=ipsec key=manual bund=2 peer=2.2.2.2\nset ipsec pol=b rad=1.1.1.1\n"
      "enable ipsec");
  CHECK_FALSE(fixture.out(fixture.packet("192.168.1.1", "2.2.2.2")));
  CHECK(fixture.counter("a", PolicyCounter::out_process_done) == 3);
  CHECK(fixture.counter("b", PolicyCounter::out_process_done) == 2);
  CHECK(fixture.counter("b", PolicyCounter::out_process_fail_imm) == 1);
  CHECK(fixture.services.pool.available() == fixture.services.pool.total());
}

TEST_CASE("a packet that has been protected is not asked again") {
  IpsecFixture fixture;
  fixture.configure("create ipsec pol=none int=eth0 ac=deny\nenable ipsec");
  Packet packet = fixture.packet("192.168.1.1", "1.1.1.1");
  packet->meta.ipsec_done = true;
  CHECK(fate(fixture, std::move(packet)) == "permit");
}

TEST_CASE("selectors become phase 2 identities") {
  using Kind = isakmp::TrafficId::Kind;
  const NumberSelector any, udp{NumberSelector::Kind::number, 17}, port{NumberSelector::Kind::number, 1701};
  const auto subnet = traffic_id({AddressSelector::Kind::subnet, ip4("192.168.1.7"), mask_of(24)}, any, any);
  CHECK(subnet == isakmp::TrafficId{Kind::subnet, ip4("192.168.1.0"), mask_of(24), 0, 0});
  const auto host = traffic_id({AddressSelector::Kind::address, ip4("1.2.3.4"), {}}, port, udp);
  CHECK(host == isakmp::TrafficId{Kind::address, ip4("1.2.3.4"), {}, 17, 1701});
  const auto range = traffic_id({AddressSelector::Kind::range, ip4("1.1.1.1"), ip4("1.1.1.9")}, any, any);
  CHECK(range == isakmp::TrafficId{Kind::range, ip4("1.1.1.1"), ip4("1.1.1.9"), 0, 0});
  CHECK(traffic_range(traffic_id({}, any, any)) == Ipv4Range{Ipv4Address(0), Ipv4Address(0xffffffff)});
}
