// Answering a peer's offer: which policy, which proposal, and why not.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using namespace std::chrono_literals;
using isakmp::Refusal;
using test::ip4;
using test::IpsecFixture;

namespace {

using Kind = isakmp::TrafficId::Kind;

isakmp::Proposal esp(std::vector<isakmp::Transform> transforms, std::uint32_t spi = 0x9000) {
  return {{{isakmp::Protocol::esp, spi, std::move(transforms)}}};
}
constexpr isakmp::Transform aes_sha{enco::Cipher::aes128, enco::Hash::sha};
constexpr isakmp::Transform triple_sha{enco::Cipher::triple_des_outer, enco::Hash::sha};
constexpr isakmp::Transform triple_md5{enco::Cipher::triple_des_outer, enco::Hash::md5};

/// What Peer2 of the How-To network offers.
isakmp::Offer howto_offer(std::string_view peer = "200.200.200.1") {
  isakmp::Offer offer;
  offer.local = ip4("100.100.100.1");
  offer.peer = ip4(peer);
  offer.isakmp_policy = "vpn";
  offer.proposals = {esp({triple_sha})};
  offer.local_id = {Kind::subnet, ip4("192.168.1.0"), mask_of(24), 0, 0};
  offer.remote_id = {Kind::subnet, ip4("192.168.2.0"), mask_of(24), 0, 0};
  return offer;
}

isakmp::Refused refusal(IpsecFixture& fixture, const isakmp::Offer& offer) {
  const auto answer = fixture.isakmp.user->select(offer);
  REQUIRE_FALSE(answer.has_value());
  return answer.error();
}

/// A peer calls with such an offer and gets its bundle.
void answer_call(IpsecFixture& fixture, const isakmp::Offer& offer, std::uint32_t out_spi,
                 isakmp::Lifetime lifetime = {}) {
  const auto answer = fixture.isakmp.user->select(offer);
  REQUIRE(answer);
  isakmp::Bundle bundle;
  bundle.ipsec_policy = answer->ipsec_policy;
  bundle.bundle = answer->bundle;
  bundle.local = offer.local;
  bundle.peer = offer.peer;
  bundle.local_id = offer.local_id;
  bundle.remote_id = offer.remote_id;
  bundle.lifetime = lifetime;
  bundle.sas.push_back({isakmp::Protocol::esp, triple_sha, answer->spis[0], out_spi, {}, {}});
  for (std::uint8_t i = 0; i < 44; ++i) {
    bundle.sas[0].in_key.push_back(i);
    bundle.sas[0].out_key.push_back(i);
  }
  fixture.isakmp.user->install(bundle);
}

}  // namespace

TEST_CASE("the mirror image of a policy is taken and gets an SPI of ours") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto answer = fixture.isakmp.user->select(howto_offer());
  REQUIRE(answer);
  CHECK(answer->ipsec_policy == "vpn");
  CHECK(answer->proposal == 0);
  CHECK(answer->transforms == std::vector<std::size_t>{0});
  REQUIRE(answer->spis.size() == 1);
  CHECK(answer->spis[0] > 0xffff);
  const auto second = fixture.isakmp.user->select(howto_offer());
  REQUIRE(second);
  CHECK(second->bundle != answer->bundle);
  CHECK(second->spis[0] != answer->spis[0]);
}

TEST_CASE("a refusal says what was offered and what is configured") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  auto offer = howto_offer();
  offer.proposals = {esp({triple_md5})};
  CHECK(refusal(fixture, offer).refusal == Refusal::no_proposal_chosen);
  CHECK(refusal(fixture, offer).reason == "offered ESP 3DESOUTER MD5 TUNNEL; policy vpn has ESP 3DESOUTER SHA TUNNEL");
  offer = howto_offer();
  offer.remote_id.second = mask_of(16);
  CHECK(refusal(fixture, offer).refusal == Refusal::invalid_id);
  CHECK(refusal(fixture, offer).reason ==
        "offered local 192.168.1.0/255.255.255.0 remote 192.168.2.0/255.255.0.0; "
        "vpn has local 192.168.1.0/255.255.255.0 remote 192.168.2.0/255.255.255.0");
  offer = howto_offer();
  std::swap(offer.local_id, offer.remote_id);
  CHECK(refusal(fixture, offer).refusal == Refusal::invalid_id);
  offer = howto_offer();
  offer.peer = ip4("200.200.200.2");
  CHECK(refusal(fixture, offer).refusal == Refusal::no_policy);
  offer = howto_offer();
  offer.isakmp_policy = "other";
  CHECK(refusal(fixture, offer).refusal == Refusal::no_policy);
  offer = howto_offer();
  offer.pfs = enco::Group::modp1024;
  CHECK(refusal(fixture, offer).reason == "offered group 2; policy vpn has no PFS");
  fixture.configure("set ipsec pol=vpn usepfsk=true gro=1");
  CHECK(refusal(fixture, offer).reason == "offered group 2; policy vpn has group 1");
  CHECK(refusal(fixture, howto_offer()).reason == "offered no PFS; policy vpn has group 1");
  fixture.configure("disable ipsec");
  CHECK(refusal(fixture, offer).refusal == Refusal::not_enabled);
}

