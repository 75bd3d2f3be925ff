#include "os/base/zone.h"

#include <fmt/format.h>

#include "os/base/text.h"
#include "os/base/calendar.h"

namespace arrouter {

namespace {

struct Zone {
  std::string_view name;
  int minutes;  // ahead of UTC
};

// The names a network man of the routers' markets would type; which ones the routers know is not documented.
constexpr Zone zones[] = {
    {"UTC", 0},    {"GMT", 0},    {"WET", 0},    {"BST", 60},   {"CET", 60},   {"CEST", 120},
    {"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"IST", 330},  {"CCT", 480},  {"HKT", 480},
    {"AWST", 480}, {"JST", 540},  {"ACST", 570}, {"AEST", 600}, {"AEDT", 660}, {"NZST", 720},
    {"NZDT", 780}, {"AST", -240}, {"EDT", -240}, {"EST", -300}, {"CDT", -300}, {"CST", -360},
    {"MDT", -360}, {"MST", -420}, {"PDT", -420}, {"PST", -480}, {"HST", -600},
};

}  // namespace

std::optional<std::chrono::seconds> parse_zone(std::string_view text) {
  for (const Zone& zone : zones)
    if (equal_ignoring_case(zone.name, text)) return std::chrono::minutes(zone.minutes);
  const bool west = text.starts_with('-');
  if (west || text.starts_with('+')) text.remove_prefix(1);
  const auto offset = parse_time_of_day(text);
  if (!offset) return std::nullopt;
  return west ? -*offset : *offset;
}

std::string zone_text(std::chrono::seconds offset) {
  const auto size = std::chrono::abs(offset);
  return fmt::format("{}{:02}:{:02}:{:02}", offset < std::chrono::seconds(0) ? "-" : "", size.count() / 3600,
                     size.count() / 60 % 60, size.count() % 60);
}

}  // namespace arrouter
