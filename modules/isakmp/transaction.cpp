// The transaction exchange and XAUTH over it: the actions of its rows, and what an ISAKMP SA waits for until the user
// is known (draft-ietf-ipsec-isakmp-mode-cfg-05, draft-beaulieu-ike-xauth-02).
//
// The server of XAUTH begins, whoever began phase 1: REQUEST, REPLY, then under another message id but with the same
// identifier SET (the verdict) and ACK. Here both pairs are one exchange of the server; the client has one for each.
// What is asked beyond XAUTH, an address for instance, gets an answer without attributes: this router has none to give.
#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/actions.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/message_hash.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

Verdict refused(std::string reason) { return Verdict::fail(NotifyType::none, std::move(reason)); }

// The attribute payload of a message whose hash is right.
std::expected<AttributePayload, Verdict> read_attributes(const Step& step) {
  if (!message_hash_right(step, {})) return std::unexpected(Verdict::ignore("wrong hash"));
  auto payload = parse_attribute_payload(step.in->find(PayloadType::attributes)->body);
  if (!payload) return std::unexpected(Verdict::ignore(payload.error().cause));
  if (step.exchange.role == Role::responder) step.exchange.transaction->identifier = payload->identifier;
  return std::move(*payload);
}

void add_attributes(Step& step, const AttributePayload& payload) {
  step.reply.push_back({PayloadType::attributes, encode_attribute_payload(payload)});
  add_message_hash(step, {});
}

AttributePayload answer(const Step& step, ConfigType type) {
  AttributePayload payload;
  payload.type = type;
  payload.identifier = step.exchange.transaction->identifier;
  return payload;
}

bool is_client(const Step& step) { return step.sa.policy->xauth == XauthMode::client; }

// A request this router can satisfy: name and password, of no other type than GENERIC.
bool can_answer(const AttributePayload& request) {
  const auto type = request.number(XauthAttribute::type);
  if (request.find(XauthAttribute::type) != nullptr && type != xauth_generic) return false;
  return std::ranges::all_of(request.attributes, [](const AttributeView& attribute) {
    switch (static_cast<XauthAttribute>(attribute.type)) {
      case XauthAttribute::passcode:
      case XauthAttribute::challenge:
      case XauthAttribute::next_pin:
      case XauthAttribute::answer: return false;
      default: return true;
    }
  });
}

}  // namespace

// ---- the server -------------------------------------------------------------------------------------------------

Verdict xauth_request(Step& step) {
  const auto identifier = static_cast<std::uint16_t>(step.engine.random().u32());
  step.exchange.transaction->identifier = identifier;
  step.sa.xauth.identifier = identifier;
  step.sa.xauth.next = ConfigType::reply;
  AttributePayload request = answer(step, ConfigType::request);
  request.add(XauthAttribute::type, xauth_generic);
  request.add(XauthAttribute::user_name, ByteView());
  request.add(XauthAttribute::user_password, ByteView());
  add_attributes(step, request);
  step.engine.count(Counter::transaction_reqTx);
  return Verdict::go_on();
}

Verdict xauth_read_reply(Step& step) {
  const auto reply = read_attributes(step);
  if (!reply) return reply.error();
  step.engine.count(Counter::transaction_repRx);
  if (reply->number(XauthAttribute::status) == xauth_fail) return refused(text::reason_xauth_given_up);
  const AttributeView* const name = reply->find(XauthAttribute::user_name);
  const AttributeView* const password = reply->find(XauthAttribute::user_password);
  if (name == nullptr || password == nullptr || name->is_short || password->is_short)
    return refused(text::reason_xauth_incomplete);
  TransactionWork& work = *step.exchange.transaction;
  work.user.assign(name->long_value.begin(), name->long_value.end());
  work.password.assign(password->long_value.begin(), password->long_value.end());
  return Verdict::go_on();
}

Verdict xauth_send_verdict(Step& step) {
  const TransactionWork& work = *step.exchange.transaction;
  step.engine.renumber(step.exchange, step.sa);
  step.sa.xauth.next = ConfigType::acknowledge;
  AttributePayload verdict = answer(step, ConfigType::set);
  verdict.add(XauthAttribute::status, *work.passed ? xauth_ok : xauth_fail);
  add_attributes(step, verdict);
  step.engine.count(Counter::transaction_setTx);
  return Verdict::go_on();
}

