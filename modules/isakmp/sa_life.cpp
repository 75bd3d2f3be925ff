// The life of an ISAKMP SA after phase 1: renewal, heartbeats, keep-alives, and its end.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

constexpr std::chrono::seconds heartbeat_period{20};
constexpr std::chrono::seconds heartbeat_grace{1};  // so that a beat on its way is not a missed one
constexpr unsigned heartbeats_missed_limit = 3;
constexpr std::chrono::seconds keepalive_period{20};  // RFC 3948 4

}  // namespace

void Engine::phase1_up(Exchange& exchange, Sa& sa, bool sent_last) {
  sa.established = now_;
  sa.established_at = effects_->wall_now();
  sa.last_block = exchange.iv;
  const Phase1Counters& counters = phase1_counters(exchange.type);
  const bool initiator = exchange.role == Role::initiator;
  count(initiator ? counters.init_done : counters.resp_done);
  if (initiator) count(Counter::general_initPh1XchgGood);
  effects_->log(LogSeverity::info, "P1",
                fmt::format(text::phase1_done, exchange.id, mode_word(exchange.type), to_string(sa.peer.address)),
                sa.policy->name);
  trace(exchange.type == ExchangeType::main ? "MAIN" : "AGGR", exchange,
        fmt::format("Phase 1 [{}] complete", mode_word(exchange.type)));
  sa.initial_contact = exchange.phase1->initial_contact;
  if (sa.policy->xauth != XauthMode::none) return begin_xauth(sa, sent_last);
  sa_up(sa, sent_last);
}

// Phase 1 and, where the policy asks for it, XAUTH are over: the SA does its work.
void Engine::sa_up(Sa& sa, bool sent_last) {
  const bool others = !sas_.active_with(sa.peer_name()).empty();
  sa.state = SaState::active;
  const HeartbeatMode mode = sa.policy->heartbeat;
  sa.heartbeat.send = mode == HeartbeatMode::send || mode == HeartbeatMode::both;
  sa.heartbeat.receive = mode == HeartbeatMode::receive || mode == HeartbeatMode::both;
  sa.heartbeat.send_at = now_ + heartbeat_period;
  sa.heartbeat.check_at = now_ + heartbeat_period + heartbeat_grace;
  sa.keepalive_at = now_ + keepalive_period;
  sa.tells_initial_contact = !others && sa.policy->send_notify && sa.policy->mode == ExchangeType::main;
  if (sent_last) sa.settles_at = now_ + settling_time;
  sas_.set_due(sa, sa_deadline(sa));  // from here on it only moves away, but by the clock

  if (sa.initial_contact) initial_contact_from(sa);
  if (!sent_last) settled(sa);
}

// The peer had time for our last message: whatever was to follow on it may go.
void Engine::settled(Sa& sa) {
  sa.settles_at.reset();
  if (!sa.active()) return request_xauth(sa);
  if (std::exchange(sa.tells_initial_contact, false)) {
    count(Counter::info_initialContactTx);
    send_notify(sa, NotifyType::initial_contact, static_cast<std::uint8_t>(Protocol::isakmp), {}, {});
  }
  run_queued(sa);
}

std::optional<Instant> Engine::sa_deadline(const Sa& sa) const {
  if (!sa.keyed()) return std::nullopt;
  Instant at = sa.established + std::chrono::seconds(sa.life_s);
  if (sa.settles_at) at = std::min(at, *sa.settles_at);
  if (!sa.active()) return sa.xauth.wait_until ? std::min(at, *sa.xauth.wait_until) : at;
  if (!sa.renewal_started && sa.renews) at = std::min(at, sa.established + std::chrono::seconds(sa.soft_s()));
  if (sa.heartbeat.send) at = std::min(at, sa.heartbeat.send_at);
  if (sa.heartbeat.receive) at = std::min(at, sa.heartbeat.check_at);
  if (sa.nat.local) at = std::min(at, sa.keepalive_at);
  return at;
}

void Engine::sa_due(Sa& sa) {
  const std::uint32_t id = sa.id;
  if (now_ >= sa.established + std::chrono::seconds(sa.life_s)) {
    count(Counter::sad_hardExpire);
    effects_->log(LogSeverity::info, "SA", fmt::format(text::sa_expired, id, to_string(sa.peer.address)),
                  sa.policy->name);
    return remove_sa(sa, text::reason_sa_gone, true);
  }
  if (sa.settles_at && now_ >= *sa.settles_at) return settled(sa);
  if (!sa.active()) {
    if (sa.xauth.wait_until && now_ >= *sa.xauth.wait_until) server_silent(sa);
    return;
  }
  if (sa.renews && !sa.renewal_started && now_ >= sa.established + std::chrono::seconds(sa.soft_s())) {
    sa.renewal_started = true;
    count(Counter::sad_softExpire);
    renew(sa);
  }
  if (sa.nat.local && now_ >= sa.keepalive_at) {
    sa.keepalive_at = now_ + keepalive_period;
    const std::array<std::uint8_t, 1> keepalive{0xff};
    count(Counter::network_natTKeepaliveTx);
    effects_->send(sa.local, sa.peer, keepalive);
  }
  heartbeat_due(sa);
}

