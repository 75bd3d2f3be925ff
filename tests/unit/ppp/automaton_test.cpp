#include <catch2/catch.hpp>

#include "modules/ppp/automaton.h"

using namespace arrouter::ppp;

TEST_CASE("the automaton has the cells of RFC 1661 4.1") {
  const auto cell = [](State state, Event event) { return transition(state, event); };
  using A = Action;
  // One full negotiation.
  CHECK(cell(State::starting, Event::up).next == State::request_sent);
  CHECK(cell(State::starting, Event::up).actions == std::array{A::initialise_count, A::send_request, A::none});
  CHECK(cell(State::request_sent, Event::request_good).next == State::ack_sent);
  CHECK(cell(State::request_sent, Event::ack).next == State::ack_received);
  CHECK(cell(State::ack_received, Event::request_good).actions == std::array{A::send_ack, A::layer_up, A::none});
  CHECK(cell(State::ack_sent, Event::ack).actions == std::array{A::initialise_count, A::layer_up, A::none});
  CHECK(cell(State::ack_sent, Event::ack).next == State::opened);
  // A peer that begins anew takes an open link down.
  CHECK(cell(State::opened, Event::request_good).actions ==
        std::array{A::layer_down, A::send_request, A::send_ack});
  CHECK(cell(State::opened, Event::request_good).next == State::ack_sent);
  CHECK(cell(State::opened, Event::terminate_request).actions ==
        std::array{A::layer_down, A::zero_count, A::send_terminate_ack});
  CHECK(cell(State::opened, Event::terminate_request).next == State::stopping);
  CHECK(cell(State::opened, Event::echo).actions[0] == A::send_echo_reply);
  CHECK(cell(State::request_sent, Event::echo).actions[0] == A::none);
  CHECK(cell(State::closing, Event::timeout_last).actions[0] == A::layer_finished);
  CHECK(cell(State::stopped, Event::down).actions[0] == A::layer_started);
  CHECK(cell(State::ack_sent, Event::timeout).next == State::ack_sent);
  CHECK(cell(State::ack_received, Event::timeout).next == State::request_sent);
}

TEST_CASE("what cannot happen stands as a dash") {
  unsigned dashes = 0;
  for (std::size_t state = 0; state < states; ++state) {
    for (std::size_t event = 0; event < events; ++event) {
      if (!transition(static_cast<State>(state), static_cast<Event>(event)).possible) ++dashes;
    }
  }
  CHECK(dashes == 40);  // counted in the RFC
  CHECK_FALSE(transition(State::initial, Event::request_good).possible);
  CHECK_FALSE(transition(State::opened, Event::up).possible);
  CHECK_FALSE(transition(State::opened, Event::timeout).possible);
}
