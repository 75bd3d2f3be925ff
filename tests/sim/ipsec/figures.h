// Figures out of screens.
#pragma once

#include <regex>
#include <string>
#include <vector>

#include "tests/support/world.h"

namespace arrouter::test {

/// The number behind a name, dots or blanks between them; throws when the screen has no such name.
inline std::uint64_t figure(VirtualRouter& router, std::string_view screen, const std::string& name) {
  const std::string text = router.text(screen);
  std::smatch found;
  if (!std::regex_search(text, found, std::regex("\\b" + name + "[ .]+([0-9]+)"))) throw std::runtime_error(text);
  return std::stoull(found[1]);
}

}  // namespace arrouter::test
