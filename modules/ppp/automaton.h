// The option negotiation automaton of RFC 1661 4.1 as a table: what to do and where to go for each event in each state.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace arrouter::ppp {

/// In the order of RFC 1661's numbers.
enum class State : std::uint8_t {
  initial, starting, closed, stopped, closing, stopping, request_sent, ack_received, ack_sent, opened
};
inline constexpr std::size_t states = 10;
/// As SHOW PPP prints it.
std::string_view to_string(State state);

/// In the order of RFC 1661's table.
enum class Event : std::uint8_t {
  up, down, open, close, timeout, timeout_last, request_good, request_bad, ack, nak, terminate_request, terminate_ack,
  unknown_code, reject_permitted, reject_fatal, echo
};
inline constexpr std::size_t events = 16;

enum class Action : std::uint8_t {
  none, layer_up, layer_down, layer_started, layer_finished, initialise_count, zero_count, send_request, send_ack,
  send_nak, send_terminate, send_terminate_ack, send_code_reject, send_echo_reply
};

struct Transition {
  State next = State::initial;
  std::array<Action, 3> actions{};
  bool possible = false;  // the table has no dash there
};
const Transition& transition(State state, Event event);

}  // namespace arrouter::ppp
