// The Ident service (RFC 1413, TCP 113) as the firewall stands in for it: servers outside ask it before they let a
// mail or IRC client in, and wait long when nobody answers (reference/firewall.md 2.2 IDENTPROXY).
#pragma once

#include "modules/firewall/state.h"
#include "os/base/packet.h"

namespace arrouter::firewall {

/// Answers a TCP segment to port 113 of the router: with the proxy, as a server that names nobody; without it, by a
/// reset. Nothing is kept between segments.
void answer_ident(State& state, const PacketBuffer& segment, bool proxy);

}  // namespace arrouter::firewall
