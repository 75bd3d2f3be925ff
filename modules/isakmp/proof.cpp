// How the peers of a phase 1 exchange prove who they are: by a hash that only the holder of the pre-shared key can
// make, or by an RSA signature over that hash (RFC 2409 5.1, 5.4). With hybrid authentication only the server of XAUTH
// signs; the client shows a hash that anybody could make and proves itself by XAUTH (draft-ietf-ipsec-isakmp-hybrid-auth
// 3.2). Raw keys alone: certificates that come along are passed over, as are requests for them.
#include <fmt/format.h>

#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"
#include "os/base/text.h"

namespace arrouter::isakmp {

namespace {

Phase1Inputs inputs(const Exchange& exchange, const Sa& sa) {
  const Phase1Work& work = *exchange.phase1;
  return {sa.policy->hash,        sa.policy->cipher,       sa.initiator_cookie,   sa.responder_cookie,
          work.initiator_nonce,   work.responder_nonce,    work.initiator_public, work.responder_public,
          exchange.shared_secret};
}

bool by_signature(const Policy& policy) { return policy.authentication == AuthMethod::rsa_signature; }
bool own_proof_signed(const Policy& policy) {
  return by_signature(policy) && !(hybrid(policy) && policy.xauth == XauthMode::client);
}
bool peer_proof_signed(const Policy& policy) {
  return by_signature(policy) && !(hybrid(policy) && policy.xauth == XauthMode::server);
}

/// LOCALRSAKEY of the policy, else of ENABLE ISAKMP.
std::optional<std::uint16_t> own_rsa_key(const Engine& engine, const Policy& policy) {
  return policy.local_rsa_key ? policy.local_rsa_key : engine.local_rsa_key();
}

/// KEY of the policy, else the RSA key noted for the peer's address.
std::optional<std::uint16_t> peer_rsa_key(const enco::EncoApi& enco, const Policy& policy, Ipv4Address peer) {
  return policy.key ? policy.key : enco.find_rsa_key(peer);
}

SecretBytes hash_of(const Step& step, bool of_initiator, const Bytes& id_body) {
  return authentication_hash(step.engine.enco(), step.sa.keys, inputs(step.exchange, step.sa), of_initiator,
                             step.exchange.phase1->initiator_sa_body, id_body);
}
SecretBytes own_hash(const Step& step) {
  return hash_of(step, step.exchange.role == Role::initiator, own_id_body(step));
}
SecretBytes peer_hash(const Step& step) {
  return hash_of(step, step.exchange.role == Role::responder, step.exchange.phase1->peer_id_body);
}

}  // namespace

std::optional<std::string> missing_key(const Engine& engine, const enco::EncoApi& enco, const Policy& policy,
                                       Ipv4Address peer) {
  if (!by_signature(policy)) {
    const enco::Key* const key = policy.key ? enco.find_key(*policy.key) : nullptr;
    if (key == nullptr || key->is_rsa()) return fmt::format(text::reason_key_missing, policy.key.value_or(0));
    return std::nullopt;
  }
  if (own_proof_signed(policy)) {
    const auto own = own_rsa_key(engine, policy);
    if (!own) return text::reason_no_local_key;
    const enco::Key* const pair = enco.find_key(*own);
    if (pair == nullptr || pair->type != enco::KeyType::rsa_private)
      return fmt::format(text::reason_local_key_missing, *own);
  }
  if (!peer_proof_signed(policy)) return std::nullopt;
  const auto other = peer_rsa_key(enco, policy, peer);
  if (!other) return fmt::format(text::reason_no_peer_key, to_string(peer));
  if (!enco.rsa_public(*other)) return fmt::format(text::reason_peer_key_missing, *other);
  return std::nullopt;
}

Verdict derive_keys(Step& step) {
  Sa& sa = step.sa;
  const Policy& policy = *sa.policy;
  enco::EncoApi& enco = step.engine.enco();
  if (const auto missing = missing_key(step.engine, enco, policy, sa.peer.address))
    return Verdict::fail(NotifyType::authentication_failed, *missing,
                         phase1_counters(step.exchange.type).auth_failed);
  make_own_share(step);
  const Phase1Inputs in = inputs(step.exchange, sa);
  sa.keys = by_signature(policy) ? derive_signed(enco, in)
                                 : derive_preshared(enco, enco.find_key(*policy.key)->value, in);
  sa.cipher = enco.make_cbc(policy.cipher, sa.keys.cipher_key);
  if (!sa.cipher)
    return Verdict::fail(NotifyType::none, text::reason_cipher, phase1_counters(step.exchange.type).key_failed);
  step.exchange.iv = sa.keys.initial_iv;
  if (KeyObserver* const observer = step.engine.effects().key_observer())
    observer->isakmp_keys(sa.initiator_cookie, sa.keys.cipher_key);
  return Verdict::go_on();
}

namespace {

Identity own_id(const Step& step) {
  const Policy& policy = *step.sa.policy;
  if (!policy.local_id.empty()) return identity_from_text(policy.local_id);
  if (by_signature(policy))
    if (Identity name = identity_from_text(step.engine.effects().system_name()); name.type == IdType::der_dn)
      return name;
  return Identity::of(step.sa.local.address);
}

}  // namespace

Bytes own_id_body(const Step& step) { return encode_identity(own_id(step)); }

// ---- what is sent --------------------------------------------------------------------------------------------------

bool own_signature_needed(const Exchange& exchange, const Sa& sa) {
  return own_proof_signed(*sa.policy) && exchange.phase1->own_signature.empty();
}

void start_own_signature(const Step& step) {
  step.engine.effects().sign(step.exchange.serial, *own_rsa_key(step.engine, *step.sa.policy), own_hash(step));
}

void add_proof(Step& step) {
  if (own_proof_signed(*step.sa.policy)) {
    step.reply.push_back({PayloadType::signature, step.exchange.phase1->own_signature});
  } else {
    const SecretBytes hash = own_hash(step);
    step.reply.push_back({PayloadType::hash, Bytes(hash.begin(), hash.end())});
  }
}

// ---- what came -----------------------------------------------------------------------------------------------------

Verdict keep_proof(Step& step) {
  const PayloadType type = peer_proof_signed(*step.sa.policy) ? PayloadType::signature : PayloadType::hash;
  if (const std::size_t count = step.in->count(type); count != 1)
    return Verdict::ignore(fmt::format("{} payloads of type {}", count, name(type)));
  const ByteView proof = step.in->find(type)->body;
  step.exchange.phase1->peer_proof.assign(proof.begin(), proof.end());
  return Verdict::go_on();
}

bool peer_signature_unchecked(const Exchange& exchange, const Sa& sa) {
  return peer_proof_signed(*sa.policy) && !exchange.phase1->peer_signature_good;
}

void start_peer_signature(const Step& step) {
  const auto id = peer_rsa_key(step.engine.enco(), *step.sa.policy, step.sa.peer.address);
  // A key that went away meanwhile verifies nothing.
  const auto key = id ? step.engine.enco().rsa_public(*id) : std::nullopt;
  step.engine.effects().verify(step.exchange.serial, key.value_or(enco::RsaPublicKey()), peer_hash(step),
                               step.exchange.phase1->peer_proof);
}

std::string id_mismatch(const Step& step, const Identity& received) {
  const Policy& policy = *step.sa.policy;
  return fmt::format(text::reason_remote_id, to_string(received),
                     policy.remote_id.empty() ? to_string(step.sa.peer.address) : policy.remote_id);
}

Verdict verify_peer(Step& step) {
  const Phase1Counters& counters = phase1_counters(step.exchange.type);
  const Phase1Work& work = *step.exchange.phase1;
  const Policy& policy = *step.sa.policy;
  if (peer_proof_signed(policy)) {
    if (work.peer_signature_good != true) {
      const auto key = peer_rsa_key(step.engine.enco(), policy, step.sa.peer.address);
      return Verdict::fail(NotifyType::authentication_failed, fmt::format(text::reason_signature, key.value_or(0)),
                           counters.auth_failed);
    }
  } else if (!equal_constant_time(peer_hash(step), work.peer_proof)) {
    return Verdict::fail(NotifyType::authentication_failed, text::reason_authentication, counters.auth_failed);
  }
  const auto id = parse_identity(work.peer_id_body);
  if (!id) return Verdict::fail(NotifyType::invalid_id_information, id.error().cause, counters.id_failed);
  if (!remote_id_matches(policy, *id, step.sa.peer.address, step.sa.nat.remote))
    return Verdict::fail(NotifyType::invalid_id_information, id_mismatch(step, *id), counters.id_failed);
  step.sa.peer_id = to_string(*id);
  step.sa.names = {full_name(own_id(step)), full_name(*id)};
  return Verdict::go_on();
}

}  // namespace arrouter::isakmp
