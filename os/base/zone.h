// Time zones: how far a clock is ahead of UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace arrouter {

/// A zone's name ("CET") or "[+|-]hh:mm[:ss]" of less than a day; nullopt for anything else.
std::optional<std::chrono::seconds> parse_zone(std::string_view text);
/// "-03:30:00", "00:00:00".
std::string zone_text(std::chrono::seconds offset);

}  // namespace arrouter
