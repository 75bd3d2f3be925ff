// The bundles of all policies by the address of their peer, and by the SPIs the peer receives on.
#pragma once

#include <limits>
#include <map>
#include <ranges>
#include <tuple>
#include <utility>

#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

class Peers {
 public:
  void add(SaBundle& bundle) {
    by_peer_[{bundle.peer.value, bundle.age}] = &bundle;
    for (const auto& sa : bundle.sas) by_spi_[key(bundle, *sa)] = &bundle;
  }
  void remove(const SaBundle& bundle) {
    by_peer_.erase({bundle.peer.value, bundle.age});
    for (const auto& sa : bundle.sas) by_spi_.erase(key(bundle, *sa));
  }
  /// The peer is at another address now.
  void move(SaBundle& bundle, Ipv4Address after) {
    if (bundle.peer == after) return;
    remove(bundle);
    bundle.peer = after;
    add(bundle);
  }
  /// Oldest first; good until the next change.
  auto with(Ipv4Address peer) const {
    return std::ranges::subrange(by_peer_.lower_bound({peer.value, 0}), by_peer_.upper_bound({peer.value, last_age})) |
           std::views::values;
  }
  /// The oldest bundle that sends to the peer by this SPI; nullptr: none.
  SaBundle* sending_by(Ipv4Address peer, isakmp::Protocol protocol, std::uint32_t spi) const {
    const auto found = by_spi_.lower_bound({peer.value, protocol, spi, 0});
    return found != by_spi_.end() && found->first <= Spi{peer.value, protocol, spi, last_age} ? found->second : nullptr;
  }

 private:
  static constexpr std::uint64_t last_age = std::numeric_limits<std::uint64_t>::max();
  using Spi = std::tuple<std::uint32_t, isakmp::Protocol, std::uint32_t, std::uint64_t>;  // peer, …, age
  static Spi key(const SaBundle& bundle, const Sa& sa) {
    return {bundle.peer.value, sa.protocol, sa.out_spi, bundle.age};
  }
  std::map<std::pair<std::uint32_t, std::uint64_t>, SaBundle*> by_peer_;  // by address and age
  std::map<Spi, SaBundle*> by_spi_;
};

}  // namespace arrouter::ipsec
