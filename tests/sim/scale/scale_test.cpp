// A head office with one policy for peers anywhere, and a thousand of them. Figures are printed and not judged: they
// depend on the host; judged is that all are served and that limits hold.
#include <catch2/catch.hpp>

#include <malloc.h>

#include <ctime>
#include <iostream>

#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/sim/scale/crowd.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_IPSEC "set ipsec pol=\"wiz_Peer1 to Peer2\" "

constexpr unsigned towns = 4, peers_in_town = 250;
constexpr std::size_t everybody = std::size_t{towns} * peers_in_town;

double cpu_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
std::size_t heap() { return mallinfo2().uordblks; }

std::size_t times(const std::string& text, std::string_view wanted) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; at += wanted.size()) ++count;
  return count;
}

struct Company {
  Company() {
    internet.connect(office.port("eth0"), "200.200.200.0", 10ms);
    boot_site(office, site_configuration({"Office", "200.200.200", "192.168.2", "any", "10.0.0", SET_IPSEC "rad=any"}));
    for (unsigned number = 0; number < towns; ++number) {
      built.push_back(std::make_unique<Town>(tools, internet, number, peers_in_town, Ipv4Address(200, 200, 200, 1)));
      for (const auto& peer : built.back()->peers) peers.push_back(peer.get());
    }
  }
  std::uint64_t counter(std::string_view group, std::string_view name) {
    const std::string text = office.text("show isakmp counters=" + std::string(group));
    const auto at = text.find(name);
    REQUIRE(at != std::string::npos);
    return std::stoull(text.substr(at + name.size()));
  }
  void check_all_up() {
    CHECK(times(office.text("show isakmp sa"), "86400/82080") == everybody);
    CHECK(times(office.text("show ipsec sa"), "Valid") == everybody);
    CHECK(std::ranges::count_if(peers, [](const CrowdPeer* peer) { return peer->up(); }) == std::int64_t{everybody});
  }
  /// The PC behind the office pings into every LAN: each peer gets ESP by its own SA.
  void check_all_reached() {
    for (const CrowdPeer* const peer : peers) {
      const auto before = peer->esp_arrived();
      pc.ping(Ipv4Address(peer->lan().value + 100));
      time.advance(50ms);
      CHECK(peer->esp_arrived() == before + 1);
    }
  }

  VirtualTime time;
  Internet internet{time};
  CrowdTools tools{time, crowd_policy()};
  VirtualRouter office{time, "Office", "AR770S", 1};
  Host pc{time, "pc2", "192.168.2.100", "192.168.2.254"};
  MemoryLink cable{pc.port(), office.port("vlan1")};
  std::vector<std::unique_ptr<Town>> built;
  std::vector<CrowdPeer*> peers;
};

}  // namespace

TEST_CASE("A thousand peers of one head office") {
  Company company;
  SECTION("one after the other") {
    const std::size_t heap_before = heap();
    const double before = cpu_s();
    for (CrowdPeer* const peer : company.peers) {
      peer->connect();
      company.time.advance(100ms);
    }
    company.time.advance(5s);
    const double took = cpu_s() - before, dh = company.time.job_cpu_s;
    std::cout << fmt::format(
        "phase 1 + 2, both ends: {:.0f} tunnels/s; Diffie-Hellman alone: {:.0f} tunnels/s, {:.0f} % of the time\n"
        "heap for one tunnel, both ends: {} bytes\n",
        everybody / took, everybody / dh, 100 * dh / took, (heap() - heap_before) / everybody);
    company.check_all_up();
    company.check_all_reached();
    company.time.advance(5min);  // all of their heartbeats
    company.check_all_up();
    CHECK(company.counter("heartbeat", "heartbeatTimeout") == 0);
  }
  SECTION("all in the same moment: strangers are limited, and nobody stays outside") {
    for (CrowdPeer* const peer : company.peers) peer->connect();
    std::size_t most = 0;
    for (int step = 0; step < 300; ++step) {
      company.time.advance(1ms);
      most = std::max(most, times(company.office.text("show isakmp exchange"), " MAIN"));
    }
    CHECK(most == limits::isakmp_half_open);
    CHECK(company.counter("general", "halfOpenLimit") >= everybody - limits::isakmp_half_open);
    company.time.advance(2min);  // the others come back with their retransmissions
    company.check_all_up();
    company.check_all_reached();
  }
}
