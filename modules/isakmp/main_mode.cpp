// Main mode (RFC 2409 5.4): the actions of its rows.
#include "modules/isakmp/actions.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/phase1.h"

namespace arrouter::isakmp {

namespace {

bool carries_initial_contact(const PayloadChain& chain) {
  for (const Payload& payload : chain.payloads) {
    if (payload.type != PayloadType::notification) continue;
    const auto notification = parse_notification(payload.body);
    if (notification && notification->type == NotifyType::initial_contact) return true;
  }
  return false;
}

}  // namespace

Verdict main_offer(Step& step) {
  add_offer(step);
  add_vendor_ids(step);
  step.engine.count(Counter::main_saTx);
  return Verdict::go_on();
}

Verdict main_read_offer(Step& step) {
  step.engine.count(Counter::main_saRx);
  return read_offer(step);
}

Verdict main_choose(Step& step) {
  add_choice(step);
  add_vendor_ids(step);
  step.engine.count(Counter::main_saTx);
  return Verdict::go_on();
}

Verdict main_read_choice(Step& step) {
  step.engine.count(Counter::main_saRx);
  return read_choice(step);
}

Verdict main_send_key(Step& step) {
  add_key_and_nonce(step);
  add_nat_d(step);
  step.engine.count(Counter::main_keTx);
  return Verdict::go_on();
}

Verdict main_read_key(Step& step) {
  step.engine.count(Counter::main_keRx);
  const Verdict verdict = read_key_and_nonce(step);
  if (verdict.kind == Verdict::Kind::go_on) read_nat_d(step);
  return verdict;
}

Verdict main_answer_key(Step& step) {
  add_key_and_nonce(step);
  add_nat_d(step);
  step.engine.count(Counter::main_keTx);
  return Verdict::go_on();
}

Verdict main_authenticate(Step& step) {
  if (step.exchange.role == Role::initiator) {
    float_ports(step);
  } else if (Verdict verified = verify_peer(step); verified.kind != Verdict::Kind::go_on) {
    return verified;
  }
  step.reply.push_back({PayloadType::identification, own_id_body(step)});
  add_proof(step);
  step.engine.count(Counter::main_authTx);
  return Verdict::go_on();
}

Verdict main_read_auth(Step& step) {
  step.engine.count(Counter::main_authRx);
  Phase1Work& work = *step.exchange.phase1;
  const ByteView id = step.in->find(PayloadType::identification)->body;
  work.peer_id_body.assign(id.begin(), id.end());
  work.initial_contact = carries_initial_contact(*step.in);
  return keep_proof(step);
}

}  // namespace arrouter::isakmp
