// What a Linux network namespace says of its TCP: connections and the figures of the TCP MIB (RFC 4022).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "os/base/address.h"

namespace arrouter {

struct TcpEndpoint {
  Ipv4Address address;
  std::uint16_t port = 0;
  auto operator<=>(const TcpEndpoint&) const = default;
};

/// tcpConnState of the MIB.
enum class TcpState : std::uint8_t {
  closed,
  listen,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  last_ack,
  closing,
  time_wait
};

struct TcpConnection {
  TcpState state = TcpState::closed;
  TcpEndpoint local, remote;
  bool operator==(const TcpConnection&) const = default;
};

struct TcpCounters {
  std::uint64_t active_opens = 0, passive_opens = 0, attempt_fails = 0, established_resets = 0, established = 0,
                in_segments = 0, out_segments = 0, retransmitted = 0, in_errors = 0, out_resets = 0;
};

/// The text of /proc/net/tcp; lines that are not connections are skipped.
std::vector<TcpConnection> parse_tcp_table(std::string_view text);
/// The text of /proc/net/snmp; zeros for what it does not hold.
TcpCounters parse_tcp_counters(std::string_view text);

}  // namespace arrouter
