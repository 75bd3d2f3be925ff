#include "modules/isakmp/engine.h"

#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/actions.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"
#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

std::string_view debug_part(ExchangeType type) {
  switch (type) {
    case ExchangeType::main: return "MAIN";
    case ExchangeType::aggressive: return "AGGR";
    case ExchangeType::informational: return "INFO";
    case ExchangeType::transaction: return "TRAN";
    case ExchangeType::quick: return "QUICK";
  }
  return "CORE";
}

Counter bad_message_counter(ExchangeType type) {
  switch (type) {
    case ExchangeType::aggressive: return Counter::aggressive_badMessage;
    case ExchangeType::quick: return Counter::quick_badMessage;
    case ExchangeType::informational: return Counter::info_badMessage;
    case ExchangeType::transaction: return Counter::transaction_badMessage;
    default: return Counter::main_badMessage;
  }
}

Counter timeout_counter(const Exchange& exchange) {
  if (exchange.transaction) return Counter::transaction_timeout;
  return exchange.quick ? Counter::quick_timeout : phase1_counters(exchange.type).timeout;
}

}  // namespace

void Engine::handle(Event event, Instant now, Effects& effects) {
  now_ = now;
  effects_ = &effects;
  std::visit(Overloaded{
                 [&](event::Enable&) { enable(); },
                 [&](event::Disable&) { disable(); },
                 [&](event::Received& e) { receive(std::move(e)); },
                 [&](event::Deadline&) { deadline(); },
                 [&](event::DhGenerated& e) { dh_generated(std::move(e)); },
                 [&](event::DhShared& e) { dh_shared(std::move(e)); },
                 [&](event::Authenticated& e) { authenticated(std::move(e)); },
                 [&](event::Signed& e) { signature_made(std::move(e)); },
                 [&](event::Verified& e) { signature_checked(e); },
                 [&](event::Wanted& e) {
                   count(Counter::ipsec_acquireRx);
                   acquire({std::move(e.acquire), 0});
                 },
                 [&](event::Deleted& e) { deleted(e); },
                 [&](event::PeerMoved& e) { peer_moved(e); },
                 [&](event::BadSpi& e) { start_phase1(e.policy, e.peer, e.local); },
                 [&](event::PolicyReset& e) {
                   std::vector<std::uint32_t> ids;
                   for (const auto& [id, sa] : sas_.all())
                     if (sa->policy->name == e.name) ids.push_back(id);
                   for (const std::uint32_t id : ids)
                     if (Sa* const sa = sas_.find(id)) remove_sa(*sa, text::reason_reset, true);
                   std::erase_if(retries_, [&](const Retry& retry) {
                     return retry.pending.wanted.isakmp_policy == e.name;
                   });
                 },
                 [&](event::PolicyChanged& e) { prenegotiate(policies_.find(e.name)); },
                 [&](event::AddressGone& e) {
                   std::vector<std::uint32_t> ids;
                   for (const auto& [id, sa] : sas_.all())
                     if (sa->local.address == e.address) ids.push_back(id);
                   for (const std::uint32_t id : ids)
                     if (Sa* const sa = sas_.find(id)) remove_sa(*sa, text::reason_address_gone, false);
                 },
             },
             event);
  effects_ = nullptr;
}

void Engine::enable() {
  if (enabled_) return;
  enabled_ = true;
  for (const auto& [name, policy] : policies_.all()) prenegotiate(policy);
}

void Engine::disable() {
  if (!enabled_) return;
  enabled_ = false;
  std::vector<PeerName> peers;
  for (const auto& [id, sa] : sas_.all())
    if (sa->active() && std::ranges::count(peers, sa->peer_name()) == 0) peers.push_back(sa->peer_name());
  for (const PeerName& peer : peers) drop_peer(peer, text::reason_disabled);
  for (Retry& retry : std::exchange(retries_, {}))
    if (KeyUser* const user = effects_->user())
      user->failed(retry.pending.wanted.ipsec_policy, retry.pending.wanted.bundle, text::reason_disabled);
  std::vector<std::uint32_t> ids;
  for (const auto& [id, sa] : sas_.all()) ids.push_back(id);
  // The last SA with a peer goes without a Delete: none is left to protect it (reference/isakmp-ipsec.md 1.3).
  for (const std::uint32_t id : ids)
    if (Sa* const sa = sas_.find(id)) remove_sa(*sa, text::reason_disabled, !last_with_peer(*sa));
}

