// What main and aggressive mode share: proposals, key exchange payloads, NAT-T, identities and their proof.
#pragma once

#include "modules/isakmp/exchange.h"

namespace arrouter::isakmp {

inline constexpr std::size_t nonce_bytes = 20, shortest_nonce = 8, longest_nonce = 256;  // RFC 2409 5

/// The counter of this mode's group with that meaning.
struct Phase1Counters {
  Counter init_start, init_done, resp_start, resp_done, proposal_failed, key_failed, auth_failed, id_failed, timeout,
      bad_message;
};
const Phase1Counters& phase1_counters(ExchangeType type);

/// What we offer as initiator, what we have agreed to as responder.
void add_vendor_ids(Step& step);

void add_offer(Step& step);
/// The initiator's SA payload: kept, and matched with the policy that was chosen for it.
Verdict read_offer(Step& step);
/// The answer: our transform of the offer, and the NAT-T version both speak.
void add_choice(Step& step);
Verdict read_choice(Step& step);

/// Our nonce and public value, made once.
void make_own_share(Step& step);
void add_key_and_nonce(Step& step);
Verdict read_key_and_nonce(Step& step);

/// NAT-D payloads, when both speak NAT-T; the address of the receiver first.
void add_nat_d(Step& step);
void read_nat_d(Step& step);
/// Moves to port 4500 once a NAT was found, where the agreed version does; the initiator calls it.
void float_ports(Step& step);

/// Why phase 1 under that policy cannot prove itself or check the peer: the reason to log; nullopt when all keys are
/// there.
std::optional<std::string> missing_key(const Engine& engine, const enco::EncoApi& enco, const Policy& policy,
                                       Ipv4Address peer);
/// SKEYID and its family from what was exchanged, as soon as the shared secret is there; fails without the keys of the
/// policy or with an unusable cipher key.
Verdict derive_keys(Step& step);

/// ID payload of ours, and the hash or signature that proves it.
Bytes own_id_body(const Step& step);
void add_proof(Step& step);
/// The signature is made, and the peer's checked, as jobs before the answer is built.
bool own_signature_needed(const Exchange& exchange, const Sa& sa);
void start_own_signature(const Step& step);
bool peer_signature_unchecked(const Exchange& exchange, const Sa& sa);
void start_peer_signature(const Step& step);
/// The peer's HASH or SIG payload, whichever the method calls for.
Verdict keep_proof(Step& step);
/// The reason to log when the peer's ID is not REMOTEID.
std::string id_mismatch(const Step& step, const Identity& received);
/// Checks proof and identity of the peer as kept in the exchange.
Verdict verify_peer(Step& step);

}  // namespace arrouter::isakmp
