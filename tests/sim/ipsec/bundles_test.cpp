// Bundles of several SAs between whole routers: negotiated, on the wire, renewed under load.
#include <catch2/catch.hpp>

#include <set>
#include <sstream>

#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
#include "tests/sim/ipsec/figures.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view specifications = R"(
create ipsec sas=2 key=isakmp prot=ah mod=transport hasha=sha
create ipsec sas=3 key=isakmp prot=comp
create ipsec sas=4 key=isakmp prot=comp compa=deflate
create ipsec sas=5 key=isakmp prot=esp enc=aes128 hasha=null
create ipsec sas=6 key=isakmp prot=ah hasha=md5 anti=on
create ipsec sas=7 key=isakmp prot=esp mod=transport enc=des hasha=null anti=on rep=64
)";

/// The How-To network with the bundle string at Peer1 and (when it differs) at Peer2; counts what passes the Internet.
struct Bundles : HowToNetwork {
  explicit Bundles(std::string_view string, std::string_view at_peer2 = {}, std::string_view extra = {})
      : HowToNetwork(chosen_seed(5), std::string(specifications) + std::string(extra)) {
    for (VirtualRouter* const peer : {&peer1, &peer2}) {
      // Only what differs in this test: no NAT traversal, whose heartbeats and ports are not the subject.
      peer->run("set isakmp pol=\"wiz_Peer1 to Peer2\" natt=false");
      const std::string_view own = peer == &peer2 && !at_peer2.empty() ? at_peer2 : string;
      REQUIRE_FALSE(peer->run(fmt::format("set ipsec bund=1 string=\"{}\"", own)).outcome.failed());
    }
    internet.watch([this](ByteView packet) {
      const std::uint8_t protocol = wire::view_ipv4(packet)->protocol();
      if (protocol != wire::protocol::udp) protocols.insert(protocol);
      return true;
    });
  }
  std::vector<std::string> sa_protocols(VirtualRouter& router) {
    std::vector<std::string> found;
    std::istringstream lines(router.text("show ipsec sa"));
    for (std::string line; std::getline(lines, line);) {
      if (const auto at = line.find("Valid"); at != std::string::npos) {
        std::istringstream words(line.substr(at));
        std::string state, protocol;
        words >> state >> protocol;
        found.push_back(protocol);
      }
    }
    return found;
  }
  std::set<int> protocols;
};

}  // namespace

TEST_CASE("bundles are negotiated: several protocols in one proposal, alternatives, any order") {
  struct Row {
    std::string_view string, at_peer2;
    std::vector<std::string> sas;
    std::set<int> on_the_wire;
  };
  const auto row = GENERATE(Row{"1 AND 2", {}, {"ESP", "AH"}, {51}},                  // ESP, then AH over it
                            Row{"6", {}, {"AH"}, {51}},                               // AH tunnel
                            Row{"3 AND 1", {}, {"IPComp", "ESP"}, {50}},              // LZS, then ESP
                            Row{"4 AND 1 AND 2", {}, {"IPComp", "ESP", "AH"}, {51}},  // all three
                            Row{"7 AND 6", {}, {"ESP", "AH"}, {51}},      // ESP of the inner header, AH tunnel
                            Row{"3", {}, {"IPComp"}, {108}},              // nothing but compression
                            Row{"5 OR 1", "1", {"ESP"}, {50}},            // the responder takes the second transform
                            Row{"1 AND 2, 5", "5", {"ESP"}, {50}},        // … the second proposal
                            Row{"3 AND 5 OR 1, 1", "1", {"ESP"}, {50}});  // … the last
  CAPTURE(row.string);
  Bundles world(row.string, row.at_peer2);
  for (int i = 0; i < 5; ++i) {
    world.pc1.ping(world.pc2.address(), 400);
    world.time.advance(2s);
  }
  CHECK(world.pc1.answered() == 5);  // the first ones waited for the bundle
  CHECK(world.sa_protocols(world.peer1) == row.sas);
  CHECK(world.sa_protocols(world.peer2) == row.sas);
  CHECK(world.protocols == row.on_the_wire);
  // The other way round, with Peer2 asking.
  world.peer1.run("reset ipsec pol=\"wiz_Peer1 to Peer2\"");
  world.peer2.run("reset ipsec pol=\"wiz_Peer1 to Peer2\"");
  world.time.advance(1s);
  if (row.at_peer2.empty()) {
    world.pc2.ping(world.pc1.address(), 1200);
    world.time.advance(5s);
    CHECK(world.pc2.answered() == 1);
    CHECK(world.sa_protocols(world.peer1) == row.sas);
  }
}

