// From a datagram to the row it belongs to: header, SA, duplicates, decryption.
#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/decode.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

constexpr std::size_t marker_bytes = 4;  // RFC 3948 2.2

bool is_phase1(ExchangeType type) { return type == ExchangeType::main || type == ExchangeType::aggressive; }

}  // namespace

void Engine::receive(event::Received received) {
  if (!enabled_) return;
  count(Counter::network_udpRx);
  ByteView message = received.payload;
  if (message.size() == 1 && message[0] == 0xff) return count(Counter::network_natTKeepaliveRx);
  if (received.local.port == floated_port) {
    if (message.size() < marker_bytes || load_be32(message.data()) != 0) return count(Counter::network_udpRxBad);
    message = message.subspan(marker_bytes);
  }
  receive_message(received, message);
}

void Engine::receive_message(const event::Received& received, ByteView message) {
  const auto header = parse_header(message);
  if (!header) {
    count(Counter::network_udpRxBad);
    return bad_message(nullptr, received.peer, header.error().cause);
  }
  count(Counter::general_msgRx);
  trace_more(fmt::format("received {} message of {} bytes from {} port {}, message id {:08x}", name(header->exchange),
                         message.size(), to_string(received.peer.address), received.peer.port, header->message_id));
  if (effects_->debugging(DebugFlag::raw))
    effects_->debug(DebugFlag::raw, decode_raw("RX", received.peer, received.local, message));
  if ((header->flags & flag_encrypted) == 0 && effects_->debugging(DebugFlag::packet))
    effects_->debug(DebugFlag::packet, decode_message("Rx", message, true));

  Sa* const sa = is_phase1(header->exchange) && header->responder_cookie == 0
                     ? sas_.find_request(header->initiator_cookie, received.peer.address)
                     : sas_.find(header->initiator_cookie, header->responder_cookie);
  if (sa != nullptr) count(Counter::sad_getSaGood);
  if (sa != nullptr && !from_peer(*sa, received))
    return bad_message(nullptr, received.peer, "cookies of another peer");
  if (sa != nullptr) count_bytes(*sa, message.size());

  switch (header->exchange) {
    case ExchangeType::main:
    case ExchangeType::aggressive:
      if (header->message_id != 0) return bad_message(nullptr, received.peer, "phase 1 with a message id");
      if (sa != nullptr) return receive_phase1(*sa, received, *header, message);
      if (header->responder_cookie == 0) return receive_first(received, *header, message);
      count(Counter::sad_getSaFailed);
      return bad_message(nullptr, received.peer, "unknown cookies");
    case ExchangeType::informational: return receive_information(sa, received, *header, message);
    case ExchangeType::quick:
    case ExchangeType::transaction:
      if (sa != nullptr && header->message_id != 0) return receive_phase2(*sa, received, *header, message);
      count(Counter::sad_getSaFailed);
      return bad_message(nullptr, received.peer, "quick mode or transaction without its SA");
    default: return bad_message(nullptr, received.peer, "exchange type not available");
  }
}

// The address must be the peer's; behind a NAT it may change, and the keys prove who it is.
bool Engine::from_peer(const Sa& sa, const event::Received& received) const {
  return received.peer.address == sa.peer.address || (sa.keyed() && sa.nat.remote);
}

// After a message proved itself: follow the peer's NAT, and its move to port 4500. An end behind a NAT whose peer has
// none must not follow anything (RFC 3947 6): the peer does not move, so somebody else changed the packet.
void Engine::peer_seen(Sa& sa, const event::Received& received) {
  if (sa.nat.local && !sa.nat.remote) return;
  const Endpoint before = sa.peer;
  const PeerName name = sa.peer_name();
  sa.local = received.local;
  sas_.set_peer(sa, received.peer);
  if (!sa.active() || before == sa.peer || !sa.nat.remote) return;
  if (KeyUser* const user = effects_->user()) user->peer_moved(name, sa.peer.address, sa.peer.port);
}

// A NAT has one mapping for ISAKMP and the ESP beside it: what an authentic ESP packet shows holds for both, and for all
// bundles with that peer.
void Engine::peer_moved(const event::PeerMoved& moved) {
  for (Sa* const sa : sas_.active_with(moved.before))
    if (sa->nat.remote) sas_.set_peer(*sa, {moved.after, moved.port});
  if (KeyUser* const user = effects_->user()) user->peer_moved(moved.before, moved.after, moved.port);
}

