// The bytes of Telnet's commands (RFC 854, 857, 858, 1091), for the server's side and for the client's.
#pragma once

#include <string>

namespace arrouter::telnet {

inline constexpr unsigned char se = 240, break_key = 243, are_you_there = 246, erase_character = 247, erase_line = 248,
                               sb = 250, will = 251, wont = 252, do_it = 253, dont = 254, iac = 255;
inline constexpr unsigned char option_echo = 1, option_suppress_go_ahead = 3, option_terminal_type = 24;
/// An end that asks more often than there are options wants to play.
inline constexpr unsigned most_refusals = 64;

/// IAC, the verb, the option.
inline void say(std::string& reply, unsigned char verb, unsigned char option) {
  for (const unsigned char byte : {iac, verb, option}) reply += static_cast<char>(byte);
}

}  // namespace arrouter::telnet
