// How a command ended: the router's numbered line, of which text, JSON and a script's exit status are three views.
#pragma once

#include <cstdint>
#include <string>

namespace arrouter {

/// Module numbers: the middle three digits of a message, and MODULE= of the log. Source: reference/cli.md 7.1;
/// numbers from 200 on are provisional because no source names them.
namespace module_number {
inline constexpr std::uint16_t ppp = 3, ip = 5, eth = 23, flash = 31, system = 34, command = 35, tty = 36, user = 45,
                               load = 48, install = 49, trigger = 53, ping = 54, file = 56, enco = 73, firewall = 77,
                               ipsec = 81, isakmp = 82, switching = 87, vlan = 89, log = 200, script = 201,
                               lab = 202, telnet = 33, ssh = 211, tcp = 212, radius = 213, tacacs = 214;
}

enum class MessageClass : std::uint8_t { info = 1, warning = 2, error = 3 };

struct Outcome {
  MessageClass message_class = MessageClass::info;
  std::uint16_t module = 0;
  std::uint16_t number = 0;
  std::string text;      // empty: the command printed a screen and adds no line
  bool pending = false;  // the command asked a question or goes on in the background; its last line comes later

  /// The command's screen says it all.
  static Outcome screen() { return {}; }
  static Outcome wait() {
    Outcome outcome;
    outcome.pending = true;
    return outcome;
  }
  static Outcome info(std::uint16_t module, std::uint16_t number, std::string text) {
    return {MessageClass::info, module, number, std::move(text), false};
  }
  static Outcome warning(std::uint16_t module, std::uint16_t number, std::string text) {
    return {MessageClass::warning, module, number, std::move(text), false};
  }
  static Outcome error(std::uint16_t module, std::uint16_t number, std::string text) {
    return {MessageClass::error, module, number, std::move(text), false};
  }
  /// "Info (1mmm003): Operation successful."
  static Outcome successful(std::uint16_t module) { return info(module, 3, "Operation successful."); }

  bool failed() const { return message_class == MessageClass::error; }
  /// "Error (3082256): Policy keys not found."; empty for a screen.
  std::string line() const;
};

}  // namespace arrouter
