#include "os/outcome.h"

#include <fmt/format.h>

namespace arrouter {
namespace {

std::string_view class_word(MessageClass message_class) {
  switch (message_class) {
    case MessageClass::info:
      return "Info";
    case MessageClass::warning:
      return "Warning";
    case MessageClass::error:
      break;
  }
  return "Error";
}

}  // namespace

std::string Outcome::line() const {
  if (text.empty()) return {};
  return fmt::format("{} ({}{:03}{:03}): {}", class_word(message_class), static_cast<int>(message_class), module,
                     number, text);
}

}  // namespace arrouter
