#include "cli/language/errors.h"

#include <fmt/format.h>

namespace arrouter {
namespace {

struct Text {
  std::uint16_t number;
  std::string_view text;
};

constexpr Text texts[] = {
#define LANGUAGE_TEXT(name, number, text) {number, text},
#include "cli/language/texts.def"
#undef LANGUAGE_TEXT
};

}  // namespace

Outcome command_error(CommandError error, std::string_view subject) {
  const Text& entry = texts[static_cast<std::size_t>(error)];
  return Outcome::error(module_number::command, entry.number, fmt::format(fmt::runtime(entry.text), subject));
}

}  // namespace arrouter
