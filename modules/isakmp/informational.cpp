// Informational exchanges (RFC 2409 5.7): notifications and deletes, sent once and never repeated.
#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/engine.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

Bytes cookies(const Sa& sa) {
  Bytes spi(16);
  store_be64(spi.data(), sa.initiator_cookie);
  store_be64(spi.data() + 8, sa.responder_cookie);
  return spi;
}

std::string_view protocol_name(std::uint8_t protocol) {
  switch (static_cast<Protocol>(protocol)) {
    case Protocol::ah: return "AH";
    case Protocol::esp: return "ESP";
    case Protocol::ipcomp: return "IPCOMP";
    default: return "unknown protocol";
  }
}

// States in which the peer has no keys yet and can complain only in clear.
bool too_early_for_keys(ExchangeState state) {
  return state == ExchangeState::sa_sent || state == ExchangeState::ke_sent || state == ExchangeState::sa_ke_sent;
}

}  // namespace

void Engine::send_information(Sa& sa, PayloadList payloads) {
  const std::uint32_t message_id = new_message_id(sa);
  const Bytes rest = encode_chain(payloads);
  const SecretBytes hash = message_hash(enco_, sa.policy->hash, sa.keys.skeyid_a, message_id, {}, rest);
  payloads.insert(payloads.begin(), {PayloadType::hash, Bytes(hash.begin(), hash.end())});
  Bytes iv = phase2_iv(enco_, sa.policy->hash, sa.policy->cipher, sa.last_block, message_id);
  const bool sent = transmit(sa, encode(sa, ExchangeType::informational, message_id, 0, payloads, &iv));
  count(sent ? Counter::general_initInfoXchgGood : Counter::general_initInfoXchgFailed);
}

void Engine::send_notify(Sa& sa, NotifyType type, std::uint8_t protocol, ByteView spi, ByteView data) {
  count(Counter::info_notifyTx);
  const Bytes own = cookies(sa);
  Notification notification;
  notification.protocol = protocol;
  notification.type = type;
  notification.spi = protocol == static_cast<std::uint8_t>(Protocol::isakmp) ? ByteView(own) : spi;
  notification.data = data;
  send_information(sa, {{PayloadType::notification, encode_notification(notification)}});
}

// Before there are keys a complaint can only go in clear; it carries no more than its reason.
void Engine::send_unprotected_notify(const Sa& sa, NotifyType type) {
  count(Counter::info_notifyTx);
  Notification notification;
  notification.type = type;
  const PayloadList payloads{{PayloadType::notification, encode_notification(notification)}};
  Sa bare;
  bare.initiator_cookie = sa.initiator_cookie;
  bare.responder_cookie = sa.responder_cookie;
  const bool sent =
      transmit_to(sa.local, sa.peer, encode(bare, ExchangeType::informational, random_.u32(), 0, payloads, nullptr));
  count(sent ? Counter::general_initInfoXchgGood : Counter::general_initInfoXchgFailed);
}

void Engine::send_delete(Sa& under, const Sa& gone) {
  count(Counter::info_deleteTx);
  send_information(under, {{PayloadType::deletion,
                            encode_deletion(static_cast<std::uint8_t>(Protocol::isakmp), {cookies(gone)})}});
}

void Engine::deleted(const event::Deleted& gone) {
  Sa* best = nullptr;
  for (Sa* const sa : sas_.active_with(gone.peer))
    if (gone.policy.empty() || sa->policy->name == gone.policy) best = sa;  // the newest
  count(Counter::ipsec_deleteBundle);
  if (best == nullptr || !best->policy->send_deletes || gone.in_spis.empty()) return;
  std::vector<Bytes> spis;
  for (const std::uint32_t spi : gone.in_spis) spis.push_back(spi_bytes(gone.protocol, spi));
  count(Counter::info_deleteTx);
  send_information(*best,
                   {{PayloadType::deletion, encode_deletion(static_cast<std::uint8_t>(gone.protocol), spis)}});
}

// Anyone can forge these, so they mean something only to an initiator that has no keys yet, with the right cookies.
void Engine::unprotected_information(Sa& sa, const PayloadChain& chain) {
  count(Counter::info_notProtected);
  const Payload* const payload = chain.find(PayloadType::notification);
  Exchange* const exchange = exchanges_.find(sa.id, 0);
  if (payload == nullptr || exchange == nullptr || sa.keyed() || !sa.initiator) return;
  const auto notification = parse_notification(payload->body);
  if (!notification || notification->type == NotifyType::none || notification->type >= NotifyType::last_error) return;
  if (!too_early_for_keys(exchange->state) || exchange->job_running) return;
  count(Counter::info_notifyRx);
  fail(*exchange, sa,
       Verdict::fail(NotifyType::none, fmt::format(text::reason_notify, name(notification->type))));
}

void Engine::protected_information(Sa& sa, const PayloadChain& chain) {
  const std::uint32_t id = sa.id;
  for (const Payload& payload : chain.payloads) {
    Sa* const still = sas_.find(id);
    if (still == nullptr) return;  // an earlier payload removed it
    if (payload.type == PayloadType::notification) {
      const auto notification = parse_notification(payload.body);
      if (!notification) {
        count(Counter::info_badMessage);
        continue;
      }
      notified(*still, *notification);
    } else if (payload.type == PayloadType::deletion) {
      const auto deletion = parse_deletion(payload.body);
      if (!deletion) {
        count(Counter::info_badMessage);
        continue;
      }
      peer_deletes(id, *deletion);
    }
  }
}

