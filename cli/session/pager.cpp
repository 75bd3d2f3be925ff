#include "cli/session/pager.h"

#include <utility>

namespace arrouter {

std::string Pager::begin(std::string text, unsigned page) {
  rest_ = std::move(text);
  page_ = page;
  return page_ == 0 ? std::exchange(rest_, {}) : take(page_);
}

std::string Pager::key(char key) {
  switch (key) {
    case ' ':
      return take(page_);
    case '\r':
    case '\n':
      return take(1);
    case 'c':
    case 'C':
      return std::exchange(rest_, {});
    case 'q':
    case 'Q':
      rest_.clear();
      return {};
    default:
      return {};
  }
}

std::string Pager::take(unsigned lines) {
  std::size_t end = 0;
  for (unsigned i = 0; i < lines && end < rest_.size(); ++i) {
    const auto newline = rest_.find('\n', end);
    end = newline == std::string::npos ? rest_.size() : newline + 1;
  }
  // A last blank line alone is not worth a page.
  if (rest_.size() - end <= 1) end = rest_.size();
  std::string shown = rest_.substr(0, end);
  rest_.erase(0, end);
  return shown;
}

}  // namespace arrouter
