// Monitors: copies of what passes the firewall for one address go to another interface, as Ethernet broadcasts
// (reference/firewall.md 2.1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "modules/firewall/flow.h"
#include "modules/ip/ip_api.h"

namespace arrouter::firewall {

/// ADD FIREWALL MONITOR.
struct Monitor {
  enum class Side : std::uint8_t { both, private_side, public_side };
  Ipv4Address ip;
  std::string copy_to;
  Side side = Side::both;     // who calls a host by `ip`
  std::uint32_t order = 0;    // of several with one address the youngest counts
  InterfaceId interface = 0;  // of `copy_to`; 0: IP does not have it now
  bool calls(bool by_private) const { return side == Side::both || (side == Side::private_side) == by_private; }
};

struct Monitors {
  bool enabled = false;
  std::uint32_t last_order = 0;
  std::map<std::uint32_t, Monitor> all;  // by id
  bool active() const { return enabled && !all.empty(); }
  /// Where a packet between these ends is copied to; the keys are those of its session, or both the packet's own.
  std::optional<InterfaceId> target(const FlowKey& private_key, const FlowKey& public_key) const;
};

}  // namespace arrouter::firewall