const Sa* Engine::find_sa(std::uint32_t id) const {
  const auto found = sas_.all().find(id);
  return found == sas_.all().end() ? nullptr : found->second.get();
}

void Engine::trace(std::string_view part, const Exchange& exchange, const std::string& text) {
  if (!effects_->debugging(DebugFlag::trace)) return;
  effects_->debug(DebugFlag::trace, fmt::format("ISAKMP {}: Exchange {}: {}", part, exchange.id, text));
}

void Engine::trace_more(const std::string& text) {
  if (effects_->debugging(DebugFlag::trace_more)) effects_->debug(DebugFlag::trace_more, "ISAKMP CORE: " + text);
}

void Engine::bad_message(const Exchange* exchange, const Endpoint& peer, const std::string& cause) {
  count(Counter::general_msgRxBad);
  if (exchange != nullptr) {
    count(bad_message_counter(exchange->type));
    trace(debug_part(exchange->type), *exchange, "message dropped: " + cause);
  } else if (effects_->debugging(DebugFlag::trace)) {
    effects_->debug(DebugFlag::trace,
                    fmt::format("ISAKMP CORE: message from {} dropped: {}", to_string(peer.address), cause));
  }
}

// ---- exchanges --------------------------------------------------------------------------------------------------

Exchange* Engine::add_exchange(ExchangeType type, Role role, Sa& sa, std::uint32_t message_id) {
  Exchange* const exchange = exchanges_.add(type, role, sa.id, message_id);
  count(exchange != nullptr ? Counter::xdb_addXchgGood : Counter::xdb_addXchgFailed);
  if (exchange == nullptr) return nullptr;
  if (type == ExchangeType::quick) {
    exchange->quick = std::make_unique<QuickWork>();
    exchange->state = ExchangeState::starting;
  } else if (type == ExchangeType::transaction) {
    exchange->transaction = std::make_unique<TransactionWork>();
  } else {
    exchange->phase1 = std::make_unique<Phase1Work>();
  }
  return exchange;
}

void Engine::remove_exchange(Exchange& exchange) {
  if (exchange.stranger) strangers_.over(*exchange.stranger);
  count(exchanges_.remove(exchange.id) ? Counter::xdb_deleteXchgGood : Counter::xdb_deleteXchgFailed);
}

void Engine::set_state(Exchange& exchange, ExchangeState state) {
  if (state == ExchangeState::same || state == exchange.state) return;
  exchange.state = state;
  if (effects_->debugging(DebugFlag::state))
    effects_->debug(DebugFlag::state, fmt::format("ISAKMP {}: Exchange {}: New State: {}", debug_part(exchange.type),
                                                  exchange.id, name(state)));
}

// ---- transitions ------------------------------------------------------------------------------------------------

void Engine::start(Exchange& exchange, Sa& sa) {
  exchange.row = find_row(exchange.type, exchange.role, exchange.state);
  if (effects_->debugging(DebugFlag::state))
    effects_->debug(DebugFlag::state, fmt::format("ISAKMP {}: Exchange {}: New State: {}", debug_part(exchange.type),
                                                  exchange.id, name(exchange.state)));
  advance(exchange, sa);
}

void Engine::step(Exchange& exchange, Sa& sa, const Header& header, const PayloadChain& whole, ByteView raw,
                  Bytes next_iv) {
  const Row* const row = find_row(exchange.type, exchange.role, exchange.state, arrival(exchange.type, whole));
  const auto refuse = [&](const std::string& cause) { bad_message(&exchange, sa.peer, cause); };
  if (row == nullptr || row->check == nullptr)
    return refuse(fmt::format("not expected in state {}", name(exchange.state)));
  const bool encrypted = (header.flags & flag_encrypted) != 0;
  if ((row->protection == Protection::encrypted && !encrypted) || (row->protection == Protection::clear && encrypted))
    return refuse(encrypted ? "encrypted too early" : "not encrypted");

  PayloadChain chain;
  chain.bytes = whole.bytes;
  for (const Payload& payload : whole.payloads) {
    const auto type = static_cast<unsigned>(payload.type);
    if (type > static_cast<unsigned>(PayloadType::nat_oa) && type < 128)
      return refuse(fmt::format("payload type {}", type));
    if (row->needs.contains(payload.type) || row->may.contains(payload.type)) chain.payloads.push_back(payload);
  }
  for (unsigned type = 1; type <= static_cast<unsigned>(PayloadType::attributes); ++type) {
    const auto payload = static_cast<PayloadType>(type);
    if (row->needs.contains(payload) && chain.count(payload) != 1)
      return refuse(fmt::format("{} payloads of type {}", chain.count(payload), name(payload)));
  }

  Step step{*this, exchange, sa, &header, &chain, {}};
  const Verdict verdict = row->check(step);
  if (verdict.kind == Verdict::Kind::ignore) return refuse(verdict.reason);
  exchange.retransmits = false;
  exchanges_.reschedule(exchange);
  exchange.received.emplace_back(raw.begin(), raw.end());
  if (verdict.kind == Verdict::Kind::fail) return fail(exchange, sa, verdict);
  if (encrypted) exchange.iv = std::move(next_iv);
  if ((header.flags & flag_commit) != 0 && exchange.quick) exchange.commit_received = true;
  set_state(exchange, row->received);
  exchange.row = row;
  advance(exchange, sa);
}

