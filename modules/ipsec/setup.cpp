// Bundles: expiring and removing them. They are negotiated in negotiate.cpp and responder.cpp, or made of manual keys
// in manual.cpp, and come to be in install.cpp.
#include "modules/ipsec/setup.h"

#include <algorithm>

namespace arrouter::ipsec {
namespace {

using std::chrono::seconds;

constexpr seconds overlap{30};        // a replaced bundle still takes late packets
constexpr seconds renewal_retry{10};  // after a renewal that failed while the old bundle lasts

/// Most of a lifetime is over, so that a successor means a renewal and not a peer that forgot its SAs (what it forgot
/// stays until it expires, as on the real router).
bool due_for_renewal(const SaBundle& bundle, Instant now) {
  const bool by_time = bundle.hard_seconds != 0 &&
                       now - bundle.created >= seconds(bundle.hard_seconds) - seconds(bundle.hard_seconds) / 10;
  const bool by_bytes = bundle.hard_bytes != 0 && bundle.used_bytes() >= bundle.hard_bytes - bundle.hard_bytes / 10;
  return bundle.soft_expired || bundle.inbound_only || by_time || by_bytes;
}

}  // namespace

Setup::Setup(State& state) : state_(state), timer_(state.services.scheduler, [this] { run_deadlines(); }) {}

std::optional<Ipv4Address> Setup::local_of(const Policy& policy) const {
  const auto info = state_.ip.interface(policy.tunnel_interface());
  if (!info || info->address.unset()) return std::nullopt;
  return info->address;
}

// ---- removal --------------------------------------------------------------------------------------------------

void Setup::remove(SaBundle& bundle, Farewell farewell) {
  Policy& policy = *bundle.policy;
  deadlines_.erase({bundle.deadline, &bundle});
  Negotiation* const unsettled = bundle.settles_at ? policy.negotiations.find(bundle.index) : nullptr;
  if (unsettled != nullptr) give_up(policy, *unsettled);
  if (farewell == Farewell::tell_peer && policy.negotiated()) {
    for (const auto& sa : bundle.sas) {
      state_.isakmp.deleted(bundle.peer_name(), bundle.isakmp_policy, sa->protocol, {sa->in_spi});
    }
  }
  policy.counters.add(PolicyCounter::remove_done);
  state_.counters.add(GroupCounter::setup_bundle_delete);
  state_.counters.add(GroupCounter::setup_sa_delete, bundle.sas.size());
  state_.debug.trace(policy, fmt::format("bundle {} deleted", bundle.index));
  state_.services.log.record(
      log_record(LogText::bundle_deleted, policy.name, policy.name, bundle.index, to_string(bundle.peer)));
  state_.peers.remove(bundle);
  if (bundle.only_compresses() && !bundle.transport()) --state_.compressed_tunnels;
  state_.routes.remove(bundle);
  take_apart(bundle);
  ++state_.generation;
  policy.by_traffic.remove(bundle);
  const std::uint32_t index = bundle.index;
  policy.bundles.erase(index);
  policy.free_index(index);
}

void Setup::remove_if(Policy& policy, const std::function<bool(const SaBundle&)>& condition) {
  for (auto at = policy.bundles.begin(); at != policy.bundles.end();) {
    SaBundle& bundle = *(at++)->second;
    if (condition(bundle)) remove(bundle, Farewell::tell_peer);
  }
}

void Setup::clear(Policy& policy, Farewell farewell) {
  while (!policy.bundles.empty()) remove(*policy.bundles.begin()->second, farewell);
  while (!policy.negotiations.empty()) give_up(policy, *policy.negotiations.by_index().begin()->second);
}

void Setup::peer_deleted(Ipv4Address peer, isakmp::Protocol protocol, std::uint32_t spi) {
  SaBundle* const bundle = state_.peers.sending_by(peer, protocol, spi);
  if (bundle != nullptr && bundle->policy->negotiated()) remove(*bundle, Farewell::silent);
}

std::vector<SaBundle*> Setup::negotiated_with(const isakmp::PeerName& peer) const {
  std::vector<SaBundle*> found;
  for (SaBundle* const bundle : state_.peers.with(peer.address)) {
    if (bundle->policy->negotiated() && bundle->peer_name() == peer) found.push_back(bundle);
  }
  return found;
}

/// The peer is told as far as ISAKMP still can: it may have kept what is dropped here.
void Setup::drop_peer(const isakmp::PeerName& peer, const std::string&) {
  for (SaBundle* const bundle : negotiated_with(peer)) remove(*bundle, Farewell::tell_peer);
}

/// Some peers end their bundles with the ISAKMP SA, others go on sending by them. So they still take packets, and the
/// next one that leaves asks for a successor. A peer that cannot be called keeps what it has.
void Setup::peer_hung_up(const isakmp::PeerName& peer) {
  for (SaBundle* const bundle : negotiated_with(peer)) {
    if (bundle->policy->peer.kind != PeerAddress::Kind::address) continue;
    bundle->inbound_only = true;
    bundle->renews = false;
  }
  ++state_.generation;
}

void Setup::peer_moved(const isakmp::PeerName& before, Ipv4Address after, std::uint16_t port) {
  for (SaBundle* const bundle : negotiated_with(before)) {
    if (!bundle->nat.udp_encapsulation) continue;
    state_.peers.move(*bundle, after);
    bundle->nat.peer_port = port;
  }
}

void Setup::interface_changed(const InterfaceChange& change) {
  for (Policy* const policy : state_.policies.all()) {
    if (policy->tunnel_interface() != change.info.name) continue;
    if (policy->manual()) {
      refresh_manual(*policy);
      continue;
    }
    const bool gone = change.removed || change.info.address.unset();
    remove_if(*policy, [&](const SaBundle& bundle) { return gone || bundle.local != change.info.address; });
  }
  ++state_.generation;
}

// ---- lifetimes ------------------------------------------------------------------------------------------------

void Setup::schedule(SaBundle& bundle, Instant deadline) {
  deadlines_.erase({bundle.deadline, &bundle});
  bundle.deadline = deadline;
  deadlines_.insert({deadline, &bundle});
  timer_.arm(deadlines_.begin()->first);
}

void Setup::run_deadlines() {
  const Instant now = state_.now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    SaBundle& bundle = *deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    look_at(bundle, now);
  }
  if (!deadlines_.empty()) timer_.arm(deadlines_.begin()->first);
}

