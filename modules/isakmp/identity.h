// Identification payloads: who the peers are (phase 1) and what traffic an SA carries (phase 2). RFC 2407 4.6.2.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "modules/isakmp/isakmp_api.h"
#include "modules/isakmp/message.h"

namespace arrouter::isakmp {

/// A phase 1 identity as configured (LOCALID, REMOTEID) or received.
struct Identity {
  IdType type = IdType::ipv4_address;
  Bytes data;
  bool operator==(const Identity&) const = default;
  static Identity of(Ipv4Address address);
};
/// The type follows the form: address, user@domain, "cn=…,o=…" or domain name.
Identity identity_from_text(std::string_view text);
/// What a stranger sent, as text for logs: bytes beyond ASCII become "?", and it is never longer than 64 characters.
std::string printable(ByteView data);
/// As text for logs: address, name, distinguished name, or hex; never longer than a log line can bear.
std::string to_string(const Identity& identity);
/// The whole of it as text, for EndNames.
std::string full_name(const Identity& identity);
/// Equal in type and value; names and distinguished names without regard to case. REMOTEID has no form for a KEY-ID, the group name of vpnc and
/// its like: it is the name with the same bytes.
bool same_identity(const Identity& left, const Identity& right);

/// Phase 1: protocol and port must be 0/0, or UDP with 500 or 4500 (RFC 2407 4.6.2, RFC 3947 5).
std::expected<Identity, ParseError> parse_identity(ByteView body);
Bytes encode_identity(const Identity& identity);

/// Phase 2: IPv4 address, subnet or range with protocol and port. `seen_at`: where a peer behind a NAT is seen, which
/// may send its host name instead of an address, as Windows XP does.
std::expected<TrafficId, ParseError> parse_traffic_id(ByteView body, std::optional<Ipv4Address> seen_at = std::nullopt);
Bytes encode_traffic_id(const TrafficId& id);

}  // namespace arrouter::isakmp
