// Aggressive mode (RFC 2409 5.4): the actions of its rows.
#include "modules/isakmp/actions.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"

namespace arrouter::isakmp {

namespace {

void keep_identity(Step& step) {
  const ByteView id = step.in->find(PayloadType::identification)->body;
  step.exchange.phase1->peer_id_body.assign(id.begin(), id.end());
}
// The ID is not proved yet, but a wrong one need not be answered. Whether a NAT hides the peer's address shows later.
Verdict claimed_identity(const Step& step) {
  const auto id = parse_identity(step.exchange.phase1->peer_id_body);
  if (!id) return Verdict::fail(id.error().notify, id.error().cause, Counter::aggressive_idFailed);
  const bool perhaps_behind_nat = step.sa.natt != NattVersion::none;
  if (remote_id_matches(*step.sa.policy, *id, step.sa.peer.address, perhaps_behind_nat)) return Verdict::go_on();
  return Verdict::fail(NotifyType::invalid_id_information, id_mismatch(step, *id), Counter::aggressive_idFailed);
}
}  // namespace

Verdict aggressive_offer(Step& step) {
  add_offer(step);
  add_key_and_nonce(step);
  step.reply.push_back({PayloadType::identification, own_id_body(step)});
  add_vendor_ids(step);
  step.engine.count(Counter::aggressive_saKeTx);
  return Verdict::go_on();
}

Verdict aggressive_read_offer(Step& step) {
  step.engine.count(Counter::aggressive_saKeRx);
  if (Verdict verdict = read_offer(step); verdict.kind != Verdict::Kind::go_on) return verdict;
  keep_identity(step);
  if (Verdict verdict = claimed_identity(step); verdict.kind != Verdict::Kind::go_on) return verdict;
  return read_key_and_nonce(step);
}

Verdict aggressive_answer(Step& step) {
  add_choice(step);
  add_key_and_nonce(step);
  step.reply.push_back({PayloadType::identification, own_id_body(step)});
  add_proof(step);
  add_vendor_ids(step);
  add_nat_d(step);
  step.engine.count(Counter::aggressive_saKeAuthTx);
  return Verdict::go_on();
}

Verdict aggressive_read_answer(Step& step) {
  step.engine.count(Counter::aggressive_saKeAuthRx);
  if (Verdict verdict = read_choice(step); verdict.kind != Verdict::Kind::go_on) return verdict;
  keep_identity(step);
  if (Verdict verdict = keep_proof(step); verdict.kind != Verdict::Kind::go_on) return verdict;
  if (Verdict verdict = read_key_and_nonce(step); verdict.kind != Verdict::Kind::go_on) return verdict;
  read_nat_d(step);
  return Verdict::go_on();
}

Verdict aggressive_authenticate(Step& step) {
  if (Verdict verified = verify_peer(step); verified.kind != Verdict::Kind::go_on) return verified;
  add_proof(step);
  float_ports(step);  // before NAT-D, which names the ports this very message uses (RFC 3947 5.2)
  add_nat_d(step);
  step.engine.count(Counter::aggressive_authTx);
  return Verdict::go_on();
}

Verdict aggressive_read_auth(Step& step) {
  step.engine.count(Counter::aggressive_authRx);
  read_nat_d(step);
  return keep_proof(step);
}

}  // namespace arrouter::isakmp
