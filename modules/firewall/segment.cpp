#include "modules/firewall/segment.h"

#include <algorithm>

#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {
namespace {

constexpr std::uint8_t ttl = 64;
constexpr std::size_t offset_at = 12, checksum_at = 16;  // in the TCP header

}  // namespace

void send_segment(State& state, const Endpoint& from, const Endpoint& to, wire::TcpFields fields, ByteView options,
                  std::string_view text) {
  const std::size_t behind = options.size() + text.size(), total = wire::ipv4_header + wire::tcp_header + behind;
  Packet packet = state.services.pool.allocate(total);
  if (!packet) return;
  std::uint8_t* const at = packet->put(total);
  std::uint8_t* const tcp = at + wire::ipv4_header;
  std::copy(options.begin(), options.end(), tcp + wire::tcp_header);
  std::copy(text.begin(), text.end(), tcp + wire::tcp_header + options.size());
  fields.source_port = from.port;
  fields.destination_port = to.port;
  wire::write_tcp(tcp, fields, behind, from.address, to.address);
  if (!options.empty()) {
    const std::uint16_t before = load_be16(tcp + offset_at);
    tcp[offset_at] = static_cast<std::uint8_t>((wire::tcp_header + options.size()) / 4 << 4);
    store_be16(tcp + checksum_at,
               wire::checksum_adjust(load_be16(tcp + checksum_at), before, load_be16(tcp + offset_at)));
  }
  wire::write_ipv4(at, {from.address, to.address, wire::protocol::tcp, 0, ttl, state.ip.next_id(), false},
                   static_cast<std::uint16_t>(total));
  Burst burst;
  burst.add(std::move(packet));
  state.ip.send(burst);
}

}  // namespace arrouter::firewall
