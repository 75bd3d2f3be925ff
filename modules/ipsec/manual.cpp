// Setup with manual keys: a bundle made of ENCO keys and the SPIs of its SA specifications, without ISAKMP.
#include "modules/ipsec/setup.h"

namespace arrouter::ipsec {
namespace {

/// The value of an ENCO key, empty when no key is needed; nullopt when it is missing.
std::optional<SecretBytes> key_value(const enco::EncoApi& enco, const std::optional<std::uint16_t>& id, bool needed) {
  if (!needed) return SecretBytes();
  const enco::Key* const key = id ? enco.find_key(*id) : nullptr;
  if (key == nullptr) return std::nullopt;
  return key->value;
}

}  // namespace

void Setup::refresh_manual(Policy& policy) {
  if (policy.negotiated()) return;
  while (!policy.bundles.empty()) remove(*policy.bundles.begin()->second, Farewell::silent);
  if (!state_.enabled || !policy.manual()) return;
  if (auto bundle = manual_bundle(policy)) reveal(take_in(policy, std::move(bundle)));
}

/// nullptr when an address, a specification or a key is missing, or a key has the wrong length.
std::unique_ptr<SaBundle> Setup::manual_bundle(Policy& policy) {
  const auto local = local_of(policy);
  const auto specification = state_.specifications.bundles.find(*policy.bundle_specification);
  if (!local || specification == state_.specifications.bundles.end()) return nullptr;
  auto bundle = std::make_unique<SaBundle>();
  bundle->policy = &policy;
  bundle->index = policy.indices.take();
  bundle->initiator = true;
  bundle->local = *local;
  bundle->peer = policy.peer.address;
  bundle->traffic = traffic_of(policy.selectors);
  tunnel_in_udp(*bundle);
  for (const auto& any_of : specification->second.alternatives.front()) {
    const auto found = state_.specifications.sas.find(any_of.front());
    if (found == state_.specifications.sas.end()) break;
    const SaSpecification& wanted = found->second;
    const auto keys = manual_keys(wanted);
    if (!keys) break;
    auto sa = std::make_unique<Sa>();
    sa->bundle = bundle.get();
    sa->specification = any_of.front();
    sa->protocol = wanted.protocol;
    sa->mode = wanted.mode;
    sa->cipher = wanted.cipher;
    sa->hash = wanted.hash;
    sa->compression = wanted.compression;
    sa->in_spi = *wanted.in_spi;
    sa->out_spi = *wanted.out_spi;
    sa->anti_replay = wanted.anti_replay;
    sa->window = ReplayWindow(wanted.replay_window);
    sa->sequence_may_wrap = !wanted.anti_replay;
    if (!add_sa(*bundle, std::move(sa), *keys, *keys)) break;
  }
  if (bundle->sas.size() == specification->second.alternatives.front().size()) return bundle;
  take_apart(*bundle);
  policy.free_index(bundle->index);
  return nullptr;
}

/// Cipher key, then hash key, of either direction; nullopt when one is missing.
std::optional<SecretBytes> Setup::manual_keys(const SaSpecification& specification) const {
  auto keys = key_value(state_.enco, specification.cipher_key, specification.cipher != enco::Cipher::null);
  const auto hash_key = key_value(state_.enco, specification.hash_key, specification.hash != enco::Hash::null);
  if (!keys || !hash_key) return std::nullopt;
  keys->insert(keys->end(), hash_key->begin(), hash_key->end());
  return keys;
}

void Setup::observe_keys(isakmp::KeyObserver* observer) {
  key_observer_ = observer;
  for (const Policy* const policy : state_.policies.all()) {
    if (policy->negotiated()) continue;
    for (const auto& [index, bundle] : policy->bundles) reveal(*bundle);
  }
}

/// Tells who listens the keys of a bundle with manual keys.
void Setup::reveal(const SaBundle& bundle) const {
  if (key_observer_ == nullptr) return;
  isakmp::Bundle keyed;
  keyed.ipsec_policy = bundle.policy->name;
  keyed.local = bundle.local;
  keyed.peer = bundle.peer;
  for (const auto& sa : bundle.sas) {
    const auto specification = state_.specifications.sas.find(sa->specification);
    const auto keys = specification == state_.specifications.sas.end() ? std::nullopt : manual_keys(specification->second);
    if (!keys) continue;
    const isakmp::Transform transform{sa->cipher, sa->hash, sa->mode, sa->specification, sa->compression};
    keyed.sas.push_back({sa->protocol, transform, sa->in_spi, sa->out_spi, *keys, *keys});
  }
  key_observer_->bundle_keys(keyed);
}

}  // namespace arrouter::ipsec
