// Bundles under negotiation, found by their number and by the traffic they are for.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "modules/ipsec/traffic_index.h"
#include "os/base/packet.h"
#include "os/base/time.h"

namespace arrouter::ipsec {

/// A bundle under negotiation, with the packets that wait for it.
struct Negotiation {
  std::uint32_t index = 0;
  bool initiator = false;
  Ipv4Address local, peer;
  Traffic traffic;
  std::vector<std::uint32_t> spis;                    // reserved for it
  std::vector<std::uint8_t> specifications;           // as responder: what was chosen, per protocol of the offer
  std::vector<Packet> waiting;                        // to be sent; at most limits::ipsec_queued_packets
  std::vector<std::pair<InterfaceId, Packet>> early;  // arrived by its SPIs before the keys did; as many at most
};

class Negotiations {
 public:
  using ByIndex = std::map<std::uint32_t, std::unique_ptr<Negotiation>>;

  Negotiation& add(std::unique_ptr<Negotiation> negotiation) {
    Negotiation& added = *negotiation;
    by_traffic_.add(added.traffic, &added);
    by_index_[added.index] = std::move(negotiation);
    return added;
  }
  void remove(Negotiation& negotiation) {
    by_traffic_.remove(negotiation.traffic, &negotiation);
    by_index_.erase(negotiation.index);
  }
  Negotiation* find(std::uint32_t index) const {
    const auto found = by_index_.find(index);
    return found == by_index_.end() ? nullptr : found->second.get();
  }
  /// One whose traffic holds the flow; of several the one with the highest number.
  Negotiation* for_flow(const FlowKey& flow) const {
    Negotiation* best = nullptr;
    by_traffic_.each(flow, [&](Negotiation* one) {
      if (best == nullptr || best->index < one->index) best = one;
    });
    return best;
  }
  bool under_way(const Traffic& traffic, Ipv4Address peer) const {
    bool found = false;
    by_traffic_.each_alike(traffic, [&](const Negotiation* one) {
      found = found || (one->traffic == traffic && one->peer == peer);
    });
    return found;
  }
  const ByIndex& by_index() const { return by_index_; }
  std::size_t size() const { return by_index_.size(); }
  bool empty() const { return by_index_.empty(); }

 private:
  ByIndex by_index_;
  TrafficIndex<Negotiation*> by_traffic_;
};

}  // namespace arrouter::ipsec
