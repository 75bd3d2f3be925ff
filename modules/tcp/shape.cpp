#include "modules/tcp/shape.h"

#include <algorithm>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::tcp {
namespace {

namespace flag = wire::tcp_flag;

constexpr std::uint16_t window = 1024;
constexpr std::uint8_t ttl = 64;
constexpr std::uint8_t option_end = 0, option_nothing = 1, option_mss = 2;
constexpr std::size_t mss_length = 4;

struct Segment {
  std::uint8_t* ip;
  std::uint8_t* tcp;
  std::size_t header;  // TCP's, with options
  std::size_t length;  // TCP's header and payload
  TcpEndpoint source, destination;
};

/// nullopt when it is no whole TCP segment.
std::optional<Segment> segment_in(ByteSpan packet) {
  const auto ip = wire::view_ipv4(packet);
  if (!ip || ip->protocol() != wire::protocol::tcp || ip->fragment()) return std::nullopt;
  const auto tcp = wire::view_tcp(ip->payload());
  if (!tcp) return std::nullopt;
  return Segment{packet.data(),        packet.data() + ip->header_length(), tcp->header_length,
                 ip->payload().size(), {ip->source(), tcp->source_port},    {ip->destination(), tcp->destination_port}};
}

void finish_tcp(const Segment& segment) {
  store_be16(segment.tcp + 16, 0);
  const std::uint32_t start = wire::pseudo_header(segment.source.address, segment.destination.address,
                                                  wire::protocol::tcp, static_cast<std::uint32_t>(segment.length));
  store_be16(segment.tcp + 16, wire::checksum_finish(wire::checksum_partial({segment.tcp, segment.length}, start)));
}

/// The MSS among the options; every other option becomes padding.
std::optional<std::uint16_t> keep_mss_alone(std::uint8_t* options, std::size_t length) {
  std::optional<std::uint16_t> mss;
  std::size_t at = 0;
  while (at < length && options[at] != option_end) {
    if (options[at] == option_nothing) {
      ++at;
      continue;
    }
    const std::size_t size = at + 1 < length ? options[at + 1] : 0;
    if (size < 2 || at + size > length) break;
    if (options[at] == option_mss && size == mss_length) {
      mss = load_be16(options + at + 2);
    } else {
      std::fill_n(options + at, size, option_nothing);
    }
    at += size;
  }
  std::fill(options + at, options + length, option_end);
  return mss;
}

}  // namespace

const Shape::Seen* Shape::last_of(const TcpEndpoint& local, const TcpEndpoint& remote) const {
  for (std::size_t back = 1; back <= seen_.size(); ++back) {
    const Seen& seen = seen_[(next_ + seen_.size() - back) % seen_.size()];
    if (seen.local == local && seen.remote == remote) return &seen;
  }
  return nullptr;
}

bool Shape::in(ByteSpan packet) {
  const auto segment = segment_in(packet);
  if (!segment || !wire::tcp_checksum_good({segment->tcp, segment->length}, segment->source.address,
                                           segment->destination.address)) {
    return false;
  }
  std::uint8_t& flags = segment->tcp[13];
  if ((flags & (flag::syn | flag::ack | flag::rst)) == 0) return false;
  Seen& seen = seen_[next_];
  next_ = (next_ + 1) % seen_.size();
  seen = {segment->destination, segment->source, load_be32(segment->tcp + 4), size_.largest};
  if ((flags & flag::syn) == 0) return true;
  // No ECN, and no other flag that would make Linux throw the SYN away.
  flags &= flag::syn | flag::ack;
  segment->tcp[12] &= 0xf0;
  const std::size_t options = segment->header - wire::tcp_header;
  if (const auto mss = keep_mss_alone(segment->tcp + wire::tcp_header, options)) seen.offered = *mss;
  finish_tcp(*segment);
  return true;
}

std::size_t Shape::out(ByteSpan packet, std::uint16_t id) {
  auto segment = segment_in(packet);
  if (!segment) return 0;
  std::uint8_t* const tcp = segment->tcp;
  const std::uint8_t flags = tcp[13];
  std::size_t total = static_cast<std::size_t>(tcp - packet.data()) + segment->length;
  const Seen* const seen = last_of(segment->source, segment->destination);
  if ((flags & flag::syn) != 0) {
    // A header with the one option; a SYN has no payload that could be in the way.
    const bool answers = (flags & flag::ack) != 0 && seen != nullptr && !size_.fixed;
    const std::uint16_t mss = answers ? std::min(seen->offered, size_.largest) : size_.largest;
    if (segment->header < wire::tcp_header + mss_length) return 0;
    total -= segment->length - wire::tcp_header - mss_length;
    segment->header = segment->length = wire::tcp_header + mss_length;
    tcp[12] = static_cast<std::uint8_t>(segment->header / 4 << 4);
    tcp[20] = option_mss;
    tcp[21] = mss_length;
    store_be16(tcp + 22, mss);
  }
  if ((flags & (flag::rst | flag::ack)) == flag::rst && seen != nullptr) store_be32(tcp + 8, seen->sequence);
  store_be16(tcp + 14, std::min(load_be16(tcp + 14), window));
  finish_tcp(*segment);
  std::uint8_t* const ip = segment->ip;
  ip[1] = 0;
  store_be16(ip + 2, static_cast<std::uint16_t>(total));
  store_be16(ip + 4, id);
  ip[6] = ip[7] = 0;
  ip[8] = ttl;
  wire::finish_ipv4(ip);
  return total;
}

}  // namespace arrouter::tcp
