// The actions the rows of exchange_table.cpp name, one file for each exchange.
#pragma once

#include "modules/isakmp/exchange.h"

namespace arrouter::isakmp {

// proof.cpp
Verdict verify_peer(Step& step);

// main_mode.cpp
Verdict main_offer(Step& step);
Verdict main_read_offer(Step& step);
Verdict main_choose(Step& step);
Verdict main_read_choice(Step& step);
Verdict main_send_key(Step& step);
Verdict main_read_key(Step& step);
Verdict main_answer_key(Step& step);
Verdict main_authenticate(Step& step);
Verdict main_read_auth(Step& step);

// aggressive_mode.cpp
Verdict aggressive_offer(Step& step);
Verdict aggressive_read_offer(Step& step);
Verdict aggressive_answer(Step& step);
Verdict aggressive_read_answer(Step& step);
Verdict aggressive_authenticate(Step& step);
Verdict aggressive_read_auth(Step& step);

// transaction.cpp
Verdict xauth_request(Step& step);
Verdict xauth_read_reply(Step& step);
Verdict xauth_send_verdict(Step& step);
Verdict xauth_read_acknowledge(Step& step);
Verdict transaction_read_request(Step& step);
Verdict transaction_reply(Step& step);
Verdict transaction_read_set(Step& step);
Verdict transaction_acknowledge(Step& step);

// quick_mode.cpp
Verdict quick_offer(Step& step);
Verdict quick_read_offer(Step& step);
Verdict quick_answer(Step& step);
Verdict quick_read_answer(Step& step);
Verdict quick_confirm(Step& step);
Verdict quick_read_confirm(Step& step);
Verdict quick_connected(Step& step);
/// The bundle of a finished quick mode, keys included.
Bundle quick_bundle(Engine& engine, const Exchange& exchange, const Sa& sa);

}  // namespace arrouter::isakmp