// Strangers may do little: see strangers.h.
bool Engine::admit(Ipv4Address source) {
  switch (strangers_.admit(source, now_)) {
    case Strangers::Answer::welcome: return true;
    case Strangers::Answer::too_often: count(Counter::general_requestRateLimit); return false;
    case Strangers::Answer::too_many_unfinished: break;
  }
  count(Counter::general_halfOpenLimit);
  log_stranger(source, LogSeverity::notice, "FAIL", fmt::format(text::half_open_limit, to_string(source)), "");
  return false;
}

void Engine::log_stranger(Ipv4Address source, LogSeverity severity, std::string_view subtype, std::string message,
                          const std::string& reference) {
  if (strangers_.may_log(source, now_)) {
    effects_->log(severity, subtype, std::move(message), reference);
  } else {
    count(Counter::general_strangersNotLogged);
  }
}

// A request for a new SA. Policy: peer address, in aggressive mode the ID, the proposal; then the first by name
// (reference/isakmp-ipsec.md 4.7).
PolicyPtr Engine::choose_policy(const event::Received& received, const Header& header, const PayloadChain& chain) {
  std::vector<PolicyPtr> candidates = policies_.candidates(received.peer.address, header.exchange);
  if (candidates.empty()) return nullptr;
  const auto narrow = [&](const auto& matches) {
    if (candidates.size() < 2) return;
    std::vector<PolicyPtr> left;
    std::ranges::copy_if(candidates, std::back_inserter(left), matches);
    if (!left.empty()) candidates = std::move(left);
  };
  if (header.exchange == ExchangeType::aggressive)
    if (const Payload* const payload = chain.find(PayloadType::identification))
      if (const auto id = parse_identity(payload->body))
        narrow([&](const PolicyPtr& policy) {
          return !policy->remote_id.empty() && same_identity(identity_from_text(policy->remote_id), *id);
        });
  if (const Payload* const payload = chain.find(PayloadType::sa))
    if (const auto offer = parse_sa(payload->body))
      narrow([&](const PolicyPtr& policy) { return choose_phase1(*offer, *policy, Role::responder).has_value(); });
  return candidates.front();
}

void Engine::receive_first(const event::Received& received, const Header& header, ByteView message) {
  if ((header.flags & flag_encrypted) != 0) return bad_message(nullptr, received.peer, "encrypted first message");
  const Ipv4Address source = received.peer.address;
  if (!admit(source)) return;
  const auto chain = parse_chain(header.next_payload, message.subspan(header_bytes), false);
  if (!chain) return bad_message(nullptr, received.peer, chain.error().cause);
  const PolicyPtr policy = choose_policy(received, header, *chain);
  if (!policy) {
    count(Counter::spd_getPolicyByPeerFailed);
    return log_stranger(source, LogSeverity::notice, "FAIL", fmt::format(text::no_policy, to_string(source)), "");
  }
  count(Counter::spd_getPolicyByPeerGood);
  trace_more(fmt::format("policy {} chosen for {}", policy->name, to_string(source)));
  if (const auto reason = not_negotiable(*policy))
    return log_stranger(source, LogSeverity::notice, "FAIL",
                        fmt::format(text::cannot_start, to_string(source), *reason), policy->name);
  Sa* const sa = sas_.add(header.initiator_cookie, received.peer);
  count(sa != nullptr ? Counter::sad_addSaGood : Counter::sad_addSaFailed);
  if (sa == nullptr) return;
  do {
    sa->responder_cookie = random_.u64();
  } while (sa->responder_cookie == 0);
  sa->policy = policy;
  sa->local = received.local;
  sa->created = now_;
  sa->life_s = policy->expiry_s;
  sa->life_bytes = std::uint64_t{1024} * policy->expiry_kbytes;
  Exchange* const exchange = add_exchange(header.exchange, Role::responder, *sa, 0);
  if (exchange == nullptr) return remove_sa(*sa, text::reason_too_many, false);
  exchange->stranger = source;
  strangers_.begun(source);
  count(phase1_counters(header.exchange).resp_start);
  log_stranger(source, LogSeverity::info, "P1",
               fmt::format(text::phase1_started, exchange->id, mode_word(header.exchange), to_string(source),
                           to_string(received.local.address), "responder"),
               policy->name);
  const std::uint32_t sa_id = sa->id;
  step(*exchange, *sa, header, *chain, message, {});
  // Not even a first message: nothing is kept of it.
  if (Sa* const left = sas_.find(sa_id))
    if (Exchange* const made = exchanges_.find(left->id, 0); made != nullptr && made->state == ExchangeState::idle)
      remove_sa(*left, text::reason_sa_gone, false);
}

