// Tells what an end of Telnet says from what it commands (RFC 854, 855), for the server's side and for the client's.
#pragma once

#include <string>

namespace arrouter::telnet {

class Decoder {
 public:
  enum class Kind : unsigned char { nothing, data, command, option, subnegotiation };
  struct Event {
    Kind kind = Kind::nothing;
    unsigned char byte = 0;  // the data, the command (IAC: a byte of data that looks like it) or the option
    unsigned char verb = 0;  // of an option: WILL, WONT, DO or DONT
  };
  /// What the next byte completes.
  Event take(char c);
  /// The first bytes of the subnegotiation that has just ended: option and what is done about it.
  const std::string& subnegotiation() const { return sub_; }

 private:
  enum class State : unsigned char { data, command, option, sub, sub_command };
  State state_ = State::data;
  unsigned char verb_ = 0;
  std::string sub_;
};

}  // namespace arrouter::telnet
