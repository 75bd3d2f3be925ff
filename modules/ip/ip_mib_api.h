// What the SNMP agent reads from IP: the figures and tables of the MIB-II groups ip, icmp, udp and snmp (RFC 1213).
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "modules/ip/ip_api.h"
#include "os/base/address.h"

namespace arrouter {

/// Group ip. What was dropped is the sum of the reasons that IP counts one by one.
struct IpFigures {
  std::uint64_t in_receives = 0, in_header_errors = 0, in_address_errors = 0, forwarded = 0, in_unknown_protocols = 0,
                in_discards = 0, in_delivers = 0, out_requests = 0, out_discards = 0, out_no_routes = 0,
                reassembly_timeout_s = 0, reassembly_required = 0, reassembled = 0, reassembly_fails = 0,
                fragmented = 0, fragment_fails = 0, fragments_created = 0, routing_discards = 0;
};

/// Group icmp; the arrays are indexed by the type of the message.
struct IcmpFigures {
  std::uint64_t in_messages = 0, in_errors = 0, out_messages = 0, out_errors = 0;
  std::array<std::uint64_t, 19> in{}, out{};
};

struct UdpFigures {
  std::uint64_t in_datagrams = 0, in_errors = 0, no_ports = 0, out_datagrams = 0;
};

/// Group snmp. The agent counts; IP keeps the figures because its screens show and reset them.
struct SnmpFigures {
  std::uint64_t in_packets = 0, in_bad_versions = 0, in_bad_community_names = 0, in_bad_community_uses = 0,
                in_parse_errors = 0, in_too_bigs = 0, in_no_such_names = 0, in_bad_values = 0, in_read_onlys = 0,
                in_general_errors = 0, in_total_requested = 0, in_total_set = 0, in_get_requests = 0, in_get_nexts = 0,
                in_set_requests = 0, in_get_responses = 0, in_traps = 0, out_packets = 0, out_too_bigs = 0,
                out_no_such_names = 0, out_bad_values = 0, out_general_errors = 0, out_get_requests = 0,
                out_get_nexts = 0, out_set_requests = 0, out_get_responses = 0, out_traps = 0;
};

/// A row of ipNetToMediaTable. `link` is the name of the port below ("eth0").
struct MibNeighbour {
  std::string link;
  Ipv4Address address;
  MacAddress mac;
  bool fixed = false;
};

/// A row of ipRouteTable.
struct MibRoute {
  enum class Origin : std::uint8_t { connected, configured, made };
  Ipv4Address network, mask, next_hop;
  std::string link;  // empty: blackhole
  Origin origin = Origin::configured;
  unsigned metric = 1;
  std::chrono::seconds age{};
};

/// A row of ipAddrTable.
struct MibAddress {
  Ipv4Address address, mask;
  std::string link;
  bool ones_broadcast = true;
};

class IpMib {
 public:
  virtual ~IpMib() = default;
  virtual bool forwarding() const = 0;
  virtual void set_forwarding(bool on) = 0;
  virtual IpFigures ip_figures() const = 0;
  virtual IcmpFigures icmp_figures() const = 0;
  virtual UdpFigures udp_figures() const = 0;
  virtual SnmpFigures& snmp_figures() = 0;
  /// Frames of neither IP nor ARP that came by this port.
  virtual std::uint64_t unknown_protocols(std::string_view link) const = 0;
  virtual std::vector<MibAddress> addresses() const = 0;
  /// The best active route to each destination: the table has one row for each.
  virtual std::vector<MibRoute> routes() const = 0;
  virtual std::vector<MibNeighbour> neighbours() const = 0;
  virtual std::vector<std::uint16_t> udp_ports() const = 0;
};

}  // namespace arrouter
