// IP filters: numbered lists of patterns, tried in order; the first that matches decides (reference/ip.md 5).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/base/address.h"
#include "os/base/packet.h"

namespace arrouter::ip {

enum class FilterKind : std::uint8_t { traffic, policy, priority, routing };
enum class FilterSession : std::uint8_t { any, established, start };
enum class FilterLog : std::uint8_t { none, header, dump, bytes };

/// What patterns look at, read once for each packet.
struct FilterSubject {
  Ipv4Address source, destination;
  std::uint8_t protocol = 0;
  bool options = false;
  bool later_fragment = false;                          // has no transport header
  bool transport = false;                               // the fields below were there to read
  std::uint16_t source_port = 0, destination_port = 0;  // TCP and UDP
  std::uint8_t tcp_flags = 0;
  std::uint8_t icmp_type = 0, icmp_code = 0;
  std::size_t end = 0;  // where it ends in the reassembled datagram, header included

  /// `packet` starts at a sound IP header.
  static FilterSubject of(const PacketBuffer& packet);
};

/// TCP or UDP ports, both ends included.
struct PortRange {
  std::uint16_t low = 0, high = 65535;
  bool any() const { return low == 0 && high == 65535; }
  bool contains(std::uint16_t port) const { return low <= port && port <= high; }
  bool operator==(const PortRange&) const = default;
};

/// One pattern of a filter with what is done with the packets it matches.
struct FilterEntry {
  Ipv4Address source, source_mask, destination, destination_mask;
  std::optional<std::uint8_t> protocol, icmp_type, icmp_code;  // unset: any
  PortRange source_ports, destination_ports;
  FilterSession session = FilterSession::any;
  std::optional<bool> options;
  std::optional<unsigned> size;  // the datagram must not be larger, even when put together again
  bool include = true;           // of traffic and routing filters
  unsigned policy = 0;           // 0..7; 8..15: policy - 8, and TOS says so
  unsigned priority = 0;         // P0..P7
  FilterLog log = FilterLog::none;
  unsigned log_bytes = 0;  // of FilterLog::bytes
  std::uint64_t matches = 0;

  /// A later fragment has no ports, flags or ICMP type: where a pattern asks for them, an INCLUDE lets it pass with its
  /// first fragment in mind, and an EXCLUDE leaves it to the patterns behind.
  bool matches_packet(const FilterSubject& packet) const;

 private:
  bool asks_transport() const;
};

/// Bytes behind the IP and transport header that LOG=… puts into the log.
std::size_t logged_bytes(const FilterEntry& entry);

struct Filter {
  FilterKind kind = FilterKind::traffic;
  std::vector<FilterEntry> entries;
  std::uint64_t requests = 0, passes = 0, fails = 0;

  /// The first entry that matches, counted; nullptr when none does, which ends in EXCLUDE.
  const FilterEntry* decide(const FilterSubject& packet);
};

/// The filters by number. Entries are numbered from 1 without gaps.
class FilterTable {
 public:
  const std::map<unsigned, Filter>& all() const { return filters_; }
  /// The filter an interface is bound to; nullptr when it is bound to none, or to one of another kind.
  Filter* bound(std::optional<unsigned> number, FilterKind kind);
  const Filter* find(unsigned number) const;
  Filter* find(unsigned number) { return const_cast<Filter*>(std::as_const(*this).find(number)); }
  std::size_t entries() const;

  /// Inserts before the entry that has the number now, or behind the last.
  void add(unsigned number, FilterKind kind, std::optional<unsigned> entry, const FilterEntry& made);
  /// Entries behind the removed one move up; a filter without entries is gone.
  void remove(unsigned number, unsigned entry);
  void remove(unsigned number) { filters_.erase(number); }
  void clear() { filters_.clear(); }
  void reset_counters();

 private:
  std::map<unsigned, Filter> filters_;
};

// Words of the command line and the screens (filter_names.cpp).
/// "telnet", "23", "20:21", "1024:", ":1023", "20-21", "any"; nullopt for anything else.
std::optional<PortRange> parse_ports(std::string_view text);
std::optional<std::uint8_t> parse_icmp_type(std::string_view text);
std::optional<std::uint8_t> parse_icmp_code(std::string_view text);
/// "25:25" as the screen shows a range.
std::string to_string(const PortRange& ports);
/// "TCP", "Any", "47".
std::string protocol_name(std::optional<std::uint8_t> protocol);

}  // namespace arrouter::ip
