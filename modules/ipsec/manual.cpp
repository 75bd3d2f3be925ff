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
  auto recipe = state_.enabled && policy.manual() ? manual_recipe(policy) : std::nullopt;
  // What is made of the same stays: its sequence numbers have to go on.
  if (recipe && recipe == policy.made_of && !policy.bundles.empty()) return;
  while (!policy.bundles.empty()) remove(*policy.bundles.begin()->second, Farewell::silent);
  policy.made_of = std::move(recipe);
  if (!policy.made_of) return;
  if (auto bundle = manual_bundle(policy, *policy.made_of)) reveal(take_in(policy, std::move(bundle)));
}

/// nullopt when an address, a specification or a key is missing.
std::optional<ManualRecipe> Setup::manual_recipe(const Policy& policy) const {
  const auto local = local_of(policy);
  const auto specification = state_.specifications.bundles.find(*policy.bundle_specification);
  if (!local || specification == state_.specifications.bundles.end()) return std::nullopt;
  ManualRecipe recipe{*local, policy.udp_tunnel ? state_.udp_port : std::uint16_t{0}, {}};
  for (const auto& any_of : specification->second.alternatives.front()) {
    const auto found = state_.specifications.sas.find(any_of.front());
    if (found == state_.specifications.sas.end()) return std::nullopt;
    const SaSpecification& wanted = found->second;
    auto key = key_value(state_.enco, wanted.cipher_key, wanted.cipher != enco::Cipher::null);
    const auto hash_key = key_value(state_.enco, wanted.hash_key, wanted.hash != enco::Hash::null);
    if (!key || !hash_key) return std::nullopt;
    key->insert(key->end(), hash_key->begin(), hash_key->end());
    recipe.sas.push_back({any_of.front(), wanted, std::move(*key)});
  }
  return recipe;
}

/// nullptr when a key has the wrong length, an SPI is another SA's or ENCO has no channel left.
std::unique_ptr<SaBundle> Setup::manual_bundle(Policy& policy, const ManualRecipe& recipe) {
  auto bundle = std::make_unique<SaBundle>();
  bundle->policy = &policy;
  bundle->index = policy.indices.take();
  bundle->initiator = true;
  bundle->local = recipe.local;
  bundle->peer = policy.peer.address;
  bundle->traffic = traffic_of(policy.selectors);
  tunnel_in_udp(*bundle);
  for (const ManualRecipe::Part& part : recipe.sas) {
    const SaSpecification& wanted = part.specification;
    auto sa = std::make_unique<Sa>();
    sa->bundle = bundle.get();
    sa->specification = part.id;
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
    if (add_sa(*bundle, std::move(sa), part.key, part.key)) continue;
    take_apart(*bundle);
    policy.free_index(bundle->index);
    return nullptr;
  }
  return bundle;
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
  const std::vector<ManualRecipe::Part>& parts = bundle.policy->made_of->sas;
  for (std::size_t i = 0; i < bundle.sas.size(); ++i) {
    const Sa& sa = *bundle.sas[i];
    const isakmp::Transform transform{sa.cipher, sa.hash, sa.mode, sa.specification, sa.compression};
    keyed.sas.push_back({sa.protocol, transform, sa.in_spi, sa.out_spi, parts[i].key, parts[i].key});
  }
  key_observer_->bundle_keys(keyed);
}

}  // namespace arrouter::ipsec
