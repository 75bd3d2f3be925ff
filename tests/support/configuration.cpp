#include "tests/support/configuration.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace arrouter::test {

std::string source_file(std::string_view path) {
  std::ifstream file(fmt::format("{}/{}", ARROUTER_SOURCE_DIR, path));
  if (!file) throw std::runtime_error(fmt::format("no file {}", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string changed(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
  for (const auto& [part, instead] : changes) {
    std::size_t at = text.find(part);
    if (at == std::string::npos) throw std::runtime_error(fmt::format("nothing to change: {}", part));
    for (; at != std::string::npos; at = text.find(part, at + instead.size())) text.replace(at, part.size(), instead);
  }
  return text;
}

std::string refusals(Router& router) {
  std::string text;
  for (const RefusedLine& refused : router.refused_at_boot()) {
    text += fmt::format("{}: {}: {}\n", refused.number, refused.line, refused.outcome.line());
  }
  return text;
}

void boot_clean(VirtualRouter& router, std::string_view configuration) {
  router.boot(configuration);
  if (const std::string refused = refusals(*router); !refused.empty()) throw std::runtime_error(refused);
}

}  // namespace arrouter::test
