// PPPoE's discovery packets: code, session and tags (RFC 2516 4, 5, appendix A).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "os/base/bytes.h"

namespace arrouter::ppp {

namespace pppoe_code {
inline constexpr std::uint8_t session = 0x00, pado = 0x07, padi = 0x09, padr = 0x19, pads = 0x65, padt = 0xa7;
}
namespace pppoe_tag {
inline constexpr std::uint16_t end_of_list = 0x0000, service_name = 0x0101, ac_name = 0x0102, host_uniq = 0x0103,
                               ac_cookie = 0x0104, relay_session_id = 0x0110, service_name_error = 0x0201,
                               ac_system_error = 0x0202, generic_error = 0x0203;
}
inline constexpr std::uint8_t pppoe_version_type = 0x11;
inline constexpr std::size_t pppoe_header = 6;  // bytes
inline constexpr unsigned pppoe_mru = 1492;     // RFC 2516 7

struct Tag {
  std::uint16_t type = 0;
  ByteView value;
};

struct DiscoveryPacket {
  std::uint8_t code = 0;
  std::uint16_t session = 0;
  std::vector<Tag> tags;

  /// The first tag of that type; nullptr when there is none.
  const Tag* find(std::uint16_t type) const;
};
/// An Ethernet payload, padding and all; nullopt when version, lengths or tags do not fit.
std::optional<DiscoveryPacket> parse_discovery(ByteView payload);
/// Tags longer than the packet can hold are left out.
Bytes encode(const DiscoveryPacket& packet);
inline std::string_view text(const Tag& tag) {
  return {reinterpret_cast<const char*>(tag.value.data()), tag.value.size()};
}

}  // namespace arrouter::ppp
