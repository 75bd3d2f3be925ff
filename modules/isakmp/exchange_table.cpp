#include "modules/isakmp/actions.h"
#include "modules/isakmp/exchange.h"
#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

using enum ExchangeState;
using P = PayloadType;

// Payloads of NAT-T come under the RFC's and the drafts' numbers; vendor ids and certificate requests may stand
// anywhere in phase 1; notifications ride along with what is encrypted.
constexpr PayloadSet nothing{};
constexpr PayloadSet phase1_extras{P::vendor_id, P::certificate_request, P::nat_d, P::nat_d_draft08, P::nat_d_draft};
// The proof is HASH or SIG, as the method of authentication has it: keep_proof() wants the right one.
constexpr PayloadSet proof_extras{P::hash,  P::signature,      P::vendor_id,  P::certificate, P::certificate_request,
                                  P::nat_d, P::nat_d_draft08, P::nat_d_draft};
constexpr PayloadSet auth_extras{P::hash,  P::signature,      P::vendor_id,   P::certificate, P::certificate_request,
                                 P::nat_d, P::nat_d_draft08, P::nat_d_draft, P::notification};
constexpr PayloadSet quick_extras{P::key_exchange, P::identification, P::notification, P::nat_oa,
                                  P::nat_oa_draft08, P::nat_oa_draft};

constexpr Row rows[] = {
    // Main mode (RFC 2409 5.4 with pre-shared keys; 5.1 with signatures, where SIG stands for HASH):
    //   I -> R  HDR, SA, VID…            R -> I  HDR, SA, VID…
    //   I -> R  HDR, KE, Ni, NAT-D…      R -> I  HDR, KE, Nr, NAT-D…
    //   I -> R  HDR*, IDii, HASH_I       R -> I  HDR*, IDir, HASH_R
    // Both sides repeat what the other has not answered. A forged request is answered so often, too; what that costs
    // others is bounded by the number of unfinished exchanges (limits::isakmp_half_open, …_per_source).
    {ExchangeType::main, Role::initiator, idle, nothing, nothing, Protection::starting, nullptr, same,
     CryptoJob::none, same, main_offer, false, sa_sent, Then::repeat},
    {ExchangeType::main, Role::responder, idle, {P::sa}, phase1_extras, Protection::clear, main_read_offer, sa_received,
     CryptoJob::none, same, main_choose, false, sa_sent, Then::repeat},
    {ExchangeType::main, Role::initiator, sa_sent, {P::sa}, phase1_extras, Protection::clear, main_read_choice,
     sa_received, CryptoJob::generate, same, main_send_key, false, ke_sent, Then::repeat},
    {ExchangeType::main, Role::responder, sa_sent, {P::key_exchange, P::nonce}, phase1_extras, Protection::clear,
     main_read_key, ke_received, CryptoJob::both, same, main_answer_key, false, ke_sent, Then::repeat},
    {ExchangeType::main, Role::initiator, ke_sent, {P::key_exchange, P::nonce}, phase1_extras, Protection::clear,
     main_read_key, ke_received, CryptoJob::shared_sign, same, main_authenticate, true, auth_sent, Then::repeat},
    {ExchangeType::main, Role::responder, ke_sent, {P::identification}, auth_extras, Protection::encrypted,
     main_read_auth, auth_received, CryptoJob::verify_sign, same, main_authenticate, true, auth_sent, Then::finish},
    {ExchangeType::main, Role::initiator, auth_sent, {P::identification}, auth_extras, Protection::encrypted,
     main_read_auth, auth_received, CryptoJob::verify, same, verify_peer, false, up, Then::finish},

    // Aggressive mode (RFC 2409 5.4; 5.1 with SIG for HASH):
    //   I -> R  HDR, SA, KE, Ni, IDii    R -> I  HDR, SA, KE, Nr, IDir, HASH_R    I -> R  HDR*, HASH_I
    // The third message may come in clear.
    {ExchangeType::aggressive, Role::initiator, idle, nothing, nothing, Protection::starting, nullptr, same,
     CryptoJob::generate, same, aggressive_offer, false, sa_ke_sent, Then::repeat},
    {ExchangeType::aggressive, Role::responder, idle, {P::sa, P::key_exchange, P::nonce, P::identification},
     phase1_extras, Protection::clear, aggressive_read_offer, sa_ke_received, CryptoJob::both_sign, same, aggressive_answer,
     false, sa_ke_auth_sent, Then::repeat},
    {ExchangeType::aggressive, Role::initiator, sa_ke_sent,
     {P::sa, P::key_exchange, P::nonce, P::identification}, proof_extras, Protection::clear, aggressive_read_answer,
     sa_ke_auth_received, CryptoJob::shared_verify_sign, same, aggressive_authenticate, true, auth_sent,
     Then::finish},
    {ExchangeType::aggressive, Role::responder, sa_ke_auth_sent, nothing, auth_extras, Protection::either,
     aggressive_read_auth, auth_received, CryptoJob::verify, same, verify_peer, false, up, Then::finish},

    // Transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05 4.1), with XAUTH from its server's side in one piece:
    //   I -> R  HDR*, HASH, ATTR(REQUEST)     R -> I  HDR*, HASH, ATTR(REPLY)
    //   I -> R  HDR*, HASH, ATTR(SET)         R -> I  HDR*, HASH, ATTR(ACK)
    {ExchangeType::transaction, Role::initiator, idle, nothing, nothing, Protection::starting, nullptr, same,
     CryptoJob::none, same, xauth_request, true, req_sent, Then::repeat},
    {ExchangeType::transaction, Role::initiator, req_sent, {P::hash, P::attributes}, nothing, Protection::encrypted,
     xauth_read_reply, rep_received, CryptoJob::authenticate, same, xauth_send_verdict, true, set_sent, Then::repeat},
    {ExchangeType::transaction, Role::initiator, set_sent, {P::hash, P::attributes}, nothing, Protection::encrypted,
     xauth_read_acknowledge, ack_received, CryptoJob::none, same, nullptr, false, up, Then::finish},
    {ExchangeType::transaction, Role::responder, idle, {P::hash, P::attributes}, nothing, Protection::encrypted,
     transaction_read_request, req_received, CryptoJob::none, same, transaction_reply, true, rep_sent, Then::finish},
    {ExchangeType::transaction, Role::responder, idle, {P::hash, P::attributes}, nothing, Protection::encrypted,
     transaction_read_set, set_received, CryptoJob::none, same, transaction_acknowledge, true, ack_sent, Then::finish},

    // Quick mode (RFC 2409 5.5):
    //   I -> R  HDR*, HASH(1), SA, Ni, [KE], [IDci, IDcr]     R -> I  HDR*, HASH(2), SA, Nr, [KE], [IDci, IDcr]
    //   I -> R  HDR*, HASH(3)                                 with the commit bit: R -> I  HDR*, HASH, N(CONNECTED)
    {ExchangeType::quick, Role::initiator, starting, nothing, nothing, Protection::starting, nullptr, same,
     CryptoJob::generate, sending_hash_sa_nonce, quick_offer, true, wait_hash_sa_nonce, Then::repeat},
    {ExchangeType::quick, Role::responder, starting, {P::hash, P::sa, P::nonce}, quick_extras, Protection::encrypted,
     quick_read_offer, receiving_message, CryptoJob::both, sending_hash_sa_nonce, quick_answer, true, wait_hash,
     Then::repeat},
    {ExchangeType::quick, Role::initiator, wait_hash_sa_nonce, {P::hash, P::sa, P::nonce}, quick_extras,
     Protection::encrypted, quick_read_answer, same, CryptoJob::shared, sending_hash, quick_confirm, true, done,
     Then::finish},
    {ExchangeType::quick, Role::responder, wait_hash, {P::hash}, {P::notification}, Protection::encrypted,
     quick_read_confirm, same, CryptoJob::none, same, quick_connected, true, done, Then::finish},
};

}  // namespace

