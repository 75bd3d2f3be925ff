#include "netdev/segment.h"

#include <algorithm>
#include <cstring>

#include "netdev/wire/checksum.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter {
namespace {

constexpr std::size_t tcp_checksum_at = 16;
constexpr std::size_t udp_checksum_at = 6;

struct Layout {
  std::size_t transport = 0;  // offsets from data()
  std::size_t payload = 0;
  std::size_t end = 0;        // of the IP packet; padding may follow
};

std::optional<Layout> layout_of(const PacketBuffer& packet, std::size_t network_offset) {
  if (network_offset > packet.size()) return std::nullopt;
  const auto ip = wire::view_ipv4(packet.view().subspan(network_offset), false);
  const bool tcp = packet.meta.segmentation == Segmentation::tcp4;
  if (!ip || ip->fragment() || ip->protocol() != (tcp ? wire::protocol::tcp : wire::protocol::udp)) {
    return std::nullopt;
  }
  std::size_t header = wire::udp_header;
  if (tcp) {
    const auto view = wire::view_tcp(ip->payload());
    if (!view) return std::nullopt;
    header = view->header_length;
  }
  Layout layout;
  layout.transport = network_offset + ip->header_length();
  layout.payload = layout.transport + header;
  layout.end = network_offset + ip->total_length();
  if (layout.payload >= layout.end) return std::nullopt;
  return layout;
}

std::uint32_t pseudo_sum(const std::uint8_t* ip, std::size_t transport_length) {
  return wire::pseudo_header(Ipv4Address(load_be32(ip + 12)), Ipv4Address(load_be32(ip + 16)), ip[9],
                             static_cast<std::uint32_t>(transport_length));
}

// Zero in a UDP header means "none"; its other representation is as good for TCP.
std::uint16_t nonzero(std::uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }

}  // namespace

bool complete_checksum(PacketBuffer& packet) {
  PacketMeta& meta = packet.meta;
  if (meta.checksum != Checksum::partial) return true;
  const std::size_t start = meta.checksum_start;
  const std::size_t field = start + meta.checksum_offset;
  if (field + 2 > packet.size()) return false;
  const std::uint16_t sum = wire::checksum_finish(wire::checksum_partial(packet.view().subspan(start)));
  store_be16(packet.data() + field, nonzero(sum));
  meta.checksum = Checksum::verified;
  return true;
}

bool make_partial_checksum(PacketBuffer& super_frame, std::size_t network_offset) {
  PacketMeta& meta = super_frame.meta;
  if (meta.checksum == Checksum::partial) return true;
  const auto layout = layout_of(super_frame, network_offset);
  if (!layout) return false;
  meta.checksum = Checksum::partial;
  meta.checksum_start = static_cast<std::uint16_t>(layout->transport);
  meta.checksum_offset = meta.segmentation == Segmentation::tcp4 ? tcp_checksum_at : udp_checksum_at;
  const std::uint32_t sum = pseudo_sum(super_frame.data() + network_offset, layout->end - layout->transport);
  store_be16(super_frame.data() + layout->transport + meta.checksum_offset,
             static_cast<std::uint16_t>(~wire::checksum_finish(sum)));
  return true;
}

std::size_t network_offset_of(ByteView frame) {
  const bool tagged = load_be16(frame.data() + 12) == wire::ether_type::vlan;
  return wire::ethernet_header + (tagged ? wire::vlan_tag : 0);
}

std::optional<Segmenter> Segmenter::make(const PacketBuffer& super_frame, std::size_t network_offset) {
  if (super_frame.meta.segmentation == Segmentation::none || super_frame.meta.segment_size == 0) return std::nullopt;
  const auto layout = layout_of(super_frame, network_offset);
  if (!layout) return std::nullopt;
  return Segmenter(super_frame, network_offset, layout->transport, layout->payload, layout->end);
}

Segmenter::Segmenter(const PacketBuffer& super_frame, std::size_t network_offset, std::size_t transport_offset,
                     std::size_t header_length, std::size_t end)
    : meta_(super_frame.meta),
      headers_(super_frame.view().first(header_length)),
      payload_(super_frame.view().subspan(header_length, end - header_length)),
      segment_size_(super_frame.meta.segment_size),
      network_offset_(network_offset),
      transport_offset_(transport_offset) {}

std::size_t Segmenter::next_length() const {
  return headers_.size() + std::min(segment_size_, payload_.size() - sent_);
}

void Segmenter::write_next(std::uint8_t* out) {
  const std::size_t length = next_length();
  const std::size_t part = length - headers_.size();
  std::memcpy(out, headers_.data(), headers_.size());
  std::memcpy(out + headers_.size(), payload_.data() + sent_, part);

  std::uint8_t* const ip = out + network_offset_;
  store_be16(ip + 2, static_cast<std::uint16_t>(length - network_offset_));
  store_be16(ip + 4, static_cast<std::uint16_t>(load_be16(ip + 4) + index_));
  wire::finish_ipv4(ip);

  std::uint8_t* const transport = out + transport_offset_;
  const std::size_t transport_length = length - transport_offset_;
  const bool tcp = meta_.segmentation == Segmentation::tcp4;
  if (tcp) {
    finish_tcp(transport, sent_ == 0, sent_ + part == payload_.size());
  } else {
    store_be16(transport + 4, static_cast<std::uint16_t>(transport_length));
  }
  std::uint8_t* const field = transport + (tcp ? tcp_checksum_at : udp_checksum_at);
  // A UDP sender may have done without a checksum; then its pieces do too.
  if (tcp || meta_.checksum == Checksum::partial || load_be16(field) != 0) {
    store_be16(field, 0);
    const std::uint32_t pseudo = pseudo_sum(ip, transport_length);
    store_be16(field, nonzero(wire::checksum_finish(wire::checksum_partial({transport, transport_length}, pseudo))));
  }
  sent_ += part;
  ++index_;
}

void Segmenter::finish_tcp(std::uint8_t* transport, bool first, bool last) const {
  store_be32(transport + 4, load_be32(transport + 4) + static_cast<std::uint32_t>(sent_));
  if (!first) transport[13] &= static_cast<std::uint8_t>(~wire::tcp_flag::cwr);
  if (!last) transport[13] &= static_cast<std::uint8_t>(~(wire::tcp_flag::fin | wire::tcp_flag::psh));
}

Packet Segmenter::next(PacketPool& pool) {
  const std::size_t length = next_length();
  Packet piece = pool.allocate(length);
  if (!piece) return piece;
  piece->meta = meta_;
  piece->meta.segmentation = Segmentation::none;
  piece->meta.segment_size = 0;
  piece->meta.checksum = Checksum::verified;
  write_next(piece->put(length));
  return piece;
}

}  // namespace arrouter
