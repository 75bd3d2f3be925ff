#include <catch2/catch.hpp>

#include <memory>
#include <random>

#include "modules/ipsec/bundle_index.h"
#include "modules/ipsec/sa.h"

using namespace arrouter;
using namespace arrouter::ipsec;

namespace {

using Id = isakmp::TrafficId;

/// What the index stands for: every bundle tried, newest first.
SaBundle* by_trying(const std::vector<std::unique_ptr<SaBundle>>& bundles, const FlowKey& flow) {
  SaBundle* unconfirmed = nullptr;
  for (auto at = bundles.rbegin(); at != bundles.rend(); ++at) {
    SaBundle& bundle = **at;
    if (bundle.exhausted || !bundle.traffic.contains(flow)) continue;
    if (bundle.outbound_ready) return &bundle;
    if (unconfirmed == nullptr) unconfirmed = &bundle;
  }
  return unconfirmed;
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  Ipv4Address address() {
    return Ipv4Address(10, 0, static_cast<std::uint8_t>(below(3)), static_cast<std::uint8_t>(below(4)));
  }
  Id side() {
    Id id;
    id.first = address();
    switch (below(4)) {
      case 0:
        break;
      case 1:
        id.kind = Id::Kind::subnet;
        id.second = mask_of(below(2) == 0 ? 24 : 16);
        break;
      case 2:  // a range that is a prefix, and one that is none
        id.kind = Id::Kind::range;
        id.second = Ipv4Address(id.first.value | 3);
        break;
      default:
        id.kind = Id::Kind::subnet;
        id.first = id.second = {};
        break;
    }
    if (below(3) == 0) id.protocol = below(2) == 0 ? 6 : 17;
    if (below(3) == 0) id.port = static_cast<std::uint16_t>(1 + below(2));
    return id;
  }
  FlowKey flow() {
    FlowKey flow;
    flow.local = address();
    flow.remote = address();
    flow.protocol = below(2) == 0 ? 6 : 17;
    flow.local_port = static_cast<std::uint16_t>(1 + below(2));
    flow.remote_port = static_cast<std::uint16_t>(1 + below(2));
    flow.ports = below(4) == 0 ? FlowKey::Ports::opaque : FlowKey::Ports::known;
    return flow;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace

TEST_CASE("the index finds the bundle that trying all of them finds") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U, 5U);
  CAPTURE(seed);
  Dice dice(seed);
  BundleIndex index;
  std::vector<std::unique_ptr<SaBundle>> bundles;
  for (int step = 0; step < 400; ++step) {
    if (bundles.size() < 5 || dice.below(3) != 0) {
      auto made = std::make_unique<SaBundle>();
      made->traffic = {dice.side(), dice.side()};
      made->outbound_ready = dice.below(3) != 0;
      made->exhausted = dice.below(8) == 0;
      made->age = static_cast<std::uint64_t>(step);
      index.add(*made);
      bundles.push_back(std::move(made));
    } else {
      const unsigned gone = dice.below(static_cast<unsigned>(bundles.size()));
      index.remove(*bundles[gone]);
      bundles.erase(bundles.begin() + gone);
    }
    for (int i = 0; i < 20; ++i) {
      const FlowKey flow = dice.flow();
      REQUIRE(index.find(flow) == by_trying(bundles, flow));
    }
    const SaBundle& one = *bundles[dice.below(static_cast<unsigned>(bundles.size()))];
    std::vector<SaBundle*> alike;
    for (const auto& other : bundles) {
      if (other->traffic == one.traffic) alike.push_back(other.get());
    }
    REQUIRE(index.generations_of(one) == alike);
  }
  while (!bundles.empty()) {
    index.remove(*bundles.back());
    bundles.pop_back();
  }
  CHECK(index.find(dice.flow()) == nullptr);
}
