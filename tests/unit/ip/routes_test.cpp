#include <catch2/catch.hpp>

#include "modules/ip/routes.h"
#include "os/base/random.h"

namespace arrouter::test {
namespace {

using ip::Route;
using ip::RouteTable;

Route via(Ipv4Address network, int length, InterfaceId interface) {
  Route route;
  route.mask = mask_of(length);
  route.network = network.masked(route.mask);
  route.interface = interface;
  route.next_hop = Ipv4Address(interface);
  return route;
}

/// What the table should say, the slow way: every route looked at.
std::vector<const Route*> expected(const std::list<Route>& all, Ipv4Address to) {
  std::vector<const Route*> best;
  const auto rank = [](const Route& route) {
    return std::tuple(32 - *prefix_length(route.mask), RouteTable::preference(route), route.metric);
  };
  for (const Route& route : all) {
    if (!route.active || to.masked(route.mask) != route.network) continue;
    if (!best.empty() && rank(route) > rank(*best.front())) continue;
    if (!best.empty() && rank(route) < rank(*best.front())) best.clear();
    best.push_back(&route);
  }
  return best;
}

TEST_CASE("look-ups agree with looking at every route, while routes come and go and interfaces go down and up") {
  SeededRandom random(7);
  RouteTable table;
  std::list<Route> all;
  const auto somewhere = [&] {
    return Ipv4Address(static_cast<std::uint32_t>(0x0a000000 | random.below(1 << 14) << 6));
  };
  for (int step = 0; step < 3000; ++step) {
    if (random.below(3) != 0 || all.empty()) {
      Route route = via(somewhere(), static_cast<int>(random.below(33)), static_cast<InterfaceId>(1 + random.below(4)));
      route.metric = 1 + static_cast<unsigned>(random.below(3));
      if (random.below(4) == 0) route.preference = static_cast<unsigned>(random.below(100));
      if (table.add(route) == RouteTable::Added::added) all.push_back(route);
    } else if (random.below(8) == 0) {
      const auto interface = static_cast<InterfaceId>(1 + random.below(4));
      const bool up = random.below(2) == 0;
      table.set_interface_up(interface, up);
      for (Route& route : all) {
        if (route.interface == interface) route.active = up;
      }
    } else {
      auto victim = all.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(random.below(all.size())));
      CHECK(table.remove(*victim));
      all.erase(victim);
    }
    const Ipv4Address to = somewhere();
    const auto want = expected(all, to);
    const RouteTable::Paths* const got = table.lookup(to);
    REQUIRE((got == nullptr) == want.empty());
    if (got == nullptr) continue;
    REQUIRE(got->size() == want.size());
    CHECK(got->front()->network == want.front()->network);
    CHECK(got->front()->mask == want.front()->mask);
    CHECK(RouteTable::preference(*got->front()) == RouteTable::preference(*want.front()));
  }
  CHECK(table.size() == all.size());
}

TEST_CASE("default preferences") {
  Route route = via(Ipv4Address(10, 0, 0, 0), 8, 1);
  CHECK(RouteTable::preference(route) == 60);
  CHECK(RouteTable::preference(via({}, 0, 1)) == 360);
  CHECK(RouteTable::preference(via(Ipv4Address(10, 0, 0, 0), 8, 0)) == 5);
  route.protocol = ip::RouteProtocol::interface;
  CHECK(RouteTable::preference(route) == 0);
  route.preference = 65535;
  CHECK(RouteTable::preference(route) == 65535);
}

TEST_CASE("a blackhole and a route of equal cost do not share traffic") {
  RouteTable table;
  Route blackhole = via(Ipv4Address(10, 0, 0, 0), 8, 0);
  blackhole.next_hop = {};
  blackhole.preference = 60;
  table.add(blackhole);
  table.add(via(Ipv4Address(10, 0, 0, 0), 8, 1));
  const RouteTable::Paths* const paths = table.lookup(Ipv4Address(10, 1, 1, 1));
  REQUIRE(paths->size() == 1);
  CHECK_FALSE(paths->front()->blackhole());
}

TEST_CASE("routes of a policy are kept but not taken") {
  RouteTable table;
  Route route = via(Ipv4Address(10, 0, 0, 0), 8, 1);
  route.policy = 3;
  CHECK(table.add(route) == RouteTable::Added::added);
  CHECK(table.lookup(Ipv4Address(10, 1, 1, 1)) == nullptr);
  CHECK(table.size() == 1);
}

TEST_CASE("every change is seen by caches") {
  RouteTable table;
  const Route route = via(Ipv4Address(10, 0, 0, 0), 8, 1);
  std::uint32_t seen = table.generation();
  const auto changed = [&] {
    const bool differs = table.generation() != seen;
    seen = table.generation();
    return differs;
  };
  table.add(route);
  CHECK(changed());
  table.set_interface_up(1, false);
  CHECK(changed());
  table.set_interface_up(1, false);
  CHECK_FALSE(changed());
  table.remove(route);
  CHECK(changed());
}

}  // namespace
}  // namespace arrouter::test
