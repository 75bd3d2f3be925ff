// What SHOW IP COUNTER shows (RFC 1213 names). Every dropped packet is counted under exactly one reason; the MIB
// counters of dropped packets are sums over those reasons, so the screens always agree with each other.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "modules/ip/ip_mib_api.h"

namespace arrouter::ip {

struct IpCounters {
  std::uint64_t in_receives = 0, forwarded = 0, in_delivers = 0, out_requests = 0;
  std::uint64_t reassembly_required = 0, reassembled = 0, reassembly_timeouts = 0;
  std::uint64_t fragmented = 0, fragments_created = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(IpDrop::count_)> drops{};

  void drop(IpDrop reason) { ++drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t dropped(IpDrop reason) const { return drops[static_cast<std::size_t>(reason)]; }
};

/// As SHOW IP COUNTER calls it: "badHeader".
std::string_view to_string(IpDrop reason);

/// The packet path in its order.
enum class Stage : std::uint8_t { input, unseal, clear_policy, firewall_in, route, firewall_out, seal, output, count_ };
struct StageCounters {
  std::uint64_t in = 0, out = 0;
};

/// Messages by type in both directions; types above 18 are counted as messages only.
struct IcmpCounters {
  std::uint64_t in_messages = 0, in_errors = 0, out_messages = 0, out_suppressed = 0;
  std::array<std::uint64_t, 19> in{}, out{};
};

struct ArpCounters {
  std::uint64_t in_requests = 0, in_replies = 0, out_requests = 0, out_replies = 0;
  std::uint64_t in_malformed = 0;   // not ARP for IPv4 over Ethernet, or impossible addresses
  std::uint64_t in_disparity = 0;   // group MAC address for a host
  std::uint64_t in_conflicts = 0;   // somebody else uses an address of this router
  std::uint64_t in_off_subnet = 0;  // sender not on a network of the link
  std::uint64_t unresolved = 0;     // requests nobody answered
  std::uint64_t table_full = 0;
};

struct InterfaceCounters {
  std::uint64_t in_packets = 0, in_broadcasts = 0, in_discards = 0;
  std::uint64_t out_packets = 0, out_broadcasts = 0, out_discards = 0;
};

}  // namespace arrouter::ip
