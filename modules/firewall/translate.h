// Rewrites addresses and ports in place, with incremental checksums (RFC 1624); super-frames and partial checksums as
// they are.
#pragma once

#include "modules/firewall/flow.h"
#include "os/base/packet.h"

namespace arrouter::firewall {

/// The packet is whole and starts at a header flow_of() accepted. Of ICMP the port is the identifier.
void translate_source(PacketBuffer& packet, const Endpoint& to);
void translate_destination(PacketBuffer& packet, const Endpoint& to);
/// What follows the transport header becomes `payload`, with lengths and checksums; false: there is no room.
bool replace_payload(PacketBuffer& packet, std::size_t transport_header, ByteView payload);
/// New numbers of a TCP segment.
void renumber(PacketBuffer& packet, std::uint32_t sequence, std::uint32_t acknowledgement);
/// Blanks out the options of a SYN by which SACK and timestamps are agreed on: nobody then looks inside for numbers.
void plain_tcp_options(PacketBuffer& packet);
/// The checksum of a TCP or UDP packet is right, or needs no checking.
bool transport_sound(const PacketBuffer& packet);
/// Rewrites what an ICMP error quotes so that it is about `key`, and its outer checksum.
void translate_quoted(PacketBuffer& packet, const FlowKey& key);

}  // namespace arrouter::firewall
