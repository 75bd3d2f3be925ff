// Values behind '=': text in, the types of os/command.h out.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language/errors.h"
#include "cli/language/grammar.h"

namespace arrouter {

/// Checks and converts what was typed. Errors: value_missing, out_of_range, bad_value. A quoted text is a keyword only
/// where no type takes it, so that a name may read like a keyword.
std::expected<Value, CommandError> parse_value(const ValueSpec& spec, std::string_view text, bool quoted);

/// One value of a type; errors as above.
std::expected<Value, CommandError> parse_type(const Type& type, std::string_view text);

/// What `?` shows for a type: "<integer>", "<string>", "<ipadd>" … (reference/cli.md 6).
std::vector<std::string> describe(const Type& type);

/// A text each type takes, for dictionaries.
std::string sample(const Type& type);

}  // namespace arrouter
