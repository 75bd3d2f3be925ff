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
    const auto event = decoder_.take(c);
    switch (event.kind) {
      case Decoder::Kind::nothing:
        break;
      case Decoder::Kind::data:
        // CR NUL is a carriage return alone; line ends are the display's to make.
        if (std::exchange(after_cr_, c == '\r') && c != '\n') out += '\r';
        if (c != '\r' && c != '\0') out += c;
        break;
      case Decoder::Kind::command:
        if (event.byte == iac) out += c;
        break;
      case Decoder::Kind::option:
        negotiate(event.verb, event.byte, reply);
        break;
      case Decoder::Kind::subnegotiation:
        answer_sub(reply);
        break;
    }
  }
  return out;
}

// Only a change is answered, so two ends never talk in circles (RFC 854).
void HostProtocol::negotiate(unsigned char verb, unsigned char option, std::string& reply) {
  const bool about_host = verb == will || verb == wont;
  const bool wanted = verb == will || verb == do_it;
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
  if (!tells_type_ || decoder_.subnegotiation() != std::string{static_cast<char>(option_terminal_type), type_send})
    return;
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
