// What the screens of the firewall share.
#pragma once

#include <functional>

#include "modules/firewall/state.h"
#include "os/command.h"

namespace arrouter::firewall {

/// Shows the policy that POLICY names, or every one, with a blank line in between; each is an object of "policies".
Outcome for_policies(const State& state, Invocation& invocation, const std::function<void(Policy&)>& show);

/// SHOW FIREWALL POLICY ATTACK.
void show_attacks(Screen& screen, const Policy& policy);

}  // namespace arrouter::firewall
