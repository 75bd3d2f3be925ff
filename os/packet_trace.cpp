#include "os/packet_trace.h"

#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

namespace arrouter {
namespace {

struct Ports {
  std::uint16_t source = 0, destination = 0;
};

/// nullopt: the protocol has none, or they are not in this fragment.
std::optional<Ports> ports_of(const wire::Ipv4View& ip) {
  const bool has = ip.protocol() == wire::protocol::tcp || ip.protocol() == wire::protocol::udp;
  if (!has || ip.fragment_offset() != 0 || ip.payload().size() < 4) return std::nullopt;
  return Ports{load_be16(ip.payload().data()), load_be16(ip.payload().data() + 2)};
}

std::string protocol_name(std::uint8_t number) {
  switch (number) {
    case wire::protocol::icmp:
      return "ICMP";
    case wire::protocol::tcp:
      return "TCP";
    case wire::protocol::udp:
      return "UDP";
    case wire::protocol::esp:
      return "ESP";
    case wire::protocol::ah:
      return "AH";
    default:
      return fmt::format("protocol {}", number);
  }
}

/// "192.168.1.100:2000 > 192.168.2.100:7 UDP, 84 bytes, ttl 64"
std::string describe(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!ip) return fmt::format("no IPv4 packet, {} bytes", packet.size());
  const auto ports = ports_of(*ip);
  const auto end = [](Ipv4Address address, std::optional<std::uint16_t> port) {
    return port ? fmt::format("{}:{}", to_string(address), *port) : to_string(address);
  };
  std::string text = fmt::format("{} > {} {}, {} bytes, ttl {}",
                                 end(ip->source(), ports ? std::optional(ports->source) : std::nullopt),
                                 end(ip->destination(), ports ? std::optional(ports->destination) : std::nullopt),
                                 protocol_name(ip->protocol()), ip->total_length(), ip->ttl());
  if (ip->fragment()) text += fmt::format(", fragment at {}", ip->fragment_offset());
  if (packet.meta.segmentation != Segmentation::none) {
    text += fmt::format(", super-frame of {}-byte segments", packet.meta.segment_size);
  }
  return text;
}

}  // namespace

void PacketTrace::start(const Wanted& wanted, std::weak_ptr<Terminal> terminal) {
  wanted_ = wanted;
  left_ = wanted.count;
  followed_ = 0;
  terminal_ = std::move(terminal);
}

bool PacketTrace::stop() {
  const bool was_active = active();
  left_ = 0;
  return was_active;
}

void PacketTrace::begin(PacketBuffer& packet, std::string_view place) {
  if (terminal_.expired()) {
    stop();
    return;
  }
  if (packet.meta.trace != 0 || !matches(packet.view())) return;  // out of an SA it keeps its number
  --left_;
  packet.meta.trace = static_cast<std::uint16_t>(++followed_);
  print(packet.meta.trace, place, describe(packet));
}

void PacketTrace::note(const PacketBuffer& packet, std::string_view stage, std::string_view decision) {
  if (packet.meta.trace != 0) print(packet.meta.trace, stage, decision);
}

bool PacketTrace::matches(ByteView packet) const {
  const auto ip = wire::view_ipv4(packet, false);
  if (!ip) return false;
  if (wanted_.address && !wanted_.address->contains(ip->source()) && !wanted_.address->contains(ip->destination())) {
    return false;
  }
  if (wanted_.protocol && *wanted_.protocol != ip->protocol()) return false;
  if (!wanted_.port) return true;
  const auto ports = ports_of(*ip);
  return ports && (ports->source == *wanted_.port || ports->destination == *wanted_.port);
}

void PacketTrace::print(std::uint16_t number, std::string_view stage, std::string_view text) {
  if (const auto to = terminal_.lock()) to->print(fmt::format("Trace {:>3}  {:<9} {}\n", number, stage, text));
}

}  // namespace arrouter
