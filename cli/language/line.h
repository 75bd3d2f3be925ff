// From a typed line to its words: "set system name = "a b"" becomes set, system, name="a b".
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language/errors.h"

namespace arrouter {

/// One word of a command line, with the value that `=` ties to it.
struct Token {
  std::string word;  // as typed; quotes removed
  bool word_quoted = false;
  bool has_value = false;  // an '=' followed, perhaps with nothing after it
  std::string value;       // quotes and escapes removed
  bool value_quoted = false;
  bool malformed = false;  // text stuck to a closing quote

  /// How an error message names it: the word, or "=value" when there is none.
  std::string shown() const;
};

/// Splits a line. Blanks (and tabs) part words and may stand on both sides of '=' (release 2.8.1); "name= other=1"
/// leaves name empty. In double quotes, "" and \" mean a quote and \\ a backslash. Refuses lines longer than
/// limits::command_line, control characters and a quote left open. A line of blanks gives no token.
std::expected<std::vector<Token>, CommandError> tokenize(std::string_view line);

/// Nothing to do: only blanks, or a comment ('#' first).
bool is_blank_or_comment(std::string_view line);

}  // namespace arrouter
