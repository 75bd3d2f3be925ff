#include "netdev/vnet_header.h"

#include "netdev/segment.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/udp.h"

namespace arrouter {
namespace {

bool is_ipv4(const PacketBuffer& frame) {
  const auto view = wire::view_ethernet(frame.view());
  return view && view->type == wire::ether_type::ipv4;
}

}  // namespace

bool read_vnet_header(const VnetHeader& header, PacketBuffer& frame) {
  PacketMeta& meta = frame.meta;
  if ((header.flags & VnetHeader::needs_checksum) != 0) {
    if (std::size_t{header.checksum_start} + header.checksum_offset + 2 > frame.size()) return false;
    meta.checksum = Checksum::partial;
    meta.checksum_start = header.checksum_start;
    meta.checksum_offset = header.checksum_offset;
  } else if ((header.flags & VnetHeader::data_valid) != 0) {
    meta.checksum = Checksum::verified;
  }
  const std::uint8_t type = header.gso_type & ~VnetHeader::gso_ecn;
  if (type == VnetHeader::gso_none) return true;
  if (type != VnetHeader::gso_tcp4 && type != VnetHeader::gso_udp_l4) return false;
  if (header.segment_size == 0 || !is_ipv4(frame)) return false;
  meta.segmentation = type == VnetHeader::gso_udp_l4 ? Segmentation::udp4 : Segmentation::tcp4;
  meta.segment_size = header.segment_size;
  return true;
}

VnetHeader make_vnet_header(const PacketBuffer& frame) {
  const PacketMeta& meta = frame.meta;
  VnetHeader header;
  if (meta.checksum != Checksum::partial) return header;
  header.flags = VnetHeader::needs_checksum;
  header.checksum_start = meta.checksum_start;
  header.checksum_offset = meta.checksum_offset;
  if (meta.segmentation == Segmentation::none) return header;
  const bool tcp = meta.segmentation == Segmentation::tcp4;
  header.gso_type = tcp ? VnetHeader::gso_tcp4 : VnetHeader::gso_udp_l4;
  header.segment_size = meta.segment_size;
  const std::size_t data_offset_at = std::size_t{meta.checksum_start} + 12;
  const std::size_t tcp_header = data_offset_at < frame.size() ? (frame.data()[data_offset_at] >> 4) * 4U : 0;
  header.header_length = static_cast<std::uint16_t>(meta.checksum_start + (tcp ? tcp_header : wire::udp_header));
  return header;
}

Packet take_received(Packet& slot, std::size_t length, PacketPool& pool) {
  if (length <= limits::small_packet) return pool.copy({slot->data(), length});
  slot->put(length);
  return std::move(slot);
}

}  // namespace arrouter
