#include "modules/ppp/control_protocol.h"

#include <algorithm>

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {
namespace {

constexpr unsigned most_naks = 5;            // Max-Failure of RFC 1661 4.6
constexpr unsigned most_naks_received = 20;  // of a peer that will not agree
constexpr std::size_t longest_reject = 1000; // bytes of a rejected packet that are sent back

}  // namespace

void ControlProtocol::handle(Event event, Instant now) {
  now_ = now;
  const Transition& to = transition(state_, event);
  if (!to.possible) return;
  const bool negotiates = std::ranges::any_of(to.actions, [](Action a) { return a == Action::send_request; });
  // From these states on everything is open again.
  if (negotiates && (state_ <= State::stopped || state_ == State::opened)) {
    naks_sent_ = naks_received_ = 0;
    begin();
  }
  const State before = state_;
  // The layers are told in the new state: what they do may bring the next event.
  if (before == State::opened && to.next != State::opened) {
    on_close();
    host_.layer_down(protocol_);
  }
  state_ = to.next;
  for (const Action action : to.actions) {
    if (action != Action::layer_up && action != Action::layer_finished) act(action, to.next);
  }
  if (state_ <= State::stopped || state_ == State::opened) deadline_.reset();
  for (const Action action : to.actions) {
    if (action == Action::layer_up) {
      on_open();
      host_.layer_up(protocol_);
    }
    if (action == Action::layer_finished) host_.layer_finished(protocol_);
  }
}

void ControlProtocol::act(Action action, State next) {
  switch (action) {
    case Action::none:
    case Action::layer_up:
    case Action::layer_down:
    case Action::layer_started:
    case Action::layer_finished:
      break;
    case Action::initialise_count:
      terminating_ = next == State::closing || next == State::stopping;
      no_more_ = false;
      sent_ = 0;
      break;
    case Action::zero_count:
      no_more_ = true;
      arm();
      break;
    case Action::send_request:
      ++sent_;
      request_.clear();
      write_request(request_);
      request_id_ = next_id();
      send(code::configure_request, *request_id_, request_);
      arm();
      break;
    case Action::send_ack:
      peer_options(*accepted_);
      send(answer_code_, answer_id_, answer_);
      break;
    case Action::send_nak:
    case Action::send_echo_reply:
      send(answer_code_, answer_id_, answer_);
      break;
    case Action::send_terminate:
      ++sent_;
      send(code::terminate_request, next_id(), {});
      arm();
      break;
    case Action::send_terminate_ack:
      send(code::terminate_ack, answer_id_, {});
      break;
    case Action::send_code_reject:
      send(code::code_reject, next_id(), answer_);
      break;
  }
}

bool ControlProtocol::exhausted() const {
  const std::optional<unsigned> most = terminating_ ? retries_.terminate : retries_.configure;
  return no_more_ || (most && sent_ >= *most);
}

void ControlProtocol::tick(Instant now) {
  if (!deadline_ || *deadline_ > now) return;
  deadline_.reset();
  handle(exhausted() ? Event::timeout_last : Event::timeout, now);
}

void ControlProtocol::send(std::uint8_t code, std::uint8_t id, ByteView data) {
  ++counters_.out;
  host_.send_control(protocol_, control_packet(code, id, data));
}

void ControlProtocol::receive(ByteView packet, Instant now) {
  now_ = now;
  const auto control = parse_control(packet);
  if (!control) {
    ++counters_.in_malformed;
    return;
  }
  ++counters_.in;
  answer_id_ = control->id;
  switch (control->code) {
    case code::configure_request:
      receive_request(*control);
      break;
    case code::configure_ack:
    case code::configure_nak:
    case code::configure_reject:
      receive_answer(*control);
      break;
    case code::terminate_request:
      handle(Event::terminate_request, now);
      break;
    case code::terminate_ack:
      handle(Event::terminate_ack, now);
      break;
    case code::code_reject:
      receive_code_reject(*control);
      break;
    default:
      if (other_code(*control)) break;
      answer_.assign(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(
                                                           std::min(packet.size(), longest_reject)));
      handle(Event::unknown_code, now);
  }
}

/// RFC 1661 5.1 to 5.4: what cannot be discussed is rejected first, then the rest is negotiated.
void ControlProtocol::receive_request(const ControlPacket& packet) {
  const auto options = parse_options(packet.data);
  if (!options) {
    ++counters_.in_malformed;
    return;
  }
  Bytes naks, rejects;
  for (const Option& option : *options) {
    Bytes suggestion;
    switch (judge(option, suggestion)) {
      case Verdict::good:
        break;
      case Verdict::reject:
        add_option(rejects, option.type, option.value);
        break;
      case Verdict::nak:
        if (suggestion.empty()) add_option(suggestion, option.type, option.value);
        naks.insert(naks.end(), suggestion.begin(), suggestion.end());
        // The peer does not take the hint: it shall do without the option.
        if (naks_sent_ >= most_naks) add_option(rejects, option.type, option.value);
        break;
    }
  }
  answer_id_ = packet.id;
  if (rejects.empty() && naks.empty()) {
    answer_code_ = code::configure_ack;
    answer_.assign(packet.data.begin(), packet.data.end());
    naks_sent_ = 0;
    accepted_ = &*options;
    handle(Event::request_good, now_);
    return;
  }
  if (rejects.empty()) ++naks_sent_;
  answer_code_ = rejects.empty() ? code::configure_nak : code::configure_reject;
  answer_ = rejects.empty() ? std::move(naks) : std::move(rejects);
  handle(Event::request_bad, now_);
}

void ControlProtocol::receive_answer(const ControlPacket& packet) {
  const auto options = parse_options(packet.data);
  const bool ack = packet.code == code::configure_ack;
  const bool same = std::equal(packet.data.begin(), packet.data.end(), request_.begin(), request_.end());
  if (!options || packet.id != request_id_ || (ack && !same)) {
    ++counters_.in_malformed;
    return;
  }
  request_id_.reset();  // one answer for each request
  if (ack) {
    naks_received_ = 0;
    handle(Event::ack, now_);
    return;
  }
  bool agreeable = ++naks_received_ <= most_naks_received;
  for (const Option& option : *options) {
    agreeable = (packet.code == code::configure_nak ? naked(option) : rejected(option)) && agreeable;
  }
  handle(agreeable ? Event::nak : Event::close, now_);
}

void ControlProtocol::receive_code_reject(const ControlPacket& packet) {
  const bool permitted = !packet.data.empty() && does_without(packet.data.front());
  handle(permitted ? Event::reject_permitted : Event::reject_fatal, now_);
}

}  // namespace arrouter::ppp
