#include "cli/console/telnet_decoder.h"

#include "cli/console/telnet_bytes.h"

namespace arrouter::telnet {

Decoder::Event Decoder::take(char c) {
  constexpr std::size_t kept = 2;  // no subnegotiation that matters has more
  const auto byte = static_cast<unsigned char>(c);
  switch (state_) {
    case State::data:
      if (byte != iac) return {Kind::data, byte};
      state_ = State::command;
      return {};
    case State::command:
      verb_ = byte;
      sub_.clear();
      state_ = byte == sb ? State::sub : byte >= will && byte <= dont ? State::option : State::data;
      if (state_ != State::data) return {};
      return {Kind::command, byte};
    case State::option:
      state_ = State::data;
      return {Kind::option, byte, verb_};
    case State::sub:
      if (byte == iac) {
        state_ = State::sub_command;
      } else if (sub_.size() < kept) {
        sub_ += c;
      }
      return {};
    case State::sub_command:
      state_ = byte == se ? State::data : State::sub;
      return {byte == se ? Kind::subnegotiation : Kind::nothing};
  }
  return {};
}

}  // namespace arrouter::telnet
