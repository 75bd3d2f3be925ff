#include "cli/console/telnet_filter.h"

#include "cli/console/telnet_bytes.h"

namespace arrouter {

using namespace telnet;

std::string TelnetFilter::typed(std::string_view bytes, std::string& reply) {
  std::string out;
  for (const char c : bytes) {
    const auto event = decoder_.take(c);
    if (event.kind == Decoder::Kind::data) out += c;
    if (event.kind == Decoder::Kind::command) command(event.byte, out, reply);
    if (event.kind == Decoder::Kind::option) negotiate(event.verb, event.byte, reply);
  }
  return out;
}

std::string TelnetFilter::greeting() {
  std::string bytes;
  say(bytes, will, option_echo);
  say(bytes, will, option_suppress_go_ahead);
  say(bytes, do_it, option_suppress_go_ahead);
  echo_told_ = suppress_told_ = suppress_asked_ = true;
  return bytes;
}

// Telnet's keys as those of the line editor.
void TelnetFilter::command(unsigned char command, std::string& out, std::string& reply) {
  switch (command) {
    case break_key:
      out += '\x10';
      return;
    case erase_character:
      out += '\b';
      return;
    case erase_line:
      out += '\x15';
      return;
    case are_you_there:
      reply += "\r\n[yes]\r\n";
      return;
    default:
      return;
  }
}

// Only a change is answered, so two ends never talk in circles (RFC 854).
void TelnetFilter::negotiate(unsigned char verb, unsigned char option, std::string& reply) {
  bool* const told = option == option_echo                ? &echo_told_
                     : option == option_suppress_go_ahead ? &suppress_told_
                                                          : nullptr;
  if (verb == do_it && told != nullptr) {
    if (!*told) say(reply, will, option);
    *told = true;
  } else if (verb == dont && told != nullptr) {
    if (*told) say(reply, wont, option);
    *told = false;
  } else if (verb == will && option == option_suppress_go_ahead && suppress_asked_) {
    // That is what was asked for.
  } else if ((verb == do_it || verb == will) && refusals_ < most_refusals) {
    ++refusals_;
    say(reply, verb == do_it ? wont : dont, option);
  }
}

}  // namespace arrouter