void Setup::look_at(SaBundle& bundle, Instant now) {
  const Instant hard = bundle.hard_seconds == 0 ? Instant::max() : bundle.created + seconds(bundle.hard_seconds);
  if (bundle.settles_at) return settle(bundle);
  if (now >= bundle.remove_at) return remove(bundle, Farewell::tell_peer);
  if (now >= hard) {
    bundle.policy->counters.add(PolicyCounter::out_bundle_expire);
    return expire(bundle);
  }
  if (bundle.renews && now >= bundle.created + seconds(bundle.soft_seconds)) {
    if (!bundle.soft_expired) {
      bundle.soft_expired = true;
      bundle.policy->counters.add(PolicyCounter::out_bundle_soft_expire);
      state_.counters.add(GroupCounter::setup_soft_expire);
    }
    renew(bundle);
    // Looked at again: the renewal may fail while the old bundle still works.
    return schedule(bundle, std::min({hard, bundle.remove_at, now + renewal_retry}));
  }
  schedule(bundle, std::min(hard, bundle.remove_at));
}

void Setup::soft_limit(SaBundle& bundle, Heading heading) {
  bundle.soft_expired = true;
  bundle.policy->counters.add(heading == Heading::leaving ? PolicyCounter::out_bundle_soft_expire
                                                          : PolicyCounter::in_bundle_soft_expire);
  state_.counters.add(GroupCounter::setup_soft_expire);
  if (bundle.renews) renew(bundle);
}

void Setup::hard_limit(SaBundle& bundle, Heading heading) {
  bundle.policy->counters.add(heading == Heading::leaving ? PolicyCounter::out_bundle_expire
                                                          : PolicyCounter::in_bundle_expire);
  expire(bundle);
}

void Setup::expire(SaBundle& bundle) {
  state_.counters.add(GroupCounter::setup_hard_expire);
  const Policy& policy = *bundle.policy;
  state_.services.log.record(log_record(LogText::bundle_expired, policy.name, policy.name, bundle.index));
  remove(bundle, Farewell::tell_peer);
}

void Setup::first_inbound(SaBundle& bundle) {
  bundle.used_inbound = true;
  bundle.outbound_ready = true;
  if (bundle.settles_at) settle(bundle);
  ++state_.generation;
  for (SaBundle* const older : bundle.policy->by_traffic.generations_of(bundle)) {
    if (older == &bundle) break;
    if (older->remove_at != Instant::max() || !due_for_renewal(*older, state_.now())) continue;
    older->remove_at = state_.now() + overlap;
    schedule(*older, std::min(older->deadline, older->remove_at));
  }
}

}  // namespace arrouter::ipsec
