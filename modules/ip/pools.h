// Address pools (reference/ip.md 12): what dynamic PPP interfaces give their callers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "os/base/address.h"
#include "os/base/time.h"

namespace arrouter::ip {

struct Lease {
  std::string interface, user;
  bool in_use = false;
  WallTime last_used{};
};

struct Pool {
  std::string name;  // as given
  Ipv4Range range;
  std::map<Ipv4Address, Lease> leases;  // in use, or remembered for a user who comes again
};

class PoolTable {
 public:
  enum class Created : std::uint8_t { done, exists, overlaps, full };
  Created create(const std::string& name, Ipv4Range range);
  bool destroy(std::string_view name);
  void clear() { pools_.clear(); }
  const Pool* find(std::string_view name) const;
  /// By name in lower case.
  const std::map<std::string, Pool, std::less<>>& all() const { return pools_; }

  /// The address the user had last when it is free, else the lowest that nobody had, else the lowest free.
  std::optional<Ipv4Address> lease(std::string_view name, std::string_view interface, std::string_view user,
                                   WallTime now);
  void release(std::string_view name, Ipv4Address address, WallTime now);

 private:
  std::map<std::string, Pool, std::less<>> pools_;
};

}  // namespace arrouter::ip
