// The first policy of an interface's list that matches a flow, at a price that does not grow with the list.
#pragma once

#include "modules/ipsec/policy.h"
#include "modules/ipsec/traffic_index.h"

namespace arrouter::ipsec {

class PolicyIndex {
 public:
  /// Good until the list or a policy in it changes.
  explicit PolicyIndex(const PolicyTable::List& list);
  /// nullptr: none matches.
  Policy* first_match(const FlowKey& flow) const;

 private:
  const PolicyTable::List& list_;
  TrafficIndex<std::size_t> places_;  // in the list
};

}  // namespace arrouter::ipsec
