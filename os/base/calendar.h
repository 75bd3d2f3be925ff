// Dates and times of day as every screen prints and every command takes them: 02-Feb-2007, 11:19:24.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "os/base/time.h"

namespace arrouter {

std::string date_text(WallTime time);          // "02-Feb-2007"
std::string time_of_day_text(WallTime time);   // "11:19:24"
std::string_view weekday_text(WallTime time);  // "Friday"
/// hours:minutes:seconds of a time that passed; hours may exceed two digits.
std::string elapsed_text(Duration duration);

/// "2-feb-2007" or "02-Feb-2007", years 1970 to 2099; nullopt for anything else, 30-Feb too.
std::optional<std::chrono::sys_days> parse_date(std::string_view text);
/// "11:19" or "11:19:24", since midnight.
std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text);

}  // namespace arrouter
