#include "modules/ipsec/bundle_index.h"

#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

void BundleIndex::add(SaBundle& bundle) { index_.add(bundle.traffic, &bundle); }

void BundleIndex::remove(SaBundle& bundle) { index_.remove(bundle.traffic, &bundle); }

SaBundle* BundleIndex::find(const FlowKey& flow, const std::string* nat_id) const {
  SaBundle* ready = nullptr;
  SaBundle* unconfirmed = nullptr;
  index_.each(flow, [&](SaBundle* bundle) {
    if (bundle->exhausted || bundle->inbound_only || bundle->settles_at) return;
    if (nat_id != nullptr && bundle->nat_id != *nat_id) return;
    SaBundle*& best = bundle->outbound_ready ? ready : unconfirmed;
    if (best == nullptr || best->age < bundle->age) best = bundle;
  });
  return ready != nullptr ? ready : unconfirmed;
}

std::vector<SaBundle*> BundleIndex::generations_of(const SaBundle& bundle) const {
  std::vector<SaBundle*> found;
  index_.each_alike(bundle.traffic, [&](SaBundle* other) {
    if (other->traffic == bundle.traffic && other->peer_name() == bundle.peer_name()) found.push_back(other);
  });
  std::ranges::sort(found, {}, &SaBundle::age);
  return found;
}

}  // namespace arrouter::ipsec
