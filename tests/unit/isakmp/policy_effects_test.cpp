// What parameters of policies do on the wire: SENDIDALWAYS, DHEXPONENTLENGTH, and the names an IPsec policy demands.
#include "modules/isakmp/engine.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

std::size_t times(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Wants a bundle between the two ends themselves, whose IDs may be left out.
void want_host_to_host(Offices& net) {
  const auto host = [](const Peer& peer) { return isakmp::TrafficId{{}, peer.ip.own, {}, 0, 0}; };
  net.a.user.local_id = net.b.user.remote_id = host(net.a);
  net.a.user.remote_id = net.b.user.local_id = host(net.b);
  isakmp::Acquire wanted;
  wanted.ipsec_policy = "vpn";
  wanted.local = net.a.ip.own;
  wanted.peer = net.b.ip.own;
  wanted.local_id = net.a.user.local_id;
  wanted.remote_id = net.a.user.remote_id;
  wanted.ids_needed = false;
  wanted.proposals = {{{{isakmp::Protocol::esp, net.a.user.next_spi++, {net.a.user.transform}}}}};
  net.a.isakmp.acquire(wanted);
}

isakmp::Acquire named(Peer& from, const Peer& to, isakmp::EndNames names) {
  isakmp::Acquire wanted;
  wanted.ipsec_policy = "vpn";
  wanted.names = std::move(names);
  wanted.local = from.ip.own;
  wanted.peer = to.ip.own;
  wanted.local_id = from.user.local_id;
  wanted.remote_id = from.user.remote_id;
  wanted.proposals = {{{{isakmp::Protocol::esp, from.user.next_spi++, {from.user.transform}}}}};
  return wanted;
}

/// Knows of Diffie-Hellman what it was asked for, and does nothing.
struct Asked final : isakmp::Effects {
  std::optional<unsigned> exponent_bits;
  bool send(const isakmp::Endpoint&, const isakmp::Endpoint&, ByteView) override { return true; }
  void log(LogSeverity, std::string_view, std::string, std::string) override {}
  bool debugging(isakmp::DebugFlag) const override { return false; }
  void debug(isakmp::DebugFlag, std::string) override {}
  void generate_dh(std::uint64_t, enco::Group, unsigned bits) override { exponent_bits = bits; }
  void compute_dh(std::uint64_t, const enco::DhPair&, ByteView) override {}
  void sign(std::uint64_t, std::uint16_t, ByteView) override {}
  void verify(std::uint64_t, const enco::RsaPublicKey&, ByteView, ByteView) override {}
  std::string_view system_name() const override { return {}; }
  void authenticate(std::uint64_t, isakmp::XauthType, const std::string&, SecretBytes) override {}
  Ipv4Address source_for(const isakmp::Policy&, Ipv4Address, Ipv4Address wanted) override { return wanted; }
  WallTime wall_now() const override { return {}; }
  isakmp::KeyUser* user() override { return nullptr; }
};

}  // namespace

TEST_CASE("SENDIDALWAYS: IDs go along that could be left out") {
  const bool always = GENERATE(false, true);
  Offices net;
  net.configure(always ? "enc=3desouter gro=2 sendid=true" : "enc=3desouter gro=2");
  net.b.run("enable isakmp debug=pkt");
  want_host_to_host(net);
  REQUIRE(net.up());
  const std::string_view heard = net.b.terminal->text;
  const auto quick = heard.find("Xchg Type: QUICK");
  REQUIRE(quick != std::string_view::npos);
  // The initiator's two, and the responder's, who answers with what it got.
  CHECK(times(heard.substr(quick), "Type: Identification (ID)") == (always ? 4U : 0U));
  CHECK(net.b.user.offers.at(0).remote_id == net.a.user.local_id);
}

TEST_CASE("DHEXPONENTLENGTH is the length of the exponents that are drawn") {
  Offices net;
  net.configure();
  for (const unsigned bits : {160U, 161U, 500U, 1023U}) {
    isakmp::Policy policy;
    policy.name = "keys";
    policy.peer = {isakmp::PeerSetting::Kind::address, net.b.ip.own};
    policy.mode = isakmp::ExchangeType::aggressive;  // whose first message has the public value
    policy.key = 1;
    policy.dh_exponent_bits = bits;
    isakmp::PolicyStore policies;
    policies.put(policy);
    isakmp::Engine engine(policies, net.a.enco.api, net.a.services.random);
    Asked asked;
    engine.handle(isakmp::event::Enable{}, net.time.now(), asked);
    engine.handle(isakmp::event::Wanted{named(net.a, net.b, {})}, net.time.now(), asked);
    CHECK(asked.exponent_bits == bits);
  }
}

TEST_CASE("a bundle is negotiated between the ends that the IPsec policy names, by the ISAKMP policy that has them") {
  Offices net;
  net.a.run("create enco key=1 type=general value=secret");
  net.b.run("create enco key=1 type=general value=secret");
  const std::string options = " key=1 mode=aggressive enc=3desouter gro=2";
  net.a.run("create isakmp pol=a pe=200.200.200.1 localid=a.example remoteid=b.example" + options);
  net.a.run("create isakmp pol=c pe=200.200.200.1 localid=c@example remoteid=any" + options);
  net.b.run("create isakmp pol=a pe=any localid=b.example remoteid=a.example" + options);
  net.b.run("create isakmp pol=c pe=any localid=b.example remoteid=c@example" + options);
  net.a.run("enable isakmp");
  net.b.run("enable isakmp");
  const auto want = [&](isakmp::EndNames names) {
    net.a.isakmp.acquire(named(net.a, net.b, std::move(names)));
    net.time.advance(5s);
  };
  SECTION("the first policy's names") {
    want({"A.Example", "b.example"});
    REQUIRE(net.b.user.offers.size() == 1);
    CHECK(net.b.user.offers[0].names == isakmp::EndNames{"b.example", "a.example"});
    CHECK(net.b.user.offers[0].isakmp_policy == "a");
  }
  SECTION("one name is enough") {
    want({"c@example", ""});
    REQUIRE(net.b.user.offers.size() == 1);
    CHECK(net.b.user.offers[0].names == isakmp::EndNames{"b.example", "c@example"});
  }
  SECTION("nobody is called so") {
    want({"d.example", ""});
    CHECK(net.a.user.failures == std::vector<std::string>{"no ISAKMP policy for the peer"});
    CHECK(net.b.user.offers.empty());
  }
  SECTION("the peer proves another name than RNAME") {
    want({"c@example", "x.example"});
    CHECK(net.a.user.failures ==
          std::vector<std::string>{"the ISAKMP SA is between c@example and b.example, not LNAME and RNAME"});
    CHECK(net.b.user.offers.empty());
  }
}
