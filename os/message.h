// One line of a module's message table: class, number and wording together, so that a found manual page corrects one
// place.
#pragma once

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "os/outcome.h"

namespace arrouter {

struct Message {
  MessageClass message_class;
  std::uint16_t module;
  std::uint16_t number;
  std::string_view text;  // with {} where values go
};

template <class... Values>
Outcome say(const Message& message, const Values&... values) {
  return {message.message_class, message.module, message.number, fmt::format(fmt::runtime(message.text), values...),
          false};
}

}  // namespace arrouter