// A message seen before: the latest is answered as it was, older ones say nothing new. An initiator that repeats its
// message keeps to its own timetable, else two ends that repeat would double each other's.
bool Engine::duplicate(Exchange& exchange, const event::Received& received, ByteView message) {
  const auto same = [&](const Bytes& seen) { return std::ranges::equal(seen, message); };
  if (std::ranges::none_of(exchange.received, same)) return false;
  count(Counter::general_msgRxDuplicate);
  const bool repeats_anyway = exchange.role == Role::initiator && exchange.retransmits;
  if (same(exchange.received.back()) && !exchange.last_sent.empty() && !exchange.job_running && !repeats_anyway) {
    trace("CORE", exchange, "message came again, answer sent again");
    count(Counter::general_msgRetransmit);
    transmit_to(received.local, received.peer, exchange.last_sent);
    if (exchange.finished) forget_later(exchange);  // who asked may have to ask again
  }
  return true;
}

std::optional<Engine::Opened> Engine::open(const Sa& sa, const Header& header, ByteView message, Bytes iv) {
  const std::size_t block = iv.size();
  const ByteView body = message.subspan(header_bytes);
  if (!sa.cipher || block == 0 || body.empty() || body.size() % block != 0) return std::nullopt;
  Opened opened;
  opened.plain.assign(message.begin(), message.end());
  opened.next_iv.assign(body.end() - static_cast<std::ptrdiff_t>(block), body.end());
  sa.cipher->decrypt(ByteSpan(opened.plain).subspan(header_bytes), iv);
  // With a wrong key there is nothing to decode.
  if (effects_->debugging(DebugFlag::packet) &&
      parse_chain(header.next_payload, ByteView(opened.plain).subspan(header_bytes), true))
    effects_->debug(DebugFlag::packet, decode_message("Rx", opened.plain, false));
  return opened;
}

// For resume(), when the exchange's job is done; of several messages the latest.
void Engine::hold(Exchange& exchange, const event::Received& received) {
  exchange.held = received.payload;
  exchange.held_local = received.local;
  exchange.held_peer = received.peer;
}

void Engine::receive_phase1(Sa& sa, const event::Received& received, const Header& header, ByteView message) {
  Exchange* const exchange = exchanges_.find(sa.id, 0);
  count(exchange != nullptr ? Counter::xdb_getXchgGood : Counter::xdb_getXchgFailed);
  if (exchange == nullptr) return bad_message(nullptr, received.peer, "phase 1 of that SA is over");
  if (exchange->type != header.exchange) return bad_message(exchange, received.peer, "another exchange type");
  if (duplicate(*exchange, received, message)) return;
  if (exchange->finished) return bad_message(exchange, received.peer, "phase 1 of that SA is over");
  if (exchange->job_running) return hold(*exchange, received);
  std::optional<Opened> opened;
  const bool encrypted = (header.flags & flag_encrypted) != 0;
  if (encrypted) {
    opened = open(sa, header, message, exchange->iv);
    if (!opened) return bad_message(exchange, received.peer, "cannot be decrypted");
  }
  const ByteView plain = opened ? ByteView(opened->plain) : message;
  const auto chain = parse_chain(header.next_payload, plain.subspan(header_bytes), encrypted);
  if (!chain) return bad_message(exchange, received.peer, chain.error().cause);
  // The step sees the ports this message used (NAT-D names them); they stay only if it was worth something.
  const Endpoint local = sa.local, peer = sa.peer;
  const std::uint32_t sa_id = sa.id;
  const std::size_t accepted = exchange->received.size();
  const std::uint16_t id = exchange->id;
  sa.local = received.local;
  sas_.set_peer(sa, received.peer);
  step(*exchange, sa, header, *chain, message, opened ? std::move(opened->next_iv) : Bytes{});
  const Exchange* const still = exchanges_.find(id);
  Sa* const left = sas_.find(sa_id);
  if (left != nullptr && still != nullptr && still->received.size() == accepted) {
    left->local = local;
    sas_.set_peer(*left, peer);
  }
}

// nullptr: nothing to begin with.
Exchange* Engine::begin_as_responder(Sa& sa, const Header& header, const event::Received& received) {
  if (!sa.first_use(header.message_id)) {
    bad_message(nullptr, received.peer, "message id used before");
    return nullptr;
  }
  Exchange* const exchange = add_exchange(header.exchange, Role::responder, sa, header.message_id);
  if (exchange != nullptr && exchange->quick) count(Counter::quick_respStart);
  return exchange;
}

