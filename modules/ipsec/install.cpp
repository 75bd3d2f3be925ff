// Bundles that come to be: what ISAKMP has negotiated, with its keys and the limits of its life.
#include "modules/ipsec/setup.h"

#include <algorithm>
#include <numeric>

#include "modules/ipsec/bundle.h"

namespace arrouter::ipsec {
namespace {

/// 95 % (reference/isakmp-ipsec.md 4.10).
template <class Number>
constexpr Number soft_of(Number hard) {
  return hard - hard / 20;
}

}  // namespace

void Setup::install(const isakmp::Bundle& keyed) {
  Policy* const policy = state_.enabled ? state_.policies.find(keyed.ipsec_policy) : nullptr;
  if (policy == nullptr || !policy->negotiated()) return;  // gone meanwhile: the peer's SA ends by its own lifetime
  std::vector<std::pair<InterfaceId, Packet>> early;
  std::vector<std::uint8_t> specifications;
  Negotiation* const negotiation = policy->negotiations.find(keyed.bundle);
  if (negotiation != nullptr) {
    early = std::exchange(negotiation->early, {});
    specifications = std::move(negotiation->specifications);
    for (const isakmp::KeyedSa& sa : keyed.sas) {
      std::erase(negotiation->spis, sa.in_spi);
      offered_.erase(sa.in_spi);
    }
  }
  auto made = bundle_from(*policy, keyed);
  if (!install_keys(*made, keyed, specifications)) {
    policy->free_index(made->index);
    policy->counters.add(PolicyCounter::setup_failed);
    state_.counters.add(GroupCounter::setup_acquire_fail);
    state_.counters.add(GroupCounter::main_in_bad_spi, early.size());
    if (negotiation != nullptr) give_up(*policy, *negotiation);
    state_.services.log.record(log_record(LogText::setup_failed, policy->name, policy->name, keyed.bundle,
                                          "no ENCO channel or SA table full"));
    return;
  }
  tunnel_in_udp(*made);
  if (policy->peer.kind == PeerAddress::Kind::dynamic) {  // serves one peer at a time
    remove_if(*policy, [&](const SaBundle& other) { return other.peer_name() != made->peer_name(); });
  }
  const auto older = policy->by_traffic.generations_of(*made);
  if (!older.empty()) {
    made->path_mtu = older.back()->path_mtu;
    made->path_mtu_until = older.back()->path_mtu_until;
  }
  made->outbound_ready = keyed.initiator || keyed.confirmed || older.empty();
  SaBundle& bundle = take_in(*policy, std::move(made));
  policy->counters.add(PolicyCounter::setup_done);
  state_.counters.add(GroupCounter::setup_acquire_done);
  if (bundle.settles_at) {
    schedule(bundle, *bundle.settles_at);
  } else {
    settle(bundle);
  }
  for (auto& [interface, packet] : early) receive_(interface, std::move(packet));
}

std::unique_ptr<SaBundle> Setup::bundle_from(Policy& policy, const isakmp::Bundle& keyed) {
  auto made = std::make_unique<SaBundle>();
  made->policy = &policy;
  // Without its negotiation it is an answer that comes after a RESET, and the number may be another's.
  const bool expected = policy.negotiations.find(keyed.bundle) != nullptr && !policy.bundles.contains(keyed.bundle);
  made->index = expected ? keyed.bundle : policy.indices.take();
  made->initiator = keyed.initiator;
  made->local = keyed.local;
  made->peer = keyed.peer;
  made->nat_id = keyed.nat_id;
  made->traffic = {keyed.local_id, keyed.remote_id};
  made->nat = keyed.nat;
  made->isakmp_policy = keyed.isakmp_policy;
  limit(*made, keyed.lifetime);
  if (keyed.outbound_from > state_.now()) made->settles_at = keyed.outbound_from;
  return made;
}

/// The shorter of what was negotiated and of our own specification, of which an initiator that offers more than we
/// grant does not learn: then the renewal falls to us.
void Setup::limit(SaBundle& bundle, isakmp::Lifetime negotiated) const {
  isakmp::Lifetime limits = negotiated;
  const auto own = state_.specifications.bundles.find(*bundle.policy->bundle_specification);
  if (!bundle.initiator && own != state_.specifications.bundles.end()) {
    limits.seconds = std::min(limits.seconds, own->second.expiry_seconds);
    const std::uint64_t kilobytes = own->second.expiry_kbytes.value_or(0);
    if (kilobytes != 0 && (limits.kilobytes == 0 || kilobytes < limits.kilobytes)) limits.kilobytes = kilobytes;
  }
  bundle.renews = bundle.initiator || limits.seconds != negotiated.seconds || limits.kilobytes != negotiated.kilobytes;
  bundle.hard_seconds = limits.seconds;
  bundle.soft_seconds = soft_of(limits.seconds);
  bundle.hard_bytes = limits.kilobytes * 1024;
  bundle.soft_bytes = soft_of(bundle.hard_bytes);
}

void Setup::settle(SaBundle& bundle) {
  Policy& policy = *bundle.policy;
  bundle.settles_at.reset();
  ++state_.generation;
  // Who does not renew looks again when the bundle ends.
  schedule(bundle, bundle.created + std::chrono::seconds(bundle.renews ? bundle.soft_seconds : bundle.hard_seconds));
  Negotiation* const negotiation = policy.negotiations.find(bundle.index);
  if (negotiation == nullptr) return;
  std::vector<Packet> waiting = std::move(negotiation->waiting);
  end(policy, *negotiation);
  if (!waiting.empty()) send_(bundle, std::move(waiting));
}

/// UDPTUNNEL, where NAT traversal has not put ESP in UDP already.
void Setup::tunnel_in_udp(SaBundle& bundle) const {
  if (!bundle.policy->udp_tunnel || bundle.nat.udp_encapsulation) return;
  bundle.nat.udp_encapsulation = true;
  bundle.nat.local_port = state_.udp_port;
  bundle.nat.peer_port = bundle.policy->udp_port;
}

/// `specifications`: what select() chose; as initiator the transforms carry them.
bool Setup::install_keys(SaBundle& bundle, const isakmp::Bundle& keyed,
                         const std::vector<std::uint8_t>& specifications) {
  std::vector<std::size_t> order(keyed.sas.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return layer(keyed.sas[i].protocol); });
  for (const std::size_t i : order) {
    const isakmp::KeyedSa& key = keyed.sas[i];
    auto sa = std::make_unique<Sa>();
    sa->bundle = &bundle;
    sa->protocol = key.protocol;
    sa->specification = i < specifications.size() ? specifications[i] : key.transform.specification;
    sa->mode = key.transform.encapsulation;
    sa->cipher = key.transform.cipher;
    sa->hash = key.transform.hash;
    sa->compression = key.transform.compression;
    sa->in_spi = key.in_spi;
    sa->out_spi = key.out_spi;
    const auto specification = state_.specifications.sas.find(sa->specification);
    if (specification != state_.specifications.sas.end() && key.protocol != isakmp::Protocol::ipcomp) {
      sa->anti_replay = specification->second.anti_replay;
      sa->window = ReplayWindow(specification->second.replay_window);
    }
    if (!add_sa(bundle, std::move(sa), key.out_key, key.in_key)) {
      take_apart(bundle);
      for (const isakmp::KeyedSa& rest : keyed.sas) state_.sas.release_spi(rest.in_spi);
      return false;
    }
  }
  return true;
}

