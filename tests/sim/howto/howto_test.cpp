// The How-To Note's network, whole: tunnel up by the first ping, screens as in the Note, days of renewals.
#include <catch2/catch.hpp>

#include <regex>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::HowToNetwork;

namespace {

using SpiPair = std::pair<std::uint32_t, std::uint32_t>;  // out, in

/// OutSPI and InSPI of every row of SHOW IPSEC SA.
std::vector<SpiPair> spis(test::VirtualRouter& router) {
  static const std::regex row(R"(ESP +(\d+) +(\d+))");
  std::vector<SpiPair> pairs;
  const std::string text = router.text("show ipsec sa");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), row); at != std::sregex_iterator(); ++at) {
    pairs.emplace_back(std::stoul((*at)[1]), std::stoul((*at)[2]));
  }
  return pairs;
}

/// Each SA of one end stands mirrored at the other.
bool mirrored(HowToNetwork& network) {
  auto left = spis(network.peer1), right = spis(network.peer2);
  for (auto& [out, in] : right) std::swap(out, in);
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  return left == right;
}

std::uint64_t counter(test::VirtualRouter& router, std::string_view name) {
  const std::string text = router.text("show ipsec policy=\"wiz_Peer1 to Peer2\" counters");
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(std::string(name) + " +(\\d+)"))) return ~0ULL;
  return std::stoull(found[1]);
}

/// Counts packets that the Internet must never see: LAN addresses, or the pings' payload in clear.
struct ClearTextWatch {
  explicit ClearTextWatch(HowToNetwork& network) {
    network.internet.watch([this](ByteView packet) {
      const auto ip = wire::view_ipv4(packet);
      const bool lan = ip->source().value >> 16 == 0xc0a8 || ip->destination().value >> 16 == 0xc0a8;
      const std::string_view bytes(reinterpret_cast<const char*>(packet.data()), packet.size());
      if (lan || bytes.find("aaaaaaaaaaaaaaaa") != std::string_view::npos) ++leaks;
      if (ip->protocol() == wire::protocol::esp) ++esp;
      return true;
    });
  }
  std::uint64_t leaks = 0, esp = 0;
};

}  // namespace

TEST_CASE("the first ping brings the tunnel up and is not lost") {
  HowToNetwork network(test::chosen_seed(1));
  ClearTextWatch watch(network);
  INFO("seed " << network.seed);
  network.pc1.ping(network.pc2.address());
  network.time.advance(5s);
  CHECK(network.pc1.answered() == 1);
  REQUIRE(spis(network.peer1).size() == 1);
  CHECK(mirrored(network));
  CHECK(network.peer1.text("show ipsec sa").find("0       wiz_Peer1 to Peer2       0        Valid      ESP") !=
        std::string::npos);
  network.ping_for(10s);
  network.time.advance(1s);
  CHECK(network.pc1.answered() == 11);
  for (test::VirtualRouter* const peer : {&network.peer1, &network.peer2}) {
    CHECK(counter(*peer, "outProcessDone") == 11);
    CHECK(counter(*peer, "inProcessDone") == 11);
  }
  CHECK(watch.esp == 22);
  CHECK(watch.leaks == 0);
}

TEST_CASE("both ends start at once") {
  HowToNetwork network(test::chosen_seed(2));
  INFO("seed " << network.seed);
  network.pc1.ping(network.pc2.address());
  network.pc2.ping(network.pc1.address());
  network.time.advance(30s);
  network.ping_for(10s);
  network.time.advance(1s);
  CHECK(network.pc1.answered() == 11);
  CHECK(network.pc2.answered() == 1);
  CHECK(mirrored(network));
}

TEST_CASE("disable and enable on one end, as the Note's step 7") {
  HowToNetwork network(test::chosen_seed(3));
  INFO("seed " << network.seed);
  network.ping_for(3s);
  for (const char* const line : {"disable ipsec", "disable isakmp", "enable isakmp", "enable ipsec"}) {
    CHECK_FALSE(network.peer1.run(line).outcome.failed());
  }
  CHECK(spis(network.peer1).empty());
  network.ping_for(30s);
  network.time.advance(1s);
  CHECK(network.pc1.answered() >= 28);
  CHECK(spis(network.peer1).size() == 1);
  CHECK(mirrored(network));
}

TEST_CASE("renewals lose no packet on a good line") {
  HowToNetwork network(test::chosen_seed(4), "set ipsec bund=1 expirys=300");
  ClearTextWatch watch(network);
  INFO("seed " << network.seed);
  network.ping_for(1h);
  network.time.advance(1s);
  CHECK(network.pc1.answered() == network.pc1.sent());
  CHECK(network.pc1.duplicates() == 0);
  CHECK(watch.leaks == 0);
  CHECK(counter(network.peer1, "setupDone") >= 12);
  CHECK(spis(network.peer1).size() <= 2);
  CHECK(mirrored(network));
}

TEST_CASE("two days on a line that loses a tenth") {
  HowToNetwork network(test::chosen_seed(5),
                       "set ipsec bund=1 expirys=3600\n"
                       "set isakmp pol=\"wiz_Peer1 to Peer2\" expirys=7200");
  ClearTextWatch watch(network);
  INFO("seed " << network.seed);
  network.impair({.loss = 5, .duplicate = 1, .reorder = 1});  // on both cables: about a tenth of all packets
  Duration longest{};
  Instant last = network.time.now();
  for (const Instant end = network.time.now() + 48h; network.time.now() < end;) {
    network.pc1.ping(network.pc2.address());
    network.time.advance(10s);
    last = std::max(last, network.pc1.last_answer());
    longest = std::max(longest, network.time.now() - last);
    if (network.time.now() - last > 150s) {
      std::string state;
      for (test::VirtualRouter* const peer : {&network.peer1, &network.peer2}) {
        for (const char* const line : {"show ipsec sa", "show isakmp sa", "show isakmp exchange", "show log"}) {
          state += peer->text(line) + "\n";
        }
      }
      FAIL(state);
    }
  }
  CAPTURE(whole_seconds(longest), network.pc1.answered(), network.pc1.sent());
  CHECK(longest <= 150s);
  CHECK(network.pc1.answered() * 10 >= network.pc1.sent() * 7);  // two crossings: 0.9 * 0.9, less the outages
  CHECK(watch.leaks == 0);
  CHECK(spis(network.peer1).size() <= 6);
  network.impair({});
  network.time.advance(60s);
  const auto answered = network.pc1.answered();
  network.ping_for(60s);
  network.time.advance(1s);
  CHECK(network.pc1.answered() >= answered + 59);
  // What was processed outbound at one end arrived at the other, or was lost on the way; nothing came from nowhere.
  CHECK(counter(network.peer2, "inProcessDone") <= counter(network.peer1, "outProcessDone") * 102 / 100);
  CHECK(counter(network.peer1, "inPolicyFilterFail") == 0);
}
