// How long L2TP waits for what; inferred, RFC 2661 leaves most of it open.
#pragma once

#include "os/base/time.h"

namespace arrouter::l2tp::timing {

inline constexpr Duration set_up = std::chrono::seconds(60);         // of a tunnel or a call
inline constexpr Duration hello = std::chrono::seconds(60);          // RFC 2661 5.5: after so much silence
inline constexpr Duration closing = std::chrono::seconds(31);        // RFC 2661 5.7: a full cycle of repetitions
inline constexpr Duration without_calls = std::chrono::seconds(60);  // a tunnel nobody uses

}  // namespace arrouter::l2tp::timing
