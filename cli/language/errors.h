// The command processor's messages (module 035): what can be wrong with a line, before any module has seen it.
#pragma once

#include <string_view>

#include "os/outcome.h"

namespace arrouter {

enum class CommandError : std::uint8_t {
#define LANGUAGE_TEXT(name, number, text) name,
#include "cli/language/texts.def"
#undef LANGUAGE_TEXT
};

/// The numbered line for an error; `subject` is the word or parameter it names, ignored where the text names none.
Outcome command_error(CommandError error, std::string_view subject = {});

}  // namespace arrouter
