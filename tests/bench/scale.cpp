// What a packet costs two whole routers, from LAN to LAN, by the number of SAs, flows, policies and firewall sessions:
// processor time alone, no kernel in it. And what an SA or a session takes of memory.
//   bench_scale sas COUNT        an SA for each of so many flows, packets spread over all; then with full packets
//   bench_scale policies COUNT   so many policies in front of the one that matches, 20000 flows
//   bench_scale sessions COUNT   a NAT session of the first router for each of so many flows; 0: no firewall
// Prints nanoseconds a packet, bytes of heap an SA or a session (0 for policies), and for SAs nanoseconds a full packet.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include <fmt/format.h>

#include "tests/support/two_sites.h"

using namespace arrouter::test;

namespace {

constexpr std::size_t payload = 64, full_payload = 1372, burst = 64;

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// The best of several rounds, each through every flow at least once.
double cost_ns(TwoSites& sites, std::size_t flows, std::size_t size = payload) {
  const std::size_t bursts = std::max<std::size_t>(500, flows / burst + 1);
  double best = 1e18;
  for (int round = 0; round < 5; ++round) {
    const std::uint64_t before = sites.arrived();
    const double start = cpu_ns();
    for (std::size_t i = 0; i < bursts; ++i) {
      sites.send(burst, size, i * burst, flows);
      sites.settle();
    }
    const double took = cpu_ns() - start;
    if (sites.arrived() - before != bursts * burst) throw std::runtime_error("packets were lost");
    best = std::min(best, took / static_cast<double>(bursts * burst));
  }
  return best;
}

void sas(std::size_t count) {
  TwoSites sites({.path = TwoSites::Path::esp, .sa_for_each_flow = true});
  sites.send(1, payload, 0, count);
  sites.time().advance(std::chrono::seconds(1));
  const std::size_t before = mallinfo2().uordblks;
  // Some at a time: a router negotiates no more at once than its table of exchanges holds.
  constexpr std::size_t together = 50;
  for (std::size_t first = 1; first < count; first += together) {
    sites.send(std::min(together, count - first), payload, first, count);
    sites.time().advance(std::chrono::seconds(1));  // ended exchanges are remembered for a while
  }
  sites.time().advance(std::chrono::seconds(1));
  const std::size_t memory = count > 1 ? (mallinfo2().uordblks - before) / 2 / (count - 1) : 0;  // two routers
  const double small = cost_ns(sites, count);
  std::printf("%.0f %zu %.0f\n", small, memory, cost_ns(sites, count, full_payload));
}

void policies(std::size_t count) {
  std::string lines = "lab set ipsec maxpolicies=10000\n";
  for (std::size_t i = 1; i < count; ++i) {
    lines += fmt::format("create ipsec pol=\"other{}\" int=eth0 ac=permit rad=10.{}.{}.0 rma=255.255.255.0 pos=1\n", i,
                         i / 256, i % 256);
  }
  TwoSites sites({.path = TwoSites::Path::esp, .extra = lines});
  std::printf("%.0f 0\n", cost_ns(sites, 20000));
}

std::size_t heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void sessions(std::size_t count) {
  TwoSites sites({});
  const std::size_t before = heap();
  if (count != 0) {
    for (const std::string& line :
         {fmt::format("lab set firewall maxsessions={}", count), std::string("enable firewall"),
          std::string("create firewall policy=net"), std::string("add firewall policy=net int=vlan1 type=private"),
          std::string("add firewall policy=net int=eth0 type=public"),
          std::string("add firewall policy=net nat=enhanced int=vlan1 gblint=eth0")}) {
      if (sites.router1().run(line).outcome.failed()) throw std::runtime_error(line);
    }
  }
  const std::size_t flows = std::max<std::size_t>(count, 10);
  for (std::size_t first = 0; first < flows; first += burst) {
    sites.send(std::min(burst, flows - first), payload, first, flows);
    sites.settle();
  }
  const std::size_t memory = count == 0 ? 0 : (heap() - before) / count;
  std::printf("%.0f %zu\n", cost_ns(sites, flows), memory);
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::string_view what = count == 3 ? words[1] : "";
    const std::size_t number = count == 3 ? std::strtoul(words[2], nullptr, 10) : 0;
    if (what == "sas" && number > 0) return sas(number), 0;
    if (what == "policies" && number > 0) return policies(number), 0;
    if (what == "sessions" && count == 3) return sessions(number), 0;
    std::fputs("bench_scale sas COUNT | policies COUNT | sessions COUNT\n", stderr);
    return 2;
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "bench_scale: %s\n", exception.what());
    return 1;
  }
}
