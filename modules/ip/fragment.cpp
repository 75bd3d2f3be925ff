#include "modules/ip/fragment.h"

#include <array>
#include <cstring>

#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter::ip {
namespace {

/// The header of every fragment but the first: of the options only those with the copy flag.
std::size_t copied_header(const wire::Ipv4View& ip, std::array<std::uint8_t, 60>& out) {
  std::memcpy(out.data(), ip.header().data(), wire::ipv4_header);
  std::size_t length = wire::ipv4_header;
  const ByteView options = ip.options();
  for (std::size_t at = 0; at < options.size();) {
    const std::uint8_t kind = options[at];
    if (kind == 0) break;
    if (kind == 1) {
      ++at;
      continue;
    }
    if (at + 1 >= options.size() || options[at + 1] < 2 || at + options[at + 1] > options.size()) break;
    if ((kind & 0x80) != 0) {
      std::memcpy(out.data() + length, options.data() + at, options[at + 1]);
      length += options[at + 1];
    }
    at += options[at + 1];
  }
  while (length % 4 != 0) out[length++] = 0;
  out[0] = static_cast<std::uint8_t>(0x40 | length / 4);
  return length;
}

void finish(std::uint8_t* header, std::size_t total, std::size_t offset, bool more) {
  store_be16(header + 2, static_cast<std::uint16_t>(total));
  store_be16(header + 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
  wire::finish_ipv4(header);
}

}  // namespace

std::size_t wire_length(const PacketBuffer& packet) {
  if (packet.meta.segmentation == Segmentation::none) return packet.size();
  const std::size_t header = static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  std::size_t transport = wire::udp_header;
  if (packet.meta.segmentation == Segmentation::tcp4) {
    if (packet.size() < header + wire::tcp_header) return packet.size();
    transport = static_cast<std::size_t>(packet.data()[header + 12] >> 4) * 4;
  }
  return std::min(packet.size(), header + transport + packet.meta.segment_size);
}

bool fragment(Packet packet, std::size_t mtu, PacketPool& pool, IpCounters& counters, FragmentSink& sink) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (!ip) return false;
  std::array<std::uint8_t, 60> header;
  const std::size_t later_header = copied_header(*ip, header);
  const std::size_t first_header = ip->header_length();
  if (mtu < first_header + 8) return false;
  const ByteView payload = ip->payload();
  const std::size_t base = ip->fragment_offset();
  const bool more_behind = ip->more_fragments();

  // The later pieces are copied out first, then the packet itself is cut down to the first; they leave in order.
  const std::size_t first_length = (mtu - first_header) / 8 * 8;
  const std::size_t step = (mtu - later_header) / 8 * 8;
  std::array<Packet, 128> pieces;
  std::size_t count = 0;
  for (std::size_t done = first_length; done < payload.size(); done += step) {
    const std::size_t length = std::min(step, payload.size() - done);
    Packet piece = count < pieces.size() ? pool.allocate(later_header + length) : Packet();
    if (!piece) return false;
    std::uint8_t* const at = piece->put(later_header + length);
    std::memcpy(at, header.data(), later_header);
    std::memcpy(at + later_header, payload.data() + done, length);
    finish(at, later_header + length, base + done, more_behind || done + length < payload.size());
    piece->meta = packet->meta;
    pieces[count++] = std::move(piece);
  }
  packet->trim(first_header + first_length);
  finish(packet->data(), first_header + first_length, base, true);
  ++counters.fragmented;
  counters.fragments_created += count + 1;
  sink.fragment(std::move(packet));
  for (std::size_t i = 0; i < count; ++i) sink.fragment(std::move(pieces[i]));
  return true;
}

}  // namespace arrouter::ip
