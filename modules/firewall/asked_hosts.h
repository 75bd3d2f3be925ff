// LIST=RADIUS: what somebody else says of each host, remembered for a while (reference/firewall.md 2.4).
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "modules/firewall/firewall_api.h"
#include "os/base/time.h"

namespace arrouter::firewall {

class AskedHosts {
 public:
  static constexpr std::size_t most_under_way = 100;  // questions; SHOW FIREWALL POLICY calls it the RADIUS Limit

  /// An empty one: no host is listed. What was known is forgotten.
  void set_authority(HostQuestion ask);
  bool has_authority() const { return static_cast<bool>(ask_); }
  /// nullopt: the answer is still to come. An answer is good for `remember`.
  std::optional<bool> listed(Ipv4Address host, std::optional<MacAddress> mac, Instant now, Duration remember);

 private:
  struct Known {
    std::optional<bool> listed;
    Instant expires{};
  };
  void make_room(Instant now);
  HostQuestion ask_;
  std::unordered_map<Ipv4Address, Known> hosts_;
  std::size_t under_way_ = 0;
  std::shared_ptr<AskedHosts*> self_ = std::make_shared<AskedHosts*>(this);  // answers may come when it is gone
};

}  // namespace arrouter::firewall