Verdict xauth_read_acknowledge(Step& step) {
  const auto acknowledge = read_attributes(step);
  if (!acknowledge) return acknowledge.error();
  step.sa.xauth.next = ConfigType::none;
  step.engine.count(Counter::transaction_ackRx);
  return Verdict::go_on();
}

// ---- the client, and whoever is asked for something else --------------------------------------------------------

Verdict transaction_read_request(Step& step) {
  const auto request = read_attributes(step);
  if (!request) return request.error();
  step.engine.count(Counter::transaction_reqRx);
  TransactionWork& work = *step.exchange.transaction;
  work.xauth = request->speaks_xauth();
  work.answerable = work.xauth && is_client(step) && can_answer(*request);
  for (const AttributeView& attribute : request->attributes) work.asked.push_back(attribute.type);
  if (const AttributeView* const message = request->find(XauthAttribute::message))
    step.engine.trace("TRAN", step.exchange, "server says: " + printable(message->long_value));
  return Verdict::go_on();
}

Verdict transaction_reply(Step& step) {
  const TransactionWork& work = *step.exchange.transaction;
  const Policy& policy = *step.sa.policy;
  AttributePayload reply = answer(step, ConfigType::reply);
  const auto asked = [&](XauthAttribute attribute) {
    return std::ranges::count(work.asked, static_cast<std::uint16_t>(attribute)) != 0;
  };
  if (work.answerable) {
    if (asked(XauthAttribute::type)) reply.add(XauthAttribute::type, xauth_generic);
    if (asked(XauthAttribute::user_name)) reply.add(XauthAttribute::user_name, as_bytes(policy.xauth_name));
    if (asked(XauthAttribute::user_password)) reply.add(XauthAttribute::user_password, policy.xauth_password);
    if (asked(XauthAttribute::domain)) reply.add(XauthAttribute::domain, ByteView());
  } else if (work.xauth) {
    step.engine.trace("TRAN", step.exchange, "XAUTH of that type is not available");
    reply.add(XauthAttribute::status, xauth_fail);
  }
  add_attributes(step, reply);
  if (work.answerable) {
    step.sa.xauth.identifier = work.identifier;
    step.sa.xauth.next = ConfigType::set;
  }
  step.engine.count(Counter::transaction_repTx);
  return Verdict::go_on();
}

Verdict transaction_read_set(Step& step) {
  const auto set = read_attributes(step);
  if (!set) return set.error();
  step.engine.count(Counter::transaction_setRx);
  TransactionWork& work = *step.exchange.transaction;
  // Nobody but the server a client has chosen may say that XAUTH is done.
  if (const auto status = set->number(XauthAttribute::status); status && is_client(step))
    work.passed = status == xauth_ok;
  work.user = step.sa.policy->xauth_name;
  return Verdict::go_on();
}

Verdict transaction_acknowledge(Step& step) {
  AttributePayload acknowledge = answer(step, ConfigType::acknowledge);
  if (step.exchange.transaction->passed) {
    acknowledge.add(XauthAttribute::status, ByteView());
    step.sa.xauth.next = ConfigType::none;
  }
  add_attributes(step, acknowledge);
  step.engine.count(Counter::transaction_ackTx);
  return Verdict::go_on();
}

// ---- the SA meanwhile -------------------------------------------------------------------------------------------

// Phase 1 is over, the user is not known yet.
void Engine::begin_xauth(Sa& sa, bool sent_last) {
  sa.state = SaState::authenticating;
  if (sa.policy->xauth == XauthMode::client) return wait_for_server(sa);
  if (sent_last) sa.settles_at = now_ + settling_time;
  sas_.set_due(sa, sa_deadline(sa));
  if (!sent_last) request_xauth(sa);
}

void Engine::request_xauth(Sa& sa) {
  Exchange* const exchange = begin_as_initiator(ExchangeType::transaction, sa);
  if (exchange == nullptr) return remove_sa(sa, text::reason_too_many, true);
  transaction_started(*exchange, sa);
  start(*exchange, sa);
}

