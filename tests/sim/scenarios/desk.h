// What a technician has before him when a tunnel is to be mended: two routers' screens as short texts, the How-To
// Note's steps, and eyes on the wire. The scenarios of reference/scenarios.md are written with it.
#pragma once

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/world.h"

namespace arrouter::test {

using Lines = std::initializer_list<std::string_view>;

inline constexpr std::string_view tunnel = "wiz_Peer1 to Peer2";  // the name of both peers' policies

/// Gives each line; a refused one fails the test.
void give(VirtualRouter& router, Lines lines);
/// SHOW ISAKMP SA: "200.200.200.1 3DES SHA -/-/- 86400/82080", rows joined by "; " (ids and used seconds left out).
std::string isakmp_sas(VirtualRouter& router);
std::size_t isakmp_sa_count(VirtualRouter& router);
/// SHOW ISAKMP EXCHANGE: "1 SASENT 200.200.200.1 MAIN" (phase, state, peer, type), rows joined by "; ".
std::string exchanges(VirtualRouter& router);
/// Id of the youngest exchange in the list; 0: none.
unsigned newest_exchange(VirtualRouter& router);
struct IpsecSa {
  unsigned id = 0;
  std::string policy, state;
  std::uint32_t out_spi = 0, in_spi = 0;
};
std::vector<IpsecSa> ipsec_sas(VirtualRouter& router);
/// The value of a counter in a screen: counter(peer, "show isakmp counters=main", "badMessage").
std::uint64_t counter(VirtualRouter& router, std::string_view screen, std::string_view name);
std::uint64_t policy_counter(VirtualRouter& router, std::string_view name, std::string_view policy = tunnel);
/// SHOW LOG MODULE=module with its lines put together again; `times` a text stands in it.
std::string log_of(VirtualRouter& router, std::string_view module);
std::size_t times(const std::string& text, std::string_view wanted);
bool shows(VirtualRouter& router, std::string_view screen, std::string_view wanted);

/// One PING of a router, with time for it: whether it was answered.
bool ping_from(VirtualRouter& router, VirtualTime& time, std::string_view destination);

/// When and what the Internet saw.
struct Sighting {
  Instant at;
  Ipv4Address from, to;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0, destination_port = 0;  // UDP
};

/// The How-To network with a fault to be found. Both WANs know each other's way (step 1) before a test starts.
class Scenario : public HowToNetwork {
 public:
  explicit Scenario(std::string_view extra = {});

  /// Step 1 of the Note: PING from Peer1 to Peer2's public address.
  bool wan_answers();
  /// One ping from PC1 (PC2), then time for it: whether it was answered.
  bool ping12(Duration wait = std::chrono::seconds(3));
  bool ping21(Duration wait = std::chrono::seconds(3));
  /// Step 7: disable and enable IPsec and ISAKMP on both.
  void reset_both();
  /// The healthy picture: one ISAKMP SA and one IPsec SA at each end, SPIs mirrored, nothing under negotiation, each
  /// ping counted once out and once in. Sends pings.
  void check_healthy();
  /// What is sent to these UDP ports from one end does not arrive.
  void block_udp(std::string_view from, std::initializer_list<std::uint16_t> ports);
  void unblock() { blocked_ports_.clear(); }
  std::size_t seen(std::string_view from, std::uint8_t protocol, std::uint16_t destination_port = 0) const;

  std::vector<Sighting> sightings;

 private:
  bool watch_packet(ByteView packet);
  Ipv4Address blocked_from_;
  std::vector<std::uint16_t> blocked_ports_;
};

}  // namespace arrouter::test
