// The pager: output a page at a time, without knowing screen or keyboard (reference/cli.md 5).
#pragma once

#include <string>
#include <string_view>

namespace arrouter {

class Pager {
 public:
  static constexpr std::string_view more = "--More--  (<space> = next page, <CR> = one line, C = continuous, Q = quit)";

  /// Takes `text` ("\n" line ends) and returns what to show first: all of it when it fits on `page` lines or when
  /// `page` is 0.
  std::string begin(std::string text, unsigned page);
  /// What a key shows next; unknown keys show nothing.
  std::string key(char key);
  /// There is more to show.
  bool active() const { return !rest_.empty(); }

 private:
  std::string take(unsigned lines);
  std::string rest_;
  unsigned page_ = 0;
};

}  // namespace arrouter