void Engine::renumber(Exchange& exchange, Sa& sa) {
  exchanges_.set_message_id(exchange, new_message_id(sa));
  exchange.iv = phase2_iv(enco_, sa.policy->hash, sa.policy->cipher, sa.last_block, exchange.message_id);
}

// A client cannot ask: it waits as long as it would repeat a message.
void Engine::wait_for_server(Sa& sa) {
  sa.xauth.wait_until = now_ + std::chrono::seconds(sa.policy->retransmit.whole_s());
  sas_.set_due(sa, sa_deadline(sa));
}

void Engine::server_silent(Sa& sa) {
  count(Counter::transaction_timeout);
  count(Counter::transaction_xauthFailed);
  effects_->log(LogSeverity::notice, "FAIL",
                fmt::format(text::xauth_failed, sa.id, to_string(sa.peer.address), text::reason_xauth_no_server),
                sa.policy->name);
  remove_sa(sa, text::reason_xauth_no_server, true);
}

void Engine::transaction_started(const Exchange& exchange, const Sa& sa) {
  effects_->log(LogSeverity::info, "XAUTH",
                fmt::format(text::transaction_started, exchange.id, to_string(sa.peer.address),
                            to_string(sa.local.address),
                            exchange.role == Role::initiator ? "initiator" : "responder"),
                sa.policy->name);
}

// Whoever checks users has its own patience; this is the end of ours.
void Engine::ask_for_user(Exchange& exchange, Sa& sa) {
  TransactionWork& work = *exchange.transaction;
  exchange.ends_at = now_ + std::chrono::seconds(sa.policy->retransmit.whole_s());
  exchanges_.reschedule(exchange);
  effects_->authenticate(exchange.serial, sa.policy->xauth_type, work.user, std::move(work.password));
}

void Engine::authenticated(event::Authenticated result) {
  Exchange* const exchange = exchanges_.by_serial(result.serial);
  if (exchange == nullptr || !exchange->job_running) return;
  TransactionWork& work = *exchange->transaction;
  exchange->ends_at.reset();
  exchanges_.reschedule(*exchange);
  work.passed = result.refusal.empty();
  if (!*work.passed) {
    const Sa& sa = *sas_.find(exchange->sa_id);
    work.refusal = fmt::format(text::reason_xauth_refused, printable(as_bytes(work.user)), result.refusal);
    log_failure(*exchange, sa, work.refusal);
    count(Counter::transaction_xauthFailed);
  }
  resume(*exchange, std::nullopt);
}

// A client that begins quick mode has read our SET(OK), even if its ACK is lost.
bool Engine::verdict_known(Sa& sa) {
  for (Exchange* const exchange : exchanges_.of(sa.id)) {
    if (exchange->state != ExchangeState::set_sent || !*exchange->transaction->passed) continue;
    finish(*exchange, sa, false);
    return sa.active();
  }
  return false;
}

void Engine::transaction_done(Exchange& exchange, Sa& sa, bool sent_last) {
  const TransactionWork& work = *exchange.transaction;
  const bool waiting = sa.state == SaState::authenticating;
  if (work.passed == false) {
    if (exchange.role == Role::initiator) return remove_sa(sa, std::string(work.refusal), true);
    return fail(exchange, sa, refused(fmt::format(text::reason_xauth_rejected, printable(as_bytes(work.user)))));
  }
  effects_->log(LogSeverity::info, "XAUTH",
                fmt::format(text::transaction_done, exchange.id, to_string(sa.peer.address)), sa.policy->name);
  trace("TRAN", exchange, "Phase 1.5 [transaction] complete");
  if (!waiting) return;
  if (!work.passed) {
    if (sa.policy->xauth == XauthMode::client) wait_for_server(sa);  // answered; the verdict comes next
    return;
  }
  count(Counter::transaction_xauthGood);
  // Clients behind one NAT may share a group's ID; the user tells them apart.
  if (exchange.role == Role::initiator) sa.peer_id += '/' + printable(as_bytes(work.user));
  sa.xauth.passed = true;
  effects_->log(LogSeverity::info, "XAUTH",
                fmt::format(text::xauth_good, printable(as_bytes(work.user)), to_string(sa.peer.address)),
                sa.policy->name);
  sa_up(sa, sent_last);
}

}  // namespace arrouter::isakmp