void Engine::build(Exchange& exchange, Sa& sa) {
  const Row& row = *exchange.row;
  bool answered = false;
  if (row.build != nullptr) {
    Step step{*this, exchange, sa, nullptr, nullptr, {}};
    const Verdict verdict = row.build(step);
    if (verdict.kind != Verdict::Kind::go_on) return fail(exchange, sa, verdict);
    if (!step.reply.empty()) {
      const std::uint8_t flags = exchange.commit_sent ? flag_commit : std::uint8_t{0};
      exchange.last_sent = encode(sa, exchange.type, exchange.message_id, flags, step.reply,
                                  row.encrypt_reply ? &exchange.iv : nullptr);
      for (PayloadOut& payload : step.reply) wipe(payload.body.data(), payload.body.size());  // perhaps a password
      transmit(sa, exchange.last_sent);
      answered = true;
    }
  }
  set_state(exchange, row.to);
  exchange.row = nullptr;
  exchange.retransmits = row.then == Then::repeat;
  if (exchange.retransmits) exchange.retransmission.start(sa.policy->retransmit, now_);
  exchanges_.reschedule(exchange);
  if (row.then == Then::finish) finish(exchange, sa, answered);
}

// The exchange is over. It stays for DELETEDELAY, unseen, when the last message was ours and may have been lost.
void Engine::finish(Exchange& exchange, Sa& sa, bool sent_last) {
  const std::uint16_t id = exchange.id;
  set_state(exchange, exchange.quick ? ExchangeState::done : ExchangeState::up);
  if (exchange.stranger) strangers_.over(*std::exchange(exchange.stranger, std::nullopt));
  exchange.finished = true;
  forget_later(exchange);
  if (exchange.is_phase1()) {
    phase1_up(exchange, sa, sent_last);
  } else if (exchange.transaction) {
    transaction_done(exchange, sa, sent_last);
  } else {
    const bool initiator = exchange.role == Role::initiator;
    count(initiator ? Counter::quick_initDone : Counter::quick_respDone);
    if (initiator) count(Counter::general_initPh2XchgGood);
    effects_->log(LogSeverity::info, "P2", fmt::format(text::phase2_done, id, to_string(sa.peer.address)),
                  sa.policy->name);
    trace("QUICK", exchange, "Phase 2 [quick] complete");
    sa.carried_bundles = true;
    install(exchange, sa);
  }
  if (Exchange* const still = exchanges_.find(id); still != nullptr && !sent_last) remove_exchange(*still);
}

void Engine::install(const Exchange& exchange, const Sa& sa) {
  const Bundle bundle = quick_bundle(*this, exchange, sa);
  count(Counter::ipsec_addBundleGood);
  if (KeyObserver* const observer = effects_->key_observer()) observer->bundle_keys(bundle);
  if (KeyUser* const user = effects_->user()) user->install(bundle);
}

void Engine::forget_later(Exchange& exchange) {
  if (const Sa* const sa = sas_.find(exchange.sa_id))
    exchange.ends_at = now_ + std::chrono::seconds(sa->policy->delete_delay_s);
  exchanges_.reschedule(exchange);
}