TEST_CASE("however two ends write a negotiated bundle, its protocols are applied in one order") {
  const auto [here, there] = GENERATE(std::pair("1 AND 2", "2 AND 1"), std::pair("2 AND 1", "1 AND 2"),
                                      std::pair("2 AND 1 AND 4", "4 AND 1 AND 2"), std::pair("1 AND 3", "3 AND 1"));
  CAPTURE(here, there);
  Bundles world(here, there);
  const bool authenticated = std::string_view(here).find('2') != std::string_view::npos;
  for (Host* const pc : {&world.pc1, &world.pc2}) {
    pc->ping(pc == &world.pc1 ? world.pc2.address() : world.pc1.address(), 400);
    world.time.advance(5s);
    CHECK(pc->answered() == 1);
  }
  CHECK(world.protocols == std::set<int>{authenticated ? 51 : 50});  // AH outside, else ESP; IPComp never
  CHECK(world.sa_protocols(world.peer1) == world.sa_protocols(world.peer2));
}

TEST_CASE("renewals under load lose nothing, whatever the bundle is") {
  const auto string = GENERATE("1", "1 AND 2", "3 AND 1");
  CAPTURE(string);
  Bundles world(string, {}, "set ipsec bund=1 expirys=300\n");
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  world.ping_for(2000s, 100ms);
  world.time.advance(5s);
  CHECK(world.pc1.sent() == 20001);
  CHECK(world.pc1.answered() == world.pc1.sent());
  CHECK(world.pc1.duplicates() == 0);
  CHECK(figure(world.peer1, "show ipsec counters=setup", "bundleCreate") > 5);
}

TEST_CASE("renewals by kilobytes under load lose nothing") {
  Bundles world("1", {}, "set ipsec bund=1 expiryk=100\n");
  world.pc1.ping(world.pc2.address());
  world.time.advance(5s);
  for (int i = 0; i < 4000; ++i) {
    world.pc1.ping(world.pc2.address(), 300);
    world.time.advance(50ms);
  }
  world.time.advance(5s);
  CHECK(world.pc1.answered() == world.pc1.sent());
  CHECK(world.pc1.duplicates() == 0);
}

TEST_CASE("a bad network: nothing arrives twice or damaged, replays are counted, the figures add up") {
  const auto string = GENERATE("1", "7 AND 6", "3 AND 1");
  CAPTURE(string);
  Bundles world(string, {}, "set ipsec sas=1 anti=on rep=64\nset ipsec bund=1 expirys=300\nset ipsec sas=2 anti=on\n");
  world.pc1.ping(world.pc2.address());
  world.time.advance(10s);
  world.impair({.loss = 3, .duplicate = 5, .corrupt = 3, .reorder = 5, .delay = 20ms, .reorder_delay = 120ms});
  world.ping_for(900s, 50ms);
  world.impair({});
  world.time.advance(30s);
  CHECK(world.pc1.duplicates() == 0);
  CHECK(world.pc1.answered() > world.pc1.sent() * 7 / 10);
  CHECK(world.pc2.requests_seen() <= world.pc1.sent());
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) {
    const auto esp = [&](const char* name) { return figure(*peer, "show ipsec counters=esp", name); };
    const auto ah = [&](const char* name) { return figure(*peer, "show ipsec counters=ah", name); };
    CHECK(esp("outStart") == esp("outDone"));
    CHECK(esp("inStart") == esp("inDone") + esp("inAuthFail") + esp("inDecryptFail") + esp("inReplayFail"));
    const std::uint64_t ah_ends = ah("inDone") + ah("inAuthFail") + ah("inReplayFail");
    CHECK(ah("inStart") >= ah_ends);
    CHECK(ah("inStart") <= ah_ends + ah("inLengthBad"));  // a flipped bit may be one of AH's own length
    CHECK(esp("inReplayFail") + ah("inReplayFail") > 100);
  }
  world.pc1.ping(world.pc2.address());
  const auto before = world.pc1.answered();
  world.time.advance(5s);
  CHECK(world.pc1.answered() == before + 1);
}
