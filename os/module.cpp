#include "os/module.h"

#include <algorithm>

namespace arrouter {

void ConfigWriter::section(std::string_view title, std::vector<std::string_view> module_names) {
  Section section;
  section.title = title;
  section.names.assign(module_names.begin(), module_names.end());
  sections_.push_back(std::move(section));
}

void ConfigWriter::line(std::string command) {
  if (sections_.empty()) section({}, {});
  sections_.back().lines.push_back(std::move(command));
}

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char following = i + 1 < value.size() ? value[i + 1] : '"';
    const bool escapes = value[i] == '\\' && (following == '"' || following == '\\');
    if (value[i] == '"' || escapes) text += value[i];
    text += value[i];
  }
  text += '"';
  return text;
}

}  // namespace arrouter
