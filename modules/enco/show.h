// What ENCO's screens share.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "os/screen.h"

namespace arrouter::enco {

/// Counters in two columns, "   name ......    value"; left, right, left, right. An empty name leaves its place blank.
void dotted_counters(Screen& screen, const std::vector<std::pair<std::string_view, std::uint64_t>>& counters);

}  // namespace arrouter::enco
