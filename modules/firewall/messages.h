// Result lines by name, for say(), and other words; they are in texts.def.
#pragma once

#include "os/message.h"

namespace arrouter::firewall::texts {

#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::firewall, number, text};
#define TEXT(name, text) inline constexpr std::string_view name = text;
#include "modules/firewall/texts.def"

}  // namespace arrouter::firewall::texts
