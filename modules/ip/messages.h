// The numbered lines of texts.def as functions: messages::done() and so on.
#pragma once

#include "os/outcome.h"

namespace arrouter::ip::messages {

#define MESSAGE(name, message_class, module, number, text) \
  inline Outcome name() { return Outcome::message_class(module_number::module, number, text); }
#include "modules/ip/texts.def"
#undef MESSAGE

}  // namespace arrouter::ip::messages

/// Log lines and screens' sentences by name, as format strings.
namespace arrouter::ip::texts {

#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/ip/texts.def"
#undef TEXT

}  // namespace arrouter::ip::texts
