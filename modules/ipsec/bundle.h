// What follows from the SAs of a bundle together: how long a packet gets.
#pragma once

#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

/// Where a negotiated SA stands among those of its bundle, from the inside out: what is compressed has to be plain
/// (RFC 3173 1), and AH is the one that covers the rest (RFC 2401 4.3). Proposals name protocols in no order.
int layer(isakmp::Protocol protocol);

/// Length of the IP packet that comes of an `inner` one of this length; `header` is the length of its IP header. What
/// IPComp may save is not counted on.
std::size_t sealed_length(const SaBundle& bundle, std::size_t inner, std::size_t header);
/// The longest inner packet in tunnel mode whose sealed form has at most `mtu` bytes.
std::size_t longest_inner(const SaBundle& bundle, std::size_t mtu);
/// Room a bundle needs in front of any packet: an outer header, UDP and ESP, AH, each once.
inline constexpr std::size_t bundle_headroom = 20 + 8 + 8 + 16 + 24;

}  // namespace arrouter::ipsec
