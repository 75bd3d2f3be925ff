// Why negotiations begin: IPsec's acquires, renewal, pre-negotiation, repeats after failure.
#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

bool same_wish(const Acquire& a, const Acquire& b) {
  return a.ipsec_policy == b.ipsec_policy && a.bundle == b.bundle && a.peer == b.peer;
}

PolicyPtr policy_for(const PolicyStore& policies, const Acquire& wanted) {
  return wanted.isakmp_policy.empty() ? policies.for_peer(wanted.peer, wanted.names)
                                      : policies.find(wanted.isakmp_policy);
}

}  // namespace

bool Engine::in_progress(const Acquire& wanted, Ipv4Address peer) {
  for (const Sa* const sa : sas_.with_peer(peer)) {
    for (const Pending& pending : sa->queued)
      if (same_wish(pending.wanted, wanted)) return true;
    for (const Exchange* const exchange : exchanges_.of(sa->id))
      if (exchange->quick && !exchange->finished && exchange->role == Role::initiator &&
          same_wish(exchange->quick->pending.wanted, wanted))
        return true;
  }
  return std::ranges::any_of(retries_, [&](const Retry& retry) { return same_wish(retry.pending.wanted, wanted); });
}

void Engine::acquire(Pending pending) {
  count(Counter::general_acquire);
  const Acquire& wanted = pending.wanted;
  if (!enabled_) return acquire_failed(std::move(pending), text::reason_disabled, true);
  const PolicyPtr policy = policy_for(policies_, wanted);
  if (wanted.isakmp_policy.empty()) {
    count(policy ? Counter::spd_getPolicyByPeerGood : Counter::spd_getPolicyByPeerFailed);
  } else {
    count(policy ? Counter::spd_getPolicyGood : Counter::spd_getPolicyFailed);
  }
  if (!policy) {
    count(Counter::general_acquireNoPolicy);
    effects_->log(LogSeverity::notice, "FAIL",
                  fmt::format(text::cannot_start, to_string(wanted.peer), text::reason_no_policy), "");
    return acquire_failed(std::move(pending), text::reason_no_policy, true);
  }
  trace_more(fmt::format("Acquire - IPsec policy {} bundle_index = {}, ISAKMP policy {}", wanted.ipsec_policy,
                         wanted.bundle, policy->name));
  // A policy named by IPsec negotiates with its own peer, whatever address IPsec has.
  const Ipv4Address peer = policy->peer.fixed() ? policy->peer.address : wanted.peer;
  if (peer.unset()) return acquire_failed(std::move(pending), text::reason_no_peer, true);
  if (in_progress(wanted, peer)) return count(Counter::general_acquireEquivFound);

  Sa* ready = nullptr;
  Sa* preparing = nullptr;
  for (Sa* const sa : sas_.with_peer(peer)) {
    if (sa->policy->name != policy->name) continue;
    if (sa->usable(now_)) ready = sa;
    if (!sa->active() && sa->initiator) preparing = sa;
  }
  if (ready != nullptr && ready->settles_at) return ready->queued.push_back(std::move(pending));
  if (ready != nullptr) return start_quick(*ready, std::move(pending));
  count(Counter::general_acquireNoSa);
  if (preparing == nullptr) preparing = start_phase1(policy, peer, wanted.local, nullptr, wanted.bundle);
  if (preparing == nullptr) return acquire_failed(std::move(pending), text::reason_no_peer, true);
  count(Counter::general_acquireQueued);
  preparing->queued.push_back(std::move(pending));
}

// nullptr when it cannot even start; the cause is logged.
Sa* Engine::start_phase1(const PolicyPtr& policy, Ipv4Address peer, Ipv4Address wanted_local, const Sa* renewed,
                         std::optional<std::uint32_t> bundle) {
  const auto refuse = [&](const std::string& reason) -> Sa* {
    count(Counter::general_initPh1XchgFailed);
    effects_->log(LogSeverity::notice, "FAIL", fmt::format(text::cannot_start, to_string(peer), reason), policy->name);
    return nullptr;
  };
  if (!enabled_) return nullptr;
  if (const auto reason = not_negotiable(*policy)) return refuse(*reason);
  if (const auto reason = missing_key(*this, enco_, *policy, peer)) return refuse(*reason);
  const Ipv4Address local = effects_->source_for(*policy, peer, wanted_local);
  if (local.unset()) return refuse("no route to the peer");

  // A peer behind a NAT is known by the ports of the SA before.
  Endpoint from{local, port_}, to{peer, isakmp_port};
  for (const Sa* const sa : sas_.with_peer(peer)) {
    if (!sa->active() || !sa->nat.any() || (renewed != nullptr && sa != renewed)) continue;
    from.port = sa->local.port;
    to.port = sa->peer.port;
  }
  std::uint64_t cookie = 0;
  while (cookie == 0) cookie = random_.u64();
  Sa* const sa = sas_.add(cookie, to);
  count(sa != nullptr ? Counter::sad_addSaGood : Counter::sad_addSaFailed);
  if (sa == nullptr) return refuse(text::reason_too_many);
  sa->initiator = true;
  sa->renews = true;
  sa->policy = policy;
  sa->local = from;
  sa->created = now_;
  sa->life_s = policy->expiry_s;
  sa->life_bytes = std::uint64_t{1024} * policy->expiry_kbytes;
  Exchange* const exchange = add_exchange(policy->mode, Role::initiator, *sa, 0);
  if (exchange == nullptr) {
    remove_sa(*sa, text::reason_too_many, false);
    return refuse(text::reason_too_many);
  }
  count(phase1_counters(policy->mode).init_start);
  effects_->log(LogSeverity::info, "P1",
                fmt::format(text::phase1_started, exchange->id, mode_word(policy->mode), to_string(peer),
                            to_string(local), "initiator"),
                policy->name);
  if (bundle && effects_->debugging(DebugFlag::trace))
    effects_->debug(DebugFlag::trace,
                    fmt::format("ISAKMP CORE: Acquire - ph1Started - xchg_id = {} bundle_index = {}, peer = {}",
                                exchange->id, *bundle, to_string(peer)));
  start(*exchange, *sa);
  return sa;
}