TEST_CASE("the offer's order of preference counts") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure(
      "create ipsec sas=2 key=isakmp prot=esp enc=aes128 hasha=sha\n"
      "create ipsec sas=3 key=isakmp prot=esp enc=3desouter hasha=md5\n"
      "set ipsec bund=1 string=\"1 or 2, 3\"");
  auto offer = howto_offer();
  offer.proposals = {esp({triple_md5, aes_sha}), esp({triple_sha})};
  auto answer = fixture.isakmp.user->select(offer);
  REQUIRE(answer);
  CHECK(answer->proposal == 0);
  CHECK(answer->transforms[0] == 1);  // the first alternative of ours comes first
  offer.proposals = {esp({{enco::Cipher::des, enco::Hash::sha}}), esp({triple_md5})};
  answer = fixture.isakmp.user->select(offer);
  REQUIRE(answer);
  CHECK(answer->proposal == 1);
  offer.proposals = {};
  CHECK(refusal(fixture, offer).refusal == Refusal::no_proposal_chosen);
}

TEST_CASE("callers from anywhere: ANY addresses take what the caller has") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec sas=1 key=isakmp prot=esp mod=transport enc=3desouter hasha=sha\n"
      "create ipsec bund=1 key=isakmp string=\"1\"\n"
      "create ipsec pol=roaming int=eth0 ac=ipsec key=isakmp bund=1 peer=any isa=roaming\n"
      "set ipsec pol=roaming lp=1701 tra=udp\nenable ipsec");
  isakmp::Offer offer;
  offer.local = ip4("100.100.100.1");
  offer.peer = ip4("211.211.211.1");
  offer.isakmp_policy = "ROAMING";
  offer.proposals = {esp({{enco::Cipher::triple_des_outer, enco::Hash::sha, isakmp::Encapsulation::transport}})};
  offer.local_id = {Kind::address, ip4("100.100.100.1"), {}, 17, 1701};
  offer.remote_id = {Kind::address, ip4("211.211.211.1"), {}, 17, 1701};
  REQUIRE(fixture.isakmp.user->select(offer));
  offer.local_id.port = 1702;
  CHECK(refusal(fixture, offer).refusal == Refusal::invalid_id);
}

TEST_CASE("LNAME and RNAME choose among policies for callers from anywhere") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha\n"
      "create ipsec bund=1 key=isakmp string=\"1\"\n"
      "create ipsec pol=one int=eth0 ac=ipsec key=isakmp bund=1 peer=dynamic lad=192.168.1.0 lma=255.255.255.0\n"
      "set ipsec pol=one rname=Branch1\n"
      "create ipsec pol=two int=eth0 ac=ipsec key=isakmp bund=1 peer=dynamic lad=192.168.1.0 lma=255.255.255.0\n"
      "set ipsec pol=two lname=office.example rname=\"cn=branch2,o=us\"\nenable ipsec");
  auto offer = howto_offer();
  const auto chosen = [&](std::string local, std::string remote) {
    offer.names = {std::move(local), std::move(remote)};
    const auto answer = fixture.isakmp.user->select(offer);
    return answer ? answer->ipsec_policy : answer.error().reason;
  };
  CHECK(chosen("100.100.100.1", "branch1") == "one");
  CHECK(chosen("Office.example", "CN=branch2,O=us") == "two");
  CHECK(chosen("other.example", "cn=branch2,o=us") ==
        "no IPsec policy for peer 200.200.200.1 as other.example and cn=branch2,o=us; one is between ANY and Branch1; "
        "two is between office.example and cn=branch2,o=us");
  fixture.configure("set ipsec pol=two lname=any rname=any");
  CHECK(chosen("other.example", "branch3") == "two");
}

