// IPv4 options on their way through a router (RFC 791 3.1, RFC 1812 4.2.2.1 and 5.2.4.1).
#pragma once

#include <optional>

#include "netdev/wire/ipv4.h"
#include "os/base/packet.h"

namespace arrouter::ip {

enum class OptionKind : std::uint8_t { end = 0, nop = 1, record_route = 7, timestamp = 68, loose = 131, strict = 137 };

/// What checking found.
struct Options {
  /// Byte of the header at which a mistake stands; nothing else is set then.
  std::optional<std::uint8_t> bad_at;
  std::size_t source_route = 0, record_route = 0, timestamp = 0;  // from the header's start; 0: absent
  bool strict = false;
  bool source_routed() const { return source_route != 0; }
};

/// Walks over the options of a header whose length was checked.
Options check_options(ByteView header);

/// True when hops of the source route are left.
bool source_route_left(const std::uint8_t* header, const Options& options);
/// At the present destination of a source-routed packet with hops left: the next hop becomes the destination. The
/// checksum is finished by the caller.
void advance_source_route(std::uint8_t* header, const Options& options);
/// Writes `own` into record route and timestamp options and, after advance_source_route(), over the hop just used.
/// `midnight_ms` counts milliseconds since midnight UT.
void record_passage(std::uint8_t* header, const Options& options, Ipv4Address own, std::uint32_t midnight_ms,
                    bool advanced);

}  // namespace arrouter::ip