void Engine::notified(Sa& sa, const Notification& notification) {
  if (notification.type == NotifyType::heartbeat) return heartbeat_received(sa, notification);
  count(Counter::info_notifyRx);
  if (notification.type == NotifyType::initial_contact) return initial_contact_from(sa);
  if (notification.type == NotifyType::none || notification.type >= NotifyType::last_error) return;
  effects_->log(LogSeverity::notice, "FAIL",
                fmt::format(text::notify_received, name(notification.type), to_string(sa.peer.address)),
                sa.policy->name);
  // An error about a quick mode ends it: the one whose SPI it names, or the only one there is.
  std::vector<Exchange*> unfinished;
  for (Exchange* const exchange : exchanges_.of(sa.id))
    if (exchange->quick && !exchange->finished) unfinished.push_back(exchange);
  Exchange* meant = unfinished.size() == 1 ? unfinished.front() : nullptr;
  if (notification.spi.size() == 4)
    for (Exchange* const exchange : unfinished)
      if (std::ranges::count(exchange->quick->own_spis, load_be32(notification.spi.data())) != 0) meant = exchange;
  if (meant == nullptr || meant->job_running) return;
  fail(*meant, sa, Verdict::fail(NotifyType::none, fmt::format(text::reason_notify, name(notification.type))));
}

void Engine::peer_deletes(std::uint32_t sa_id, const Deletion& deletion) {
  Sa& under = *sas_.find(sa_id);
  const Endpoint peer = under.peer;
  // Who has not come through XAUTH yet, and with hybrid authentication may be anybody, has but this SA to delete.
  const bool unknown_user = under.policy->xauth == XauthMode::server && !under.xauth.passed;
  for (const ByteView spi : deletion.spis) {
    count(Counter::info_deleteRx);
    if (deletion.protocol == static_cast<std::uint8_t>(Protocol::isakmp)) {
      if (spi.size() != 16) {
        count(Counter::info_badMessage);
        continue;
      }
      Sa* const gone = sas_.find(load_be64(spi.data()), load_be64(spi.data() + 8));
      if (gone == nullptr || gone->peer.address != peer.address || !gone->keyed() ||
          (unknown_user && gone->id != sa_id)) {
        count(Counter::sad_deleteSaFailed);
        continue;
      }
      effects_->log(LogSeverity::info, "DEL", fmt::format(text::delete_received, to_string(peer.address), gone->id),
                    gone->policy->name);
      const PolicyPtr policy = gone->policy;
      const Ipv4Address local = gone->local.address;
      const PeerName name = gone->peer_name();
      const bool newest = gone->active() && sas_.with_peer(name.address).back() == gone;
      const bool last = gone->active() && last_with_peer(*gone);
      remove_sa(*gone, text::reason_sa_gone, false);
      if (KeyUser* const user = effects_->user(); user != nullptr && last) user->peer_hung_up(name);
      // RETRYIKEATTEMPTS: a Delete for the newest SA is one of its reasons (reference/isakmp-ipsec.md 4.3).
      if (newest && policy->retry_ike_attempts != 0 && policy->peer.fixed()) {
        count(Counter::general_retryIkeAttemptsPh1);
        count(Counter::spd_usePolIkeRetryGood);
        start_phase1(policy, peer.address, local);
      }
      continue;
    }
    const std::uint32_t value = spi.size() == 4   ? load_be32(spi.data())
                                : spi.size() == 2 ? load_be16(spi.data())
                                                  : 0;
    if (value == 0 || unknown_user) {
      count(Counter::info_badMessage);
      continue;
    }
    effects_->log(LogSeverity::info, "DEL",
                  fmt::format(text::delete_received_ipsec, to_string(peer.address), protocol_name(deletion.protocol),
                              value),
                  "");
    if (KeyUser* const user = effects_->user())
      user->peer_deleted(peer.address, static_cast<Protocol>(deletion.protocol), value);
  }
}

// The peer knows of no other SA with us: everything older is a leftover of its former life.
void Engine::initial_contact_from(Sa& sa) {
  if (!sa.active()) {  // the user behind the key is not known yet
    sa.initial_contact = true;
    return;
  }
  count(Counter::info_initialContactRx);
  effects_->log(LogSeverity::info, "P1", fmt::format(text::initial_contact, to_string(sa.peer.address)),
                sa.policy->name);
  std::vector<std::uint32_t> old;
  for (const Sa* const other : sas_.active_with(sa.peer_name()))
    if (other->id < sa.id) old.push_back(other->id);
  for (const std::uint32_t id : old)
    if (Sa* const gone = sas_.find(id)) remove_sa(*gone, text::reason_sa_gone, false);
  // Bundles made under this very SA are new; when there are some, the message was late and the old ones are replaced.
  if (!sa.carried_bundles) drop_peer(sa.peer_name(), "initial contact");
}

}  // namespace arrouter::isakmp
