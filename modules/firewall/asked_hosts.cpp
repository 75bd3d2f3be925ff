#include "modules/firewall/asked_hosts.h"

#include "os/base/limits.h"

namespace arrouter::firewall {

void AskedHosts::set_authority(HostQuestion ask) {
  ask_ = std::move(ask);
  hosts_.clear();
  under_way_ = 0;
  self_ = std::make_shared<AskedHosts*>(this);
}

std::optional<bool> AskedHosts::listed(Ipv4Address host, std::optional<MacAddress> mac, Instant now,
                                       Duration remember) {
  if (!ask_) return false;
  if (const auto known = hosts_.find(host); known != hosts_.end()) {
    if (!known->second.listed || known->second.expires > now) return known->second.listed;
    hosts_.erase(known);
  }
  if (under_way_ >= most_under_way) return std::nullopt;
  make_room(now);
  hosts_[host] = {std::nullopt, now + remember};
  ++under_way_;
  ask_(host, mac, [self = std::weak_ptr(self_), host](std::optional<bool> listed) {
    const auto held = self.lock();
    if (!held) return;
    AskedHosts& asked = **held;
    --asked.under_way_;
    const auto known = asked.hosts_.find(host);
    if (known == asked.hosts_.end()) return;
    known->second.listed = listed;
    if (!listed) asked.hosts_.erase(known);  // the next packet asks again
  });
  const auto known = hosts_.find(host);
  return known == hosts_.end() ? std::nullopt : known->second.listed;
}

/// What has expired goes; of a full table whatever has an answer.
void AskedHosts::make_room(Instant now) {
  if (hosts_.size() < limits::firewall_list_entries) return;
  const std::size_t before = hosts_.size();
  std::erase_if(hosts_, [now](const auto& entry) { return entry.second.listed && entry.second.expires <= now; });
  if (hosts_.size() < before) return;
  std::erase_if(hosts_, [](const auto& entry) { return entry.second.listed.has_value(); });
}

}  // namespace arrouter::firewall
