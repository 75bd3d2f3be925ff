// Words that stand for other text (ADD ALIAS; reference/cli.md 6).
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace arrouter {

class Aliases {
 public:
  /// False when there is one of that name.
  bool add(std::string_view name, std::string_view text);
  bool remove(std::string_view name);
  /// By name in lower case: case never matters.
  const std::map<std::string, std::string, std::less<>>& all() const { return aliases_; }
  /// The line with each word that is an alias replaced, once; words in quotes and values stay as they are.
  std::string expand(std::string_view line) const;

 private:
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace arrouter
