// The crypto jobs of exchanges: what has to run elsewhere before a row's answer can be built, and what its result does.
#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

const Bytes& peer_public(const Exchange& exchange) {
  const auto of = [&](const auto& work) -> const Bytes& {
    return exchange.role == Role::initiator ? work.responder_public : work.initiator_public;
  };
  return exchange.quick ? of(*exchange.quick) : of(*exchange.phase1);
}

std::optional<Verdict> unless_good(bool good, const Exchange& exchange) {
  if (good) return std::nullopt;
  const Counter counter = exchange.quick ? Counter::quick_keFailed : phase1_counters(exchange.type).key_failed;
  return Verdict::fail(NotifyType::invalid_key_information, text::reason_peer_value, counter);
}

}  // namespace

// The next part of the row's crypto job that is still to run.
CryptoJob Engine::next_job(const Exchange& exchange, const Sa& sa) const {
  const CryptoJob job = exchange.row->job;
  if (exchange.quick && !exchange.quick->pfs) return CryptoJob::none;
  if (includes(job, CryptoJob::generate) && !exchange.dh) return CryptoJob::generate;
  if (includes(job, CryptoJob::shared) && exchange.shared_secret.empty()) return CryptoJob::shared;
  if (includes(job, CryptoJob::verify) && peer_signature_unchecked(exchange, sa)) return CryptoJob::verify;
  if (includes(job, CryptoJob::sign) && own_signature_needed(exchange, sa)) return CryptoJob::sign;
  if (includes(job, CryptoJob::authenticate) && !exchange.transaction->passed) return CryptoJob::authenticate;
  return CryptoJob::none;
}

// Runs what is left of the row: its crypto jobs, then the answer.
void Engine::advance(Exchange& exchange, Sa& sa) {
  const Row& row = *exchange.row;
  if (row.building != ExchangeState::same) set_state(exchange, row.building);
  Step step{*this, exchange, sa, nullptr, nullptr, {}};
  if (exchange.is_phase1() && !exchange.shared_secret.empty() && !sa.cipher)
    if (const Verdict derived = derive_keys(step); derived.kind != Verdict::Kind::go_on)
      return fail(exchange, sa, derived);
  const CryptoJob job = next_job(exchange, sa);
  exchange.job_running = job != CryptoJob::none;
  switch (job) {
    case CryptoJob::generate: {
      const enco::Group group = exchange.quick ? *exchange.quick->pfs : sa.policy->group;
      return effects_->generate_dh(exchange.serial, group, sa.policy->dh_exponent_bits);
    }
    case CryptoJob::shared: return effects_->compute_dh(exchange.serial, *exchange.dh, peer_public(exchange));
    case CryptoJob::verify: return start_peer_signature(step);
    case CryptoJob::sign: return start_own_signature(step);
    case CryptoJob::authenticate: return ask_for_user(exchange, sa);
    default: return build(exchange, sa);
  }
}

void Engine::dh_generated(event::DhGenerated result) {
  Exchange* const exchange = exchanges_.by_serial(result.serial);
  if (exchange == nullptr) return;
  const bool good = result.pair.has_value();
  exchange->dh = std::move(result.pair);
  resume(*exchange, unless_good(good, *exchange));
}

void Engine::dh_shared(event::DhShared result) {
  Exchange* const exchange = exchanges_.by_serial(result.serial);
  if (exchange == nullptr) return;
  if (result.secret) exchange->shared_secret = std::move(*result.secret);
  resume(*exchange, unless_good(result.secret.has_value(), *exchange));
}

void Engine::signature_made(event::Signed result) {
  Exchange* const exchange = exchanges_.by_serial(result.serial);
  if (exchange == nullptr || !exchange->is_phase1()) return;
  if (result.signature) exchange->phase1->own_signature = std::move(*result.signature);
  resume(*exchange, result.signature ? std::nullopt
                                     : std::optional(Verdict::fail(NotifyType::authentication_failed,
                                                                   text::reason_no_signature,
                                                                   phase1_counters(exchange->type).auth_failed)));
}

// A wrong one is found by verify_peer().
void Engine::signature_checked(event::Verified result) {
  Exchange* const exchange = exchanges_.by_serial(result.serial);
  if (exchange == nullptr || !exchange->is_phase1()) return;
  exchange->phase1->peer_signature_good = result.good;
  resume(*exchange, std::nullopt);
}

void Engine::resume(Exchange& exchange, const std::optional<Verdict>& failure) {
  Sa* const sa = sas_.find(exchange.sa_id);
  if (sa == nullptr || !exchange.job_running) return;
  exchange.job_running = false;
  if (failure) return fail(exchange, *sa, *failure);
  const std::uint16_t id = exchange.id;
  event::Received held{exchange.held_local, exchange.held_peer, std::exchange(exchange.held, {})};
  advance(exchange, *sa);
  if (held.payload.empty()) return;
  // A message that came while the job ran is looked at now, or after the next job; the exchange may be over.
  Exchange* const still = exchanges_.find(id);
  if (still != nullptr && still->job_running) return hold(*still, held);
  receive(std::move(held));
}

}  // namespace arrouter::isakmp
