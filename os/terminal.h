// Where a command comes from and where its later output goes, without knowing the front end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace arrouter {

enum class Privilege : std::uint8_t { user, manager, security_officer };

/// A person's or a script's end of a session. Commands that go on after they returned (ping, debug) keep a weak
/// pointer to it.
class Terminal {
 public:
  virtual ~Terminal() = default;
  /// Prints outside any command's own screen: ping replies, debug lines, messages. The prompt is drawn again after it.
  virtual void print(std::string_view text) = 0;
  /// A command started work in the background whose output a script has to wait for; release() ends it.
  virtual void hold() {}
  virtual void release() {}
};

/// Who gave the command.
struct Caller {
  std::string user;                                   // login name; empty for boot scripts and the control socket
  Privilege privilege = Privilege::security_officer;  // what the session may do now
  bool interactive = false;                           // a person who can answer questions
  std::string device = "local";                       // "Asyn 0", "Telnet 1": SHOW USER
  std::weak_ptr<Terminal> terminal;
};

/// A question put to the person at the terminal in the middle of a command.
struct Question {
  std::string prompt;                                // "Are you sure (y/n)? "
  bool echo = true;                                  // false for passwords
  bool single_key = false;                           // answered by one key, no Enter
  std::function<void(std::string answer)> answered;  // runs once, on the datapath thread
};

}  // namespace arrouter