// Quick mode and the transaction exchange.
void Engine::receive_phase2(Sa& sa, const event::Received& received, const Header& header, ByteView message) {
  Exchange* exchange = exchanges_.find(sa.id, header.message_id);
  count(exchange != nullptr ? Counter::xdb_getXchgGood : Counter::xdb_getXchgFailed);
  if (exchange != nullptr && exchange->type != header.exchange)
    return bad_message(exchange, received.peer, "another exchange type");
  if (exchange != nullptr && duplicate(*exchange, received, message)) return;
  // In aggressive mode phase 2 begins right behind the signature that is still being checked.
  Exchange* const busy = sa.keyed() ? exchange : exchanges_.find(sa.id, 0);
  if (busy != nullptr && busy->job_running) return hold(*busy, received);
  if (!sa.keyed()) return bad_message(exchange, received.peer, "before phase 1 is over");
  // Some XAUTH servers send the verdict under the message id of their request.
  const bool again = exchange != nullptr && exchange->finished && exchange->transaction;
  if (exchange != nullptr && exchange->finished && !again)
    return bad_message(exchange, received.peer, "that exchange is over");
  if ((header.flags & flag_encrypted) == 0) return bad_message(exchange, received.peer, "not encrypted");
  auto opened = open(sa, header, message,
                     exchange != nullptr ? exchange->iv
                                         : phase2_iv(enco_, sa.policy->hash, sa.policy->cipher, sa.last_block,
                                                     header.message_id));
  if (!opened) return bad_message(exchange, received.peer, "cannot be decrypted");
  const auto chain = parse_chain(header.next_payload, ByteView(opened->plain).subspan(header_bytes), true);
  if (!chain) return bad_message(exchange, received.peer, chain.error().cause);
  if (!sa.active() && header.exchange == ExchangeType::quick && !verdict_known(sa))
    return bad_message(exchange, received.peer, "quick mode before XAUTH is over");
  const bool begins = exchange == nullptr;
  // Who begins has our last message. Initial Contact goes before the bundle it would end: isakmpd takes it at its word.
  if (begins && header.exchange == ExchangeType::quick && sa.settles_at) settled(sa);
  if (begins) exchange = begin_as_responder(sa, header, received);
  if (exchange == nullptr) return;
  if (again) {
    exchange->finished = false;
    exchange->state = ExchangeState::idle;
  }
  const std::uint16_t id = exchange->id;
  const std::size_t accepted = exchange->received.size();
  const Endpoint local = sa.local, peer = sa.peer;
  sa.local = received.local;  // answers go where the message came from
  sas_.set_peer(sa, received.peer);
  const std::uint32_t sa_id = sa.id;
  step(*exchange, sa, header, *chain, message, std::move(opened->next_iv));
  wipe(opened->plain.data(), opened->plain.size());  // perhaps with a password in it
  Exchange* const still = exchanges_.find(id);
  Sa* const left = sas_.find(sa_id);
  if (left != nullptr) {
    left->local = local;
    sas_.set_peer(*left, peer);
  }
  if (still != nullptr && still->received.size() == accepted) {
    still->finished = again;
    if (begins) remove_exchange(*still);
  } else if (left != nullptr) {
    peer_seen(*left, received);
  }
}

void Engine::receive_information(Sa* sa, const event::Received& received, const Header& header, ByteView message) {
  if (sa == nullptr) {
    count(Counter::info_noSa);
    return bad_message(nullptr, received.peer, "informational without its SA");
  }
  if ((header.flags & flag_encrypted) == 0) {
    const auto chain = parse_chain(header.next_payload, message.subspan(header_bytes), false);
    if (!chain) return count(Counter::info_badMessage);
    return unprotected_information(*sa, *chain);
  }
  if (!sa->keyed() || header.message_id == 0) {
    count(Counter::info_noSa);
    return bad_message(nullptr, received.peer, "informational before phase 1 is over");
  }
  const auto opened =
      open(*sa, header, message,
           phase2_iv(enco_, sa->policy->hash, sa->policy->cipher, sa->last_block, header.message_id));
  const auto chain = opened ? parse_chain(header.next_payload, ByteView(opened->plain).subspan(header_bytes), true)
                            : std::unexpected(ParseError{NotifyType::payload_malformed, "cannot be decrypted"});
  if (!chain) {
    count(Counter::info_badMessage);
    return bad_message(nullptr, received.peer, chain.error().cause);
  }
  const bool hashed = !chain->payloads.empty() && chain->payloads.front().type == PayloadType::hash;
  const SecretBytes expected =
      message_hash(enco_, sa->policy->hash, sa->keys.skeyid_a, header.message_id, {}, chain->after_first());
  if (!hashed || !equal_constant_time(expected, chain->payloads.front().body)) {
    count(Counter::info_invalidHash);
    return bad_message(nullptr, received.peer, "informational with a wrong hash");
  }
  if (!sa->first_use(header.message_id)) return count(Counter::general_msgRxDuplicate);
  peer_seen(*sa, received);
  protected_information(*sa, *chain);
}

}  // namespace arrouter::isakmp
