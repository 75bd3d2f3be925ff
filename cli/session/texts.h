// The session's wording as names; see texts.def.
#pragma once

#include <string_view>

#include "os/message.h"

namespace arrouter::session_texts {

#define TEXT(name, text) inline constexpr std::string_view name = text;
#include "cli/session/texts.def"
#undef TEXT

inline constexpr Message logging_off{MessageClass::info, module_number::user, 57, "Access denied, logging off."};

}  // namespace arrouter::session_texts