std::uint32_t Engine::new_message_id(Sa& sa) {
  std::uint32_t message_id = 0;
  do {
    message_id = random_.u32();
  } while (message_id == 0 || !sa.first_use(message_id));
  return message_id;
}

Exchange* Engine::begin_as_initiator(ExchangeType type, Sa& sa) {
  Exchange* const exchange = add_exchange(type, Role::initiator, sa, new_message_id(sa));
  if (exchange != nullptr)
    exchange->iv = phase2_iv(enco_, sa.policy->hash, sa.policy->cipher, sa.last_block, exchange->message_id);
  return exchange;
}

void Engine::start_quick(Sa& sa, Pending pending) {
  if (!names_fit(pending.wanted.names, sa.names))
    return acquire_failed(std::move(pending), fmt::format(text::reason_names, to_string(sa.names)), false);
  Exchange* const exchange = begin_as_initiator(ExchangeType::quick, sa);
  if (exchange == nullptr) return acquire_failed(std::move(pending), text::reason_too_many, false);
  exchange->quick->pfs = pending.wanted.pfs;
  exchange->quick->pending = std::move(pending);
  ++sa.phase2_exchanges;
  count(Counter::quick_initStart);
  effects_->log(LogSeverity::info, "P2",
                fmt::format(text::phase2_started, exchange->id, to_string(sa.peer.address),
                            to_string(sa.local.address), "initiator"),
                sa.policy->name);
  start(*exchange, sa);
}

void Engine::run_queued(Sa& sa) {
  const std::uint32_t id = sa.id;
  std::deque<Pending> queued = std::exchange(sa.queued, {});
  for (Pending& pending : queued) {
    Sa* const still = sas_.find(id);
    if (still != nullptr && still->usable(now_)) {
      start_quick(*still, std::move(pending));
    } else {
      acquire(std::move(pending));
    }
  }
}

// A new SA in place of one that nears its end; the old one works on until its seconds are over.
void Engine::renew(const Sa& sa) {
  const PolicyPtr policy = policies_.find(sa.policy->name);
  if (!policy) return;
  for (const Sa* const other : sas_.with_peer(sa.peer.address)) {
    const bool same_peer = other->active() ? other->peer_name() == sa.peer_name() : other->peer == sa.peer;
    if (same_peer && other->id > sa.id && other->policy->name == policy->name && !other->renewal_started) return;
  }
  start_phase1(policy, sa.peer.address, sa.local.address, &sa);
}

void Engine::prenegotiate(const PolicyPtr& policy) {
  if (!policy || !enabled_ || !policy->prenegotiate || !policy->peer.fixed()) return;
  for (const Sa* const sa : sas_.with_peer(policy->peer.address))
    if (sa->policy->name == policy->name) return;
  count(Counter::general_acquirePrenegotiate);
  start_phase1(policy, policy->peer.address, {});
}

// RETRYIKEATTEMPTS (reference/isakmp-ipsec.md 4.3): both policies must name one peer.
void Engine::acquire_failed(Pending pending, const std::string& reason, bool phase1) {
  const Acquire& wanted = pending.wanted;
  const PolicyPtr policy = policy_for(policies_, wanted);
  if (enabled_ && policy && policy->retry_ike_attempts != 0) {
    const bool more = policy->retry_ike_attempts == retry_continuous || pending.repeats < policy->retry_ike_attempts;
    if (more && policy->peer.fixed() && wanted.fixed_peer) {
      count(Counter::spd_usePolIkeRetryGood);
      count(phase1 ? Counter::general_retryIkeAttemptsPh1 : Counter::general_retryIkeAttemptsPh2);
      ++pending.repeats;
      // Not at once: a peer that refuses immediately must not be asked as fast as the line allows.
      retries_.push_back({now_ + std::chrono::seconds(policy->retransmit.timeout_s), std::move(pending)});
      return;
    }
    count(Counter::spd_usePolIkeRetryFailed);
  }
  count(Counter::ipsec_acquireFailed);
  if (KeyUser* const user = effects_->user()) user->failed(wanted.ipsec_policy, wanted.bundle, reason);
}

void Engine::retry_due() {
  std::vector<Pending> due;
  std::erase_if(retries_, [&](Retry& retry) {
    if (retry.at > now_) return false;
    due.push_back(std::move(retry.pending));
    return true;
  });
  for (Pending& pending : due) acquire(std::move(pending));
}

BadSpiAnswer Engine::ask_bad_spi(Ipv4Address peer, const std::string& name, PolicyPtr& chosen) {
  count(Counter::general_badSpiRequests);
  if (!enabled_) return BadSpiAnswer::not_enabled;
  chosen = name.empty() ? policies_.for_peer(peer) : policies_.find(name);
  if (!chosen) return BadSpiAnswer::no_policy;
  if (!sas_.with_peer(peer).empty()) {
    count(Counter::general_badSpiFromKnownPeer);
    return BadSpiAnswer::known_peer;
  }
  if (chosen->mode == ExchangeType::aggressive) {
    count(Counter::general_badSpiInAggrMode);
    return BadSpiAnswer::aggressive_mode;
  }
  if (!chosen->send_notify) {
    count(Counter::general_badSpiSendNotifyUnset);
    return BadSpiAnswer::notify_unset;
  }
  return BadSpiAnswer::accepted;
}

}  // namespace arrouter::isakmp