TEST_CASE("of policies for named callers the one that has a packet's bundle takes it, and the first what none has") {
  IpsecFixture fixture;
  fixture.configure(
      "create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha\n"
      "create ipsec bund=1 key=isakmp string=\"1\"\n"
      "create ipsec pol=one int=eth0 ac=ipsec key=isakmp bund=1 peer=any rname=branch1\n"
      "create ipsec pol=two int=eth0 ac=ipsec key=isakmp bund=1 peer=any rname=branch2\n"
      "create ipsec pol=rest int=eth0 ac=permit\nenable ipsec");
  const auto call = [&](int number) {
    auto offer = howto_offer();
    offer.names = {"office", fmt::format("branch{}", number)};
    offer.peer = Ipv4Address(200, 200, 200, static_cast<std::uint8_t>(number));
    offer.remote_id = {Kind::subnet, Ipv4Address(192, 168, static_cast<std::uint8_t>(number), 0), mask_of(24), 0, 0};
    answer_call(fixture, offer, 0x5000U + static_cast<unsigned>(number));
  };
  const auto spi_towards = [&](std::string_view host) {
    const Packet out = fixture.out(fixture.packet("192.168.1.100", host));
    return out && out->data()[9] == 50 ? load_be32(out->data() + 20) : 0;
  };
  CHECK(spi_towards("192.168.2.9") == 0);
  call(2);
  CHECK(spi_towards("192.168.2.9") == 0x5002);
  call(1);
  CHECK(spi_towards("192.168.1.9") == 0x5001);
  CHECK(spi_towards("192.168.2.9") == 0x5002);
  CHECK(spi_towards("192.168.3.9") == 0);
  CHECK(fixture.counter("one", PolicyCounter::out_no_bundle_fail) == 2);
  CHECK(fixture.counter("rest", PolicyCounter::out_permit) == 0);  // nothing leaves in clear
}

TEST_CASE("a dynamic peer replaces its predecessor, ANY serves many") {
  for (const std::string_view kind : {"dynamic", "any"}) {
    IpsecFixture fixture;
    fixture.configure(test::ipsec_howto);
    fixture.configure(fmt::format("set ipsec pol=vpn peer={}", kind));
    answer_call(fixture, howto_offer("1.1.1.1"), 0x5000);
    answer_call(fixture, howto_offer("2.2.2.2"), 0x6000);
    const auto& bundles = fixture.module->state().policies.find("vpn")->bundles;
    CHECK(bundles.size() == (kind == "any" ? 2U : 1U));
    CHECK(bundles.rbegin()->second->peer == ip4("2.2.2.2"));
    CHECK(bundles.rbegin()->second->sas[0]->specification == 1);
  }
}

TEST_CASE("a responder renews what it grants for less than was asked, and only that") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure("set ipsec bund=1 expirys=600");
  SECTION("a longer life was asked for") {
    answer_call(fixture, howto_offer(), 0x5000, {3600, 0});
    fixture.services.time.advance(569s);
    CHECK(fixture.isakmp.acquires.empty());
    fixture.services.time.advance(1s);
    REQUIRE(fixture.isakmp.acquires.size() == 1);
    CHECK(fixture.isakmp.acquires[0].lifetime.seconds == 600);
  }
  SECTION("the same or a shorter one") {
    const std::uint32_t asked = GENERATE(600U, 400U);
    answer_call(fixture, howto_offer(), 0x5000, {asked, 0});
    fixture.services.time.advance(std::chrono::seconds(asked - 1));
    CHECK(fixture.module->state().policies.find("vpn")->bundles.size() == 1);
    fixture.services.time.advance(1s);
    CHECK(fixture.module->state().policies.find("vpn")->bundles.empty());
    CHECK(fixture.isakmp.acquires.empty());
  }
}

TEST_CASE("packets that overtake the keys wait for them, a few") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto answer = fixture.isakmp.user->select(howto_offer());
  REQUIRE(answer);
  for (std::size_t i = 0; i <= limits::ipsec_queued_packets; ++i) {
    Packet packet = fixture.packet("200.200.200.1", "100.100.100.1", 50, 100);
    store_be32(packet->data() + 20, answer->spis[0]);
    CHECK(fixture.in(std::move(packet)).empty());
  }
  CHECK(fixture.counter(GroupCounter::main_in_bad_spi) == 1);  // the ninth
  fixture.isakmp.user->failed("vpn", answer->bundle, "timed out");
  CHECK(fixture.counter(GroupCounter::main_in_bad_spi) == 9);
}

TEST_CASE("negotiations under way are limited and give everything back") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  std::vector<std::uint32_t> indexes;
  for (std::size_t i = 0; i < limits::ipsec_negotiations; ++i) {
    const auto answer = fixture.isakmp.user->select(howto_offer());
    REQUIRE(answer);
    indexes.push_back(answer->bundle);
  }
  CHECK(refusal(fixture, howto_offer()).reason == "no room for another bundle");
  for (const std::uint32_t index : indexes) fixture.isakmp.user->failed("vpn", index, "timed out");
  CHECK(fixture.isakmp.user->select(howto_offer()));
}
