#include "cli/language/aliases.h"

#include "os/base/text.h"

namespace arrouter {

bool Aliases::add(std::string_view name, std::string_view text) {
  return aliases_.try_emplace(to_lower(name), text).second;
}

bool Aliases::remove(std::string_view name) { return aliases_.erase(to_lower(name)) > 0; }

std::string Aliases::expand(std::string_view line) const {
  std::string expanded;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = at;
    if (line[at] == ' ' || line[at] == '\t') {
      expanded += line[at++];
      continue;
    }
    // A quote may stand inside a word (name="a b") and holds its blanks together.
    bool quoted = false;
    for (; at < line.size() && (quoted || (line[at] != ' ' && line[at] != '\t')); ++at) quoted ^= line[at] == '"';
    const std::string_view word = line.substr(begin, at - begin);
    const auto alias = aliases_.find(to_lower(word));
    expanded += alias == aliases_.end() ? word : std::string_view(alias->second);
  }
  return expanded;
}

}  // namespace arrouter
