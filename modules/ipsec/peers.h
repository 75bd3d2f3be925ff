// The bundles of all policies by the address of their peer.
#pragma once

#include <unordered_map>
#include <vector>

#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

class Peers {
 public:
  using Bundles = std::vector<SaBundle*>;  // oldest first

  void add(SaBundle& bundle) { by_peer_[bundle.peer.value].push_back(&bundle); }
  void remove(const SaBundle& bundle) {
    const auto found = by_peer_.find(bundle.peer.value);
    if (found == by_peer_.end()) return;
    std::erase(found->second, &bundle);
    if (found->second.empty()) by_peer_.erase(found);
  }
  /// The peer is at another address now.
  void move(SaBundle& bundle, Ipv4Address after) {
    if (bundle.peer == after) return;
    remove(bundle);
    bundle.peer = after;
    add(bundle);
  }
  const Bundles& with(Ipv4Address peer) const {
    const auto found = by_peer_.find(peer.value);
    return found == by_peer_.end() ? none_ : found->second;
  }

 private:
  std::unordered_map<std::uint32_t, Bundles> by_peer_;
  Bundles none_;
};

}  // namespace arrouter::ipsec
