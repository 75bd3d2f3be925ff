// Takes the Telnet protocol out of a byte stream (RFC 854, 855), for consoles that `telnet` clients connect to.
#pragma once

#include <string>
#include <string_view>

#include "cli/console/telnet_decoder.h"

namespace arrouter {

/// A raw client never sees an option: answers are given only to a client that negotiates. It is told that the router
/// echoes and suppresses go-ahead; everything else is refused.
class TelnetFilter {
 public:
  /// Returns what was typed; what must go back to the client is appended to `reply`.
  std::string typed(std::string_view bytes, std::string& reply);
  /// What a Telnet server says first: it echoes, and neither end uses go-ahead. A client is then answered only when it
  /// wants something else.
  std::string greeting();

 private:
  static void command(unsigned char command, std::string& out, std::string& reply);
  void negotiate(unsigned char verb, unsigned char option, std::string& reply);

  telnet::Decoder decoder_;
  bool echo_told_ = false, suppress_told_ = false, suppress_asked_ = false;
  unsigned refusals_ = 0;
};

}  // namespace arrouter
