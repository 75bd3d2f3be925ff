// Ten thousand bundles between two routers, one after another: what the last ones cost, and screens that show them all.
#include <catch2/catch.hpp>

#include <ctime>
#include <iostream>

#include <fmt/format.h>

#include "tests/support/two_sites.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

constexpr std::size_t everything = 10000, part = 1000, together = 50;

double cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <class Work>
double seconds_of(Work work) {
  const double before = cpu_s();
  work();
  return cpu_s() - before;
}

std::size_t times(const std::string& text, std::string_view wanted) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; at += wanted.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("ten thousand bundles: the last thousand costs little more than the second did, and screens stay quick") {
  TwoSites sites({.path = TwoSites::Path::esp, .sa_for_each_flow = true});
  const std::uint64_t before = sites.arrived();
  std::vector<double> costs;  // of each part
  for (std::size_t first = 0; first < everything; first += part) {
    costs.push_back(seconds_of([&] {
      for (std::size_t at = first; at < first + part; at += together) {
        sites.send(together, 64, at, everything);
        sites.time().advance(std::chrono::seconds(1));
      }
    }));
  }
  sites.time().advance(std::chrono::seconds(1));
  std::cout << fmt::format("a bundle, both ends: {:.0f} us at 1,500, {:.0f} us at 9,500\n", costs[1] / part * 1e6,
                           costs.back() / part * 1e6);
  CHECK(costs.back() < 2.5 * costs[1]);  // six times, were there anything that looks at all of them
  CHECK(sites.arrived() - before == everything);

  VirtualRouter& router = sites.router1();
  std::string shown;
  const double list = seconds_of([&] { shown = router.text("show ipsec sa"); });
  CHECK(times(shown, "Valid") == everything);
  double detail = seconds_of([&] { shown = router.text("show ipsec sa=9999"); });
  CHECK(shown.find("SA Id .................................... 9999\n") != std::string::npos);
  const double channels = seconds_of([&] { shown = router.text("show enco channel"); });
  CHECK(times(shown, "Open") == 2 * everything);
  const double bundles = seconds_of([&] { shown = router.text("show ipsec policy sabundle"); });
  CHECK(times(shown, "Bundle Index") == everything);
  std::cout << fmt::format("ms of SHOW IPSEC SA: {:.1f}, SA=9999: {:.2f}, ENCO CHANNEL: {:.1f}, SABUNDLE: {:.1f}\n",
                           list * 1e3, detail * 1e3, channels * 1e3, bundles * 1e3);
  CHECK(list < 1);
  CHECK(detail < 0.01);
  const double reset = seconds_of([&] { router.run("reset ipsec policy=vpn"); });
  std::cout << fmt::format("s of RESET IPSEC POLICY with {} bundles: {:.2f}\n", everything, reset);
  CHECK(router.text("show ipsec sa").find("Valid") == std::string::npos);
  CHECK(reset < 5);
}
