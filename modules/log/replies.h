// The module's replies (texts.def) as functions.
#pragma once

#include <fmt/format.h>

#include "os/outcome.h"

namespace arrouter::logging {

struct Message {
  MessageClass message_class;
  std::uint16_t number;
  std::string_view text;
};
namespace message {
#define LOG_MESSAGE(name, kind, number, text) inline constexpr Message name{MessageClass::kind, number, text};
#include "modules/log/texts.def"
#undef LOG_MESSAGE
}  // namespace message

/// The numbered line with its values filled in.
template <class... Values>
Outcome reply(const Message& message, const Values&... values) {
  return {message.message_class, module_number::log, message.number, fmt::format(fmt::runtime(message.text), values...),
          false};
}
inline Outcome success() { return Outcome::successful(module_number::log); }
/// The command line's own errors, for what its rows cannot check.
inline Outcome bad_value(std::string_view parameter) {
  return Outcome::error(module_number::command, 263, fmt::format("Parameter \"{}\" has an invalid value.", parameter));
}
inline Outcome missing(std::string_view parameter) {
  return Outcome::error(module_number::command, 261, fmt::format("Required parameter \"{}\" missing.", parameter));
}
inline Outcome conflicting() { return Outcome::error(module_number::command, 264, "Conflicting parameters."); }

}  // namespace arrouter::logging
