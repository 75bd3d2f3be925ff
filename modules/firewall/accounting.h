// Accounting: who talked to whom, from when to when, and how much (reference/firewall.md 2.2, 4.7).
#pragma once

#include <deque>
#include <string>

#include "modules/firewall/event.h"
#include "modules/firewall/session.h"

namespace arrouter::firewall {

/// The beginning or the end of a session, with the ends as the private side calls them.
struct AccountRecord {
  WallTime time{};
  bool end = false;
  Direction direction = Direction::out;
  FlowKey key;
  std::uint64_t packets_out = 0, octets_out = 0, packets_in = 0, octets_in = 0;  // at the end
};

AccountRecord account_of(const Session& session, WallTime now, bool end);
/// "OUT TCP 192.168.1.100:1036 1.1.1.1:80", and at the end "Traffic out 7:402 in 5:3100".
std::string account_line(const AccountRecord& record);

}  // namespace arrouter::firewall
