// The search for a policy: the one that trying all of them in turn finds.
#include <catch2/catch.hpp>

#include <memory>
#include <random>

#include "modules/ipsec/policy_index.h"

using namespace arrouter;
using namespace arrouter::ipsec;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }

  Ipv4Address address() {
    return Ipv4Address(10, 0, static_cast<std::uint8_t>(below(3)), static_cast<std::uint8_t>(below(5)));
  }
  AddressSelector side() {
    using Kind = AddressSelector::Kind;
    const Ipv4Address first = address();
    switch (below(4)) {
      case 0:
        return {};
      case 1:
        return {Kind::address, first, {}};
      case 2:
        return {Kind::subnet, first, mask_of(below(2) == 0 ? 24 : 31)};
      default:
        return {Kind::range, first, Ipv4Address(first.value + below(4))};
    }
  }
  NumberSelector number(unsigned limit) {
    using Kind = NumberSelector::Kind;
    switch (below(4)) {
      case 0:
        return {Kind::number, static_cast<std::uint16_t>(below(limit))};
      case 1:
        return {Kind::opaque, 0};
      default:
        return {};
    }
  }
  Selectors selectors() {
    Selectors made{side(), side(), number(3), number(3), number(18), {}};
    if (below(4) == 0) made.icmp_types = {{0, 0}, {8, 9}};
    return made;
  }
  FlowKey flow() {
    constexpr std::uint8_t protocols[] = {0, 1, 6, 17, 50};
    FlowKey flow;
    flow.local = address();
    flow.remote = address();
    flow.protocol = protocols[below(5)];
    flow.ports = flow.protocol == 50 || below(5) == 0 ? FlowKey::Ports::opaque : FlowKey::Ports::known;
    if (flow.protocol <= 1) flow.ports = FlowKey::Ports::none;
    flow.local_port = static_cast<std::uint16_t>(flow.protocol == 1 ? below(10) : below(3));
    flow.remote_port = static_cast<std::uint16_t>(below(3));
    return flow;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace

TEST_CASE("the first policy that matches is found, wherever it stands") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U);
  CAPTURE(seed);
  Dice dice(seed);
  std::vector<std::unique_ptr<Policy>> policies;
  PolicyTable::List list;
  unsigned found = 0;
  for (int step = 0; step < 60; ++step) {
    policies.push_back(std::make_unique<Policy>());
    policies.back()->selectors = dice.selectors();
    list.insert(list.begin() + dice.below(static_cast<unsigned>(list.size() + 1)), policies.back().get());
    const PolicyIndex index(list);
    for (int i = 0; i < 50; ++i) {
      const FlowKey flow = dice.flow();
      const auto wanted = std::ranges::find_if(list, [&](const Policy* one) { return one->selectors.matches(flow); });
      Policy* const expected = wanted == list.end() ? nullptr : *wanted;
      REQUIRE(index.first_match(flow) == expected);
      found += expected != nullptr;
    }
  }
  CHECK(found > 500);  // of 3000 flows
}
