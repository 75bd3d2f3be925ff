#include "modules/ipsec/policy_index.h"

namespace arrouter::ipsec {

PolicyIndex::PolicyIndex(const PolicyTable::List& list) : list_(list) {
  for (std::size_t place = 0; place < list.size(); ++place) places_.add(traffic_of(list[place]->selectors), place);
}

Policy* PolicyIndex::first_match(const FlowKey& flow) const {
  std::size_t best = list_.size();
  places_.each(flow, [&](std::size_t place) {
    // OPAQUE and ICMP types are no part of the traffic, so what was found is a guess.
    if (place < best && list_[place]->selectors.matches(flow)) best = place;
  });
  return best == list_.size() ? nullptr : list_[best];
}

}  // namespace arrouter::ipsec
