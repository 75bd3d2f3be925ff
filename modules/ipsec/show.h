// The screens of reference/isakmp-ipsec.md 2.9-2.19.
#pragma once

#include <string_view>

#include "modules/ipsec/state.h"
#include "os/command.h"

namespace arrouter::ipsec {

Outcome show_module(const State& state, const Args& args, Screen& screen);
/// SHOW IPSEC POLICY with all its forms.
Outcome show_policies(const State& state, const Args& args, Screen& screen);
Outcome show_sas(const State& state, const Args& args, Screen& screen);
Outcome show_bundle_specifications(const State& state, const Args& args, Screen& screen);
Outcome show_sa_specifications(const State& state, const Args& args, Screen& screen);
Outcome show_counters(const State& state, const Args& args, Screen& screen);

/// One group of SHOW IPSEC COUNTERS ("ESP"), or "ALL".
void reset_group(GroupCounters& counters, std::string_view group);

/// "1,3-5": how lists of numbers are written back.
std::string list_text(const IcmpTypes& types);

}  // namespace arrouter::ipsec
