// What ENCO's screens share.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "os/model.h"
#include "os/screen.h"

namespace arrouter::enco {

/// Switches have their encryption processor on a card, routers on the board.
inline bool on_card(const Model& model) { return model.kind == "switch"; }

/// Counters in two columns, "   name ......    value"; left, right, left, right. An empty name leaves its place blank.
void dotted_counters(Screen& screen, const std::vector<std::pair<std::string_view, std::uint64_t>>& counters);

}  // namespace arrouter::enco
