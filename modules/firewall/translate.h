// Rewrites addresses and ports in place, with incremental checksums (RFC 1624); super-frames and partial checksums as
// they are.
#pragma once

#include "modules/firewall/flow.h"
#include "os/base/packet.h"

namespace arrouter::firewall {

/// The packet is whole and starts at a header flow_of() accepted. Of ICMP the port is the identifier.
void translate_source(PacketBuffer& packet, const Endpoint& to);
void translate_destination(PacketBuffer& packet, const Endpoint& to);
/// New numbers of a TCP segment.
void renumber(PacketBuffer& packet, std::uint32_t sequence, std::uint32_t acknowledgement);
/// Rewrites what an ICMP error quotes so that it is about `key`, and its outer checksum.
void translate_quoted(PacketBuffer& packet, const FlowKey& key);

}  // namespace arrouter::firewall
