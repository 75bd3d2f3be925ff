// Any frame from a wire through every codec: views stay inside the bytes, and what is accepted is consistent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "netdev/wire/arp.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace {

using namespace arrouter;
using namespace arrouter::wire;

void inside(ByteView part, ByteView whole) {
  if (part.empty()) return;
  if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size()) std::abort();
}

void transport(const Ipv4View& ip) {
  const ByteView payload = ip.payload();
  if (const auto udp = view_udp(payload)) inside(udp->payload, payload);
  if (const auto tcp = view_tcp(payload)) {
    inside(tcp->payload, payload);
    inside(tcp->options, payload);
    if (tcp->header_length + tcp->payload.size() != payload.size()) std::abort();
  }
  if (const auto icmp = view_icmp(payload, false)) inside(icmp->payload, payload);
  udp_checksum_good(payload, ip.source(), ip.destination());
  tcp_checksum_good(payload, ip.source(), ip.destination());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView frame(data, size);
  const auto link = view_ethernet(frame);
  if (!link) return 0;
  inside(link->payload, frame);
  if (link->header_length + link->payload.size() != frame.size()) std::abort();
  if (const auto arp = parse_arp(link->payload)) {
    std::array<std::uint8_t, arp_packet> again{};
    write_arp(again.data(), *arp);
    if (!equal_constant_time(again, link->payload.first(arp_packet))) std::abort();
  }
  if (const auto ip = view_ipv4(link->payload, false)) {
    inside(ip->header(), link->payload);
    inside(ip->payload(), link->payload);
    transport(*ip);
  }
  return 0;
}