bool Setup::add_sa(SaBundle& bundle, std::unique_ptr<Sa> sa, SecretBytes out_key, SecretBytes in_key) {
  const std::size_t cipher_bytes = sa->cipher == enco::Cipher::null ? 0 : enco::traits(sa->cipher).key_bytes;
  const std::size_t hash_bytes = sa->hash == enco::Hash::null ? 0 : enco::traits(sa->hash).key_bytes;
  if (out_key.size() != cipher_bytes + hash_bytes || in_key.size() != out_key.size()) return false;
  if (!state_.sas.add(*sa)) return false;
  Sa& added = *bundle.sas.emplace_back(std::move(sa));
  const auto part = [](const SecretBytes& key, std::size_t from, std::size_t length) {
    const auto begin = key.begin() + static_cast<std::ptrdiff_t>(from);
    return SecretBytes(begin, begin + static_cast<std::ptrdiff_t>(length));
  };
  enco::ChannelSpec spec;
  spec.user_id = added.id;
  if (cipher_bytes != 0) {
    spec.cipher = added.cipher;
    spec.out_key = part(out_key, 0, cipher_bytes);
    spec.in_key = part(in_key, 0, cipher_bytes);
    added.encryption = state_.enco.open_channel(spec);
    if (added.encryption == 0) return false;
  }
  if (hash_bytes != 0) {
    spec.cipher = enco::Cipher::null;
    spec.hash = added.hash;
    spec.out_key = part(out_key, cipher_bytes, hash_bytes);
    spec.in_key = part(in_key, cipher_bytes, hash_bytes);
    added.authentication = state_.enco.open_channel(spec);
    if (added.authentication == 0) return false;
  }
  if (added.compression != enco::Compression::none) {
    enco::ChannelSpec compressing;
    compressing.user_id = added.id;
    compressing.compression = added.compression;
    added.compressor = state_.enco.open_channel(compressing);
    if (added.compressor == 0) return false;
  }
  return true;
}

SaBundle& Setup::take_in(Policy& policy, std::unique_ptr<SaBundle> made) {
  SaBundle& bundle = *(policy.bundles[made->index] = std::move(made));
  bundle.age = state_.next_age++;
  bundle.created = state_.now();
  policy.by_traffic.add(bundle);
  state_.peers.add(bundle);
  if (bundle.only_compresses() && !bundle.transport()) ++state_.compressed_tunnels;
  state_.routes.add(bundle);
  ++state_.generation;
  state_.counters.add(GroupCounter::setup_bundle_create);
  state_.counters.add(GroupCounter::setup_sa_create, bundle.sas.size());
  state_.debug.trace(policy, fmt::format("bundle {} created", bundle.index));
  state_.services.log.record(
      log_record(LogText::bundle_created, policy.name, policy.name, bundle.index, to_string(bundle.peer)));
  return bundle;
}

/// Gives back channels, numbers and SPIs; the bundle itself stays.
void Setup::take_apart(SaBundle& bundle) {
  for (const auto& sa : bundle.sas) {
    if (sa->encryption != 0) state_.enco.close_channel(sa->encryption);
    if (sa->authentication != 0) state_.enco.close_channel(sa->authentication);
    if (sa->compressor != 0) state_.enco.close_channel(sa->compressor);
    state_.sas.remove(*sa);
  }
  bundle.sas.clear();
}

}  // namespace arrouter::ipsec
