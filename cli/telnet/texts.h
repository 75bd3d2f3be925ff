// The TELNET module's wording as names; see texts.def.
#pragma once

#include "os/message.h"

namespace arrouter::telnet::texts {

#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::telnet, number, text};
#include "cli/telnet/texts.def"
#undef MESSAGE

inline constexpr std::string_view banner = "TELNET session now in ESTABLISHED state\r\n\r\n";

}  // namespace arrouter::telnet::texts
