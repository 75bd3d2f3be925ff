// Finds the bundle for a flow among any number of bundles of one policy, and the bundles that replace each other.
#pragma once

#include <string>
#include <vector>

#include "modules/ipsec/traffic_index.h"

namespace arrouter::ipsec {

struct SaBundle;

class BundleIndex {
 public:
  /// The traffic and the age of the bundle stay as they are until remove().
  void add(SaBundle& bundle);
  void remove(SaBundle& bundle);
  /// The newest bundle for the flow that packets may leave by (neither exhausted nor inbound only) and that the peer is
  /// known to have; else the newest of those the peer may not have yet, but not one that settles; nullptr when no traffic
  /// holds the flow.
  /// `nat_id`: only of those with this client behind the address (isakmp::PeerName); nullptr: of all.
  SaBundle* find(const FlowKey& flow, const std::string* nat_id = nullptr) const;
  /// Those for the same traffic with the same peer, oldest first, the bundle itself among them.
  std::vector<SaBundle*> generations_of(const SaBundle& bundle) const;

 private:
  TrafficIndex<SaBundle*> index_;
};

}  // namespace arrouter::ipsec
