// The lines of texts.def by name.
#pragma once

#include "os/message.h"

namespace arrouter::ppp::texts {

#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::ppp, number, text};
#include "modules/ppp/texts.def"
#undef MESSAGE

#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/ppp/texts.def"
#undef TEXT

}  // namespace arrouter::ppp::texts