void Engine::heartbeat_due(Sa& sa) {
  Heartbeats& beats = sa.heartbeat;
  if (beats.send && now_ >= beats.send_at) {
    beats.send_at += heartbeat_period;
    std::array<std::uint8_t, 4> sequence{};
    store_be32(sequence.data(), beats.next_tx++);
    count(Counter::heartbeat_heartbeatTx);
    send_notify(sa, NotifyType::heartbeat, static_cast<std::uint8_t>(Protocol::isakmp), {}, sequence);
  }
  if (!beats.receive || now_ < beats.check_at) return;
  beats.check_at += heartbeat_period;
  ++beats.missed;
  count(Counter::heartbeat_heartbeatMissed);
  if (beats.missed < heartbeats_missed_limit) return;
  count(Counter::heartbeat_heartbeatTimeout);
  const PeerName peer = sa.peer_name();
  effects_->log(LogSeverity::notice, "HB", fmt::format(text::heartbeat_timeout, sa.id, to_string(peer.address)),
                sa.policy->name);
  // A newer SA whose heartbeats come shows that the peer lives; then only this SA is dead.
  const bool alive = std::ranges::any_of(sas_.active_with(peer), [&](const Sa* other) {
    return other != &sa && (!other->heartbeat.receive || other->heartbeat.missed == 0);
  });
  if (alive) return remove_sa(sa, text::reason_sa_gone, true);
  drop_peer(peer, "heartbeat timeout");
  std::vector<std::uint32_t> ids;
  for (const Sa* const other : sas_.active_with(peer)) ids.push_back(other->id);
  for (const std::uint32_t id : ids)
    if (Sa* const gone = sas_.find(id)) remove_sa(*gone, text::reason_sa_gone, true);
}

void Engine::heartbeat_received(Sa& sa, const Notification& notification) {
  if (!sa.heartbeat.receive || notification.data.size() != 4) return count(Counter::heartbeat_heartbeatNoSa);
  const std::uint32_t sequence = load_be32(notification.data.data());
  if (sequence <= sa.heartbeat.last_rx) return count(Counter::heartbeat_heartbeatBadSeq);
  count(Counter::heartbeat_heartbeatRx);
  sa.heartbeat.last_rx = sequence;
  sa.heartbeat.missed = 0;
  sa.heartbeat.check_at = now_ + heartbeat_period + heartbeat_grace;
}

void Engine::count_bytes(Sa& sa, std::size_t bytes) {
  sa.bytes += bytes;
  if (!sa.active() || sa.life_bytes == 0 || sa.renewal_started || !sa.renews || sa.bytes < sa.soft_bytes()) return;
  sa.renewal_started = true;
  count(Counter::sad_softExpire);
  renew(sa);
}

bool Engine::last_with_peer(const Sa& sa) {
  return std::ranges::none_of(sas_.active_with(sa.peer_name()), [&](const Sa* other) { return other->id != sa.id; });
}

void Engine::drop_peer(const PeerName& peer, const std::string& reason) {
  count(Counter::ipsec_deleteBundle);
  if (KeyUser* const user = effects_->user()) user->drop_peer(peer, reason);
}

void Engine::remove_sa(Sa& sa, const std::string& reason, bool tell_peer) {
  if (tell_peer && sa.keyed() && sa.policy->send_deletes) {
    effects_->log(LogSeverity::info, "DEL", fmt::format(text::sa_deleted, sa.id, to_string(sa.peer.address)),
                  sa.policy->name);
    send_delete(sa, sa);
  }
  const bool was_preparing = !sa.active();
  std::deque<Pending> queued = std::move(sa.queued);
  std::vector<std::uint16_t> exchanges;
  for (const Exchange* const exchange : exchanges_.of(sa.id)) exchanges.push_back(exchange->id);
  sas_.remove(sa.id);
  count(Counter::sad_deleteSaGood);
  for (const std::uint16_t id : exchanges)
    if (Exchange* const found = exchanges_.find(id)) drop_exchange(*found, reason);
  for (Pending& pending : queued) acquire_failed(std::move(pending), reason, was_preparing);
}

}  // namespace arrouter::isakmp
