#include "modules/ppp/discovery_packet.h"

#include <algorithm>

namespace arrouter::ppp {
namespace {

constexpr std::size_t tag_header = 4;
constexpr std::size_t longest_payload = 1484;  // RFC 2516 5.1, with room for a relay's tag

}  // namespace

const Tag* DiscoveryPacket::find(std::uint16_t type) const {
  const auto found = std::ranges::find(tags, type, &Tag::type);
  return found == tags.end() ? nullptr : &*found;
}

std::optional<DiscoveryPacket> parse_discovery(ByteView payload) {
  ByteReader reader(payload);
  DiscoveryPacket packet;
  const std::uint8_t version_type = reader.u8();
  packet.code = reader.u8();
  packet.session = reader.u16();
  ByteReader tags(reader.take(reader.u16()));
  if (!reader.ok() || version_type != pppoe_version_type) return std::nullopt;
  while (tags.remaining() > 0) {
    Tag tag;
    tag.type = tags.u16();
    tag.value = tags.take(tags.u16());
    if (!tags.ok()) return std::nullopt;
    if (tag.type == pppoe_tag::end_of_list) break;
    packet.tags.push_back(tag);
  }
  return packet;
}

Bytes encode(const DiscoveryPacket& packet) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(pppoe_version_type);
  writer.u8(packet.code);
  writer.u16(packet.session);
  writer.u16(0);
  for (const Tag& tag : packet.tags) {
    if (out.size() - pppoe_header + tag_header + tag.value.size() > longest_payload) continue;
    writer.u16(tag.type);
    writer.u16(static_cast<std::uint16_t>(tag.value.size()));
    writer.bytes(tag.value);
  }
  writer.patch_u16(4, static_cast<std::uint16_t>(out.size() - pppoe_header));
  return out;
}

}  // namespace arrouter::ppp
