// TCP segments that the firewall itself sends.
#pragma once

#include <string_view>

#include "modules/firewall/flow.h"
#include "modules/firewall/state.h"
#include "netdev/wire/tcp.h"

namespace arrouter::firewall {

/// Sends a segment from one end to the other (the ports of `fields` are filled in), with what stands behind the plain
/// header: options in whole words of four bytes, then text. Without a free buffer it is lost, as on a wire.
void send_segment(State& state, const Endpoint& from, const Endpoint& to, wire::TcpFields fields, ByteView options = {},
                  std::string_view text = {});

}  // namespace arrouter::firewall
