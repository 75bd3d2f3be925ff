#include "os/flash_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::size_t short_base = 8;
constexpr unsigned most_alike = 999;  // long names that begin alike

bool is_long(std::string_view name) { return name.find('.') > short_base; }

/// "extralongfilenam.cfg" -> "extral~1.cfg", or the first such name that is not taken.
std::optional<std::string> twin_of(std::string_view name, const std::set<std::string, std::less<>>& taken) {
  const std::size_t dot = name.find('.');
  for (unsigned number = 1; number <= most_alike; ++number) {
    const std::string tail = fmt::format("~{}", number);
    const std::string twin = fmt::format("{}{}{}", name.substr(0, short_base - tail.size()), tail, name.substr(dot));
    if (!taken.contains(twin)) return twin;
  }
  return std::nullopt;
}

}  // namespace

const DeliveredFile* FlashBook::delivered(std::string_view name) const {
  if (deleted_.contains(name)) return nullptr;
  const auto found = std::ranges::find(layout.delivered, name, &DeliveredFile::name);
  return found == layout.delivered.end() ? nullptr : &*found;
}

void FlashBook::forget_delivered(std::string_view name) {
  if (delivered(name) != nullptr) deleted_.emplace(name);
}

void FlashBook::note_names(const std::vector<std::string>& names) {
  std::erase_if(twins_, [&](const auto& twin) { return std::ranges::find(names, twin.first) == names.end(); });
  std::set<std::string, std::less<>> taken(names.begin(), names.end());
  for (const auto& [name, twin] : twins_) taken.insert(twin);
  for (const std::string& name : names) {
    if (!is_long(name) || twins_.contains(name)) continue;
    const auto twin = twin_of(name, taken);
    if (!twin) continue;
    taken.insert(*twin);
    twins_.emplace(name, *twin);
  }
}

std::string FlashBook::long_name(std::string_view twin) const {
  const auto found = std::ranges::find(twins_, twin, [](const auto& pair) { return std::string_view(pair.second); });
  return found == twins_.end() ? std::string() : found->first;
}

std::string FlashBook::twin_table() const {
  std::string text;
  for (const auto& [name, twin] : twins_) text += fmt::format("{} {}\n", twin, name);
  return text;
}

std::string FlashBook::text() const {
  std::string text = fmt::format("garbage {}\ncompactions {}\n", garbage, compactions);
  for (const std::string& name : deleted_) text += fmt::format("deleted {}\n", name);
  if (!twins_.empty()) text += fmt::format("twins-changed {}\n", twins_changed.time_since_epoch().count());
  for (const auto& [name, twin] : twins_) text += fmt::format("twin {} {}\n", name, twin);
  return text;
}

void FlashBook::read(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    const std::uint64_t number = words.size() == 2 ? parse_number(words[1]).value_or(0) : 0;
    if (words[0] == "garbage") garbage = number;
    if (words[0] == "compactions") compactions = number;
    if (words[0] == "twins-changed") twins_changed = WallTime(std::chrono::milliseconds(number));
    if (words[0] == "deleted" && words.size() == 2) deleted_.emplace(words[1]);
    if (words[0] == "twin" && words.size() == 3) twins_.emplace(words[1], words[2]);
  }
}

std::string delivered_content(const DeliveredFile& file) {
  std::string content = fmt::format("arrouter: stands for {}, whose part this program plays itself.\n", file.name);
  content.resize(file.size, '\0');
  return content;
}

}  // namespace arrouter
