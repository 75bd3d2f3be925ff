#include "modules/ip/pools.h"

#include <algorithm>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {

PoolTable::Created PoolTable::create(const std::string& name, Ipv4Range range) {
  std::string key = to_lower(name);
  if (pools_.contains(key)) return Created::exists;
  for (const auto& [other_key, other] : pools_) {
    if (range.first <= other.range.last && other.range.first <= range.last) return Created::overlaps;
  }
  const std::uint64_t size = std::uint64_t{range.last.value} - range.first.value + 1;
  if (pools_.size() >= limits::ip_pools || size > limits::ip_pool_addresses) return Created::full;
  pools_.emplace(std::move(key), Pool{name, range, {}});
  return Created::done;
}

bool PoolTable::destroy(std::string_view name) { return pools_.erase(to_lower(name)) > 0; }

const Pool* PoolTable::find(std::string_view name) const {
  const auto found = pools_.find(to_lower(name));
  return found == pools_.end() ? nullptr : &found->second;
}

std::optional<Ipv4Address> PoolTable::lease(std::string_view name, std::string_view interface, std::string_view user,
                                            WallTime now) {
  const auto found = pools_.find(to_lower(name));
  if (found == pools_.end()) return std::nullopt;
  Pool& pool = found->second;
  std::optional<Ipv4Address> chosen;
  for (const auto& [address, lease] : pool.leases) {
    if (!lease.in_use && !user.empty() && lease.user == user) chosen = address;
  }
  for (std::uint32_t value = pool.range.first.value; !chosen && value <= pool.range.last.value; ++value) {
    if (!pool.leases.contains(Ipv4Address(value))) chosen = Ipv4Address(value);
    if (value == pool.range.last.value) break;  // which may be the last number there is
  }
  for (const auto& [address, lease] : pool.leases) {
    if (!chosen && !lease.in_use) chosen = address;
  }
  if (chosen) pool.leases[*chosen] = {std::string(interface), std::string(user), true, now};
  return chosen;
}

void PoolTable::release(std::string_view name, Ipv4Address address, WallTime now) {
  const auto found = pools_.find(to_lower(name));
  if (found == pools_.end()) return;
  const auto lease = found->second.leases.find(address);
  if (lease == found->second.leases.end()) return;
  lease->second.in_use = false;
  lease->second.last_used = now;
}

}  // namespace arrouter::ip