std::span<const Row> exchange_rows() { return rows; }

const Row* find_row(ExchangeType type, Role role, ExchangeState from, ExchangeState arrived) {
  for (const Row& row : rows)
    if (row.type == type && row.role == role && row.from == from && (arrived == same || arrived == row.received))
      return &row;
  return nullptr;
}

ExchangeState arrival(ExchangeType type, const PayloadChain& chain) {
  const Payload* const payload = type == ExchangeType::transaction ? chain.find(P::attributes) : nullptr;
  if (payload == nullptr || payload->body.empty()) return same;
  switch (static_cast<ConfigType>(payload->body[0])) {
    case ConfigType::request: return req_received;
    case ConfigType::reply: return rep_received;
    case ConfigType::set: return set_received;
    case ConfigType::acknowledge: return ack_received;
    case ConfigType::none: break;
  }
  return idle;  // no row receives that
}

std::string_view name(ExchangeState state) {
  switch (state) {
    case same: break;
    case idle: return "IDLE";
    case sa_sent: return "SASENT";
    case sa_received: return "SARECV";
    case ke_sent: return "KESENT";
    case ke_received: return "KERECV";
    case auth_sent: return "AUTHSENT";
    case auth_received: return "AUTHRECV";
    case up: return "UP";
    case sa_ke_sent: return "SAKESENT";
    case sa_ke_received: return "SAKERECV";
    case sa_ke_auth_sent: return "SAKEAUTHSENT";
    case sa_ke_auth_received: return "SAKEAUTHRECV";
    case req_sent: return "REQSENT";
    case req_received: return "REQRECV";
    case rep_sent: return "REPSENT";
    case rep_received: return "REPRECV";
    case set_sent: return "SETSENT";
    case set_received: return "SETRECV";
    case ack_sent: return "ACKSENT";
    case ack_received: return "ACKRECV";
    case starting: return "STARTING";
    case receiving_message: return "RECEIVING_MESSAGE";
    case sending_hash_sa_nonce: return "SENDING_HASH_SA_NONCE";
    case wait_hash_sa_nonce: return "WAIT_HASH_SA_NONCE";
    case sending_hash: return "SENDING_HASH";
    case wait_hash: return "WAIT_HASH";
    case done: return "DONE";
  }
  return "";
}

std::string_view type_word(ExchangeType type) {
  switch (type) {
    case ExchangeType::main: return "MAIN";
    case ExchangeType::aggressive: return "AGGRESSIVE";
    case ExchangeType::informational: return "INFO";
    case ExchangeType::transaction: return "TRANSACTION";
    case ExchangeType::quick: return "QUICK";
  }
  return "";
}

std::string_view phase_word(const Exchange& exchange) {
  return exchange.is_phase1() ? "1" : exchange.transaction ? "1.5" : "2";
}

std::string_view mode_word(ExchangeType type) {
  switch (type) {
    case ExchangeType::main: return "main";
    case ExchangeType::aggressive: return "aggressive";
    case ExchangeType::informational: return "info";
    case ExchangeType::transaction: return "transaction";
    case ExchangeType::quick: return "quick";
  }
  return "";
}

}  // namespace arrouter::isakmp
