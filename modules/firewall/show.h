// What the screens of the firewall share.
#pragma once

#include <algorithm>
#include <functional>

#include "modules/firewall/state.h"
#include "os/command.h"

namespace arrouter::firewall {

/// Shows the policy that POLICY names, or every one, with a blank line in between; each is an object of "policies".
Outcome for_policies(const State& state, Invocation& invocation, const std::function<void(Policy&)>& show);

/// The last TAIL of a list, or the last REVERSE ones newest first; all of them otherwise.
template <class List, class Show>
void each_shown(const List& list, const Args& args, Show show) {
  if (args.has("REVERSE")) {
    const auto count = std::min<std::size_t>(args.number("REVERSE"), list.size());
    for (std::size_t i = 0; i < count; ++i) show(list[list.size() - 1 - i]);
    return;
  }
  const auto count = std::min<std::size_t>(args.number_or("TAIL", list.size()), list.size());
  for (std::size_t i = list.size() - count; i < list.size(); ++i) show(list[i]);
}

/// "17 17:31:46": day of the month and time.
std::string event_time_text(WallTime time);

/// SHOW FIREWALL POLICY ATTACK.
void show_attacks(Screen& screen, const Policy& policy);

}  // namespace arrouter::firewall