void Engine::fail(Exchange& exchange, Sa& sa, const Verdict& verdict) {
  if (verdict.counter) count(*verdict.counter);
  const bool initiator = exchange.role == Role::initiator;
  log_failure(exchange, sa, verdict.reason);
  if (exchange.transaction) {
    if (exchange.transaction->refusal.empty()) count(Counter::transaction_xauthFailed);  // else it is counted
    return remove_sa(sa, verdict.reason, true);
  }
  if (verdict.notify != NotifyType::none && sa.policy->send_notify) {
    if (exchange.is_phase1()) {
      send_unprotected_notify(sa, verdict.notify);
    } else {
      Bytes spi;
      const auto& proposals = exchange.quick->wire_offer.proposals;
      if (!proposals.empty()) spi = proposals.front().spi;
      const Protocol protocol = proposals.empty() ? Protocol::esp : proposals.front().protocol;
      send_notify(sa, verdict.notify, static_cast<std::uint8_t>(protocol), spi, {});
    }
  }
  if (exchange.is_phase1()) {
    if (initiator) count(Counter::general_initPh1XchgFailed);
    return remove_sa(sa, verdict.reason, false);
  }
  if (initiator) count(Counter::general_initPh2XchgFailed);
  drop_exchange(exchange, verdict.reason);
}

void Engine::log_failure(const Exchange& exchange, const Sa& sa, const std::string& reason) {
  std::string line = fmt::format(text::exchange_failed, exchange.id, phase_word(exchange), mode_word(exchange.type),
                                 to_string(sa.peer.address), reason);
  if (exchange.stranger) {
    log_stranger(*exchange.stranger, LogSeverity::notice, "FAIL", std::move(line), sa.policy->name);
  } else {
    effects_->log(LogSeverity::notice, "FAIL", std::move(line), sa.policy->name);
  }
  trace(debug_part(exchange.type), exchange, "failed: " + reason);
}

// Ends an unfinished quick mode and tells whoever waits for it.
void Engine::drop_exchange(Exchange& exchange, const std::string& reason) {
  const std::unique_ptr<QuickWork> quick = std::move(exchange.quick);
  const bool finished = exchange.finished, initiator = exchange.role == Role::initiator;
  remove_exchange(exchange);
  if (!quick || finished) return;
  if (initiator) return acquire_failed(std::move(quick->pending), reason, false);
  if (quick->own_spis.empty()) return;  // IPsec knows nothing of it yet
  count(Counter::ipsec_addBundleFailed);
  if (KeyUser* const user = effects_->user())
    user->failed(quick->selection.ipsec_policy, quick->selection.bundle, reason);
}

// ---- time -------------------------------------------------------------------------------------------------------

void Engine::deadline() {
  for (const std::uint16_t id : exchanges_.due(now_))
    if (Exchange* const exchange = exchanges_.find(id)) exchange_due(*exchange);
  for (const std::uint32_t id : sas_.due(now_)) {
    if (Sa* const sa = sas_.find(id)) sa_due(*sa);
    if (Sa* const still = sas_.find(id)) sas_.set_due(*still, sa_deadline(*still));
  }
  retry_due();
  if (const auto left_out = strangers_.report(now_))
    effects_->log(LogSeverity::notice, "FAIL", fmt::format(text::strangers_left_out, *left_out), "");
}

void Engine::exchange_due(Exchange& exchange) {
  Sa* const sa = sas_.find(exchange.sa_id);
  if (exchange.finished || sa == nullptr) return remove_exchange(exchange);
  if (exchange.job_running)
    return fail(exchange, *sa, Verdict::fail(NotifyType::none, text::reason_xauth_no_check, timeout_counter(exchange)));
  const Retransmission::Step step = exchange.retransmission.due(now_);
  exchanges_.reschedule(exchange);
  if (step == Retransmission::Step::send_again) {
    count(Counter::general_msgRetransmit);
    trace(debug_part(exchange.type), exchange, "message sent again");
    transmit(*sa, exchange.last_sent);
    return;
  }
  if (step == Retransmission::Step::wait) return;
  count(Counter::general_msgRetryLimitReached);
  fail(exchange, *sa, Verdict::fail(NotifyType::none, text::reason_retries, timeout_counter(exchange)));
}

std::optional<Instant> Engine::next_deadline() const {
  std::optional<Instant> next;
  const auto earliest = [&](std::optional<Instant> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  earliest(exchanges_.next_due());
  earliest(sas_.next_due());
  for (const Retry& retry : retries_) earliest(retry.at);
  earliest(strangers_.report_due());
  return next;
}

}  // namespace arrouter::isakmp
