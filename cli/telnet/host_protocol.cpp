#include "cli/telnet/host_protocol.h"

#include <utility>

#include "cli/console/telnet_bytes.h"

namespace arrouter::telnet {
namespace {

constexpr char type_is = 0, type_send = 1;

}  // namespace

std::string HostProtocol::received(std::string_view bytes, std::string& reply) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    switch (state_) {
      case State::data:
        if (byte == iac) {
          state_ = State::command;
          break;
        }
        // CR NUL is a carriage return alone; line ends are the display's to make.
        if (std::exchange(after_cr_, c == '\r') && c != '\n') out += '\r';
        if (c != '\r' && c != '\0') out += c;
        break;
      case State::command:
        if (byte == iac) out += c;
        verb_ = byte;
        state_ = byte == sb ? State::sub : byte >= will && byte <= dont ? State::option : State::data;
        sub_.clear();
        break;
      case State::option:
        negotiate(byte, reply);
        state_ = State::data;
        break;
      case State::sub:
        if (byte == iac) {
          state_ = State::sub_command;
        } else if (sub_.size() < 2) {
          sub_ += c;
        }
        break;
      case State::sub_command:
        state_ = byte == se ? State::data : State::sub;
        if (byte == se) answer_sub(reply);
        break;
    }
  }
  return out;
}

// Only a change is answered, so two ends never talk in circles (RFC 854).
void HostProtocol::negotiate(unsigned char option, std::string& reply) {
  const bool about_host = verb_ == will || verb_ == wont;
  const bool wanted = verb_ == will || verb_ == do_it;
  bool* const known = about_host ? (option == option_echo                ? &echoes_
                                    : option == option_suppress_go_ahead ? &host_suppresses_
                                                                         : nullptr)
                                 : (option == option_suppress_go_ahead ? &suppresses_
                                    : option == option_terminal_type   ? &tells_type_
                                                                       : nullptr);
  if (known == nullptr) {
    if (!wanted || refusals_ >= most_refusals) return;
    ++refusals_;
    return say(reply, about_host ? dont : wont, option);
  }
  if (std::exchange(*known, wanted) == wanted) return;
  say(reply, about_host ? (wanted ? do_it : dont) : (wanted ? will : wont), option);
}

void HostProtocol::answer_sub(std::string& reply) {
  if (!tells_type_ || sub_ != std::string{static_cast<char>(option_terminal_type), type_send}) return;
  say(reply, sb, option_terminal_type);
  reply += type_is;
  reply += terminal_type_.empty() ? "UNKNOWN" : terminal_type_;
  reply += static_cast<char>(iac);
  reply += static_cast<char>(se);
}

std::string HostProtocol::typed(char key) const {
  if (key == '\r' || key == '\n') return insert_null_ ? std::string("\r\0", 2) : "\r\n";
  if (static_cast<unsigned char>(key) == iac) return "\xff\xff";
  return std::string(1, key);
}

}  // namespace arrouter::telnet
