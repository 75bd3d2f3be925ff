// Questions that wait for answers: maps whose values have a `due`, the instant at which the answer is late.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "os/base/time.h"

namespace arrouter {

/// The earliest `due`, for a timer; none when nothing waits.
template <class Waiting>
std::optional<Instant> first_due(const Waiting& waiting) {
  const auto first = std::ranges::min_element(waiting, {}, [](const auto& entry) { return entry.second.due; });
  return first == waiting.end() ? std::nullopt : std::optional(first->second.due);
}

/// The keys of those that are late. Dealing with one may change the map, so each is to be looked up again.
template <class Waiting>
std::vector<typename Waiting::key_type> late(const Waiting& waiting, Instant now) {
  std::vector<typename Waiting::key_type> keys;
  for (const auto& [key, entry] : waiting) {
    if (entry.due <= now) keys.push_back(key);
  }
  return keys;
}

}  // namespace arrouter
