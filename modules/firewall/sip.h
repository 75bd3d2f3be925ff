// The text of SIP messages (RFC 3261) and of the session descriptions they carry (RFC 4566), with the addresses of one
// side of a translated session put in place of those of the other.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "modules/firewall/flow.h"

namespace arrouter::firewall::sip {

inline constexpr std::uint16_t port = 5060;

struct Map {
  struct Pair {
    Endpoint from, to;
  };
  std::array<Pair, 2> ends;  // the sender's and the receiver's
  bool call_id = false;      // in Call-ID too
  /// The sender waits for media on this port and the next one: the port that is announced for it. Unset, or nullopt:
  /// the port stays.
  std::function<std::optional<std::uint16_t>(std::uint16_t)> media;
};

/// nullopt: no SIP, or nothing to change.
std::optional<std::string> translate(std::string_view message, const Map& map);

/// How long a REGISTER asks to be known (RFC 3261 10.2.1), a day at most; 0: no more. nullopt: it is another message.
std::optional<std::chrono::seconds> registration(std::string_view message);

}  // namespace arrouter::firewall::sip
