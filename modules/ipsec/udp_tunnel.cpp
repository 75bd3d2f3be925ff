// IPsec over UDP as it was before NAT traversal: the listening port, and the heartbeats that keep a NAT's mapping.
#include <algorithm>

#include "modules/ipsec/ipsec.h"
#include "netdev/wire/udp.h"

namespace arrouter::ipsec {
namespace {

constexpr std::chrono::seconds heartbeat_interval{20};
constexpr std::uint8_t heartbeat[] = {0xff};  // as the keep-alive of RFC 3948

}  // namespace

bool IpsecModule::listen_udp(std::uint16_t port) {
  return state_.ip.listen_udp(port, "IPSEC", [this](const UdpDatagram& datagram) { tunnel_datagram(datagram); });
}

/// ESP in UDP of a policy with UDPTUNNEL: the datagram is made a packet again and goes the way of all ESP.
void IpsecModule::tunnel_datagram(const UdpDatagram& datagram) {
  if (datagram.payload.size() == 1) return state_.counters.add(GroupCounter::udp_in_heartbeat);
  constexpr std::size_t headers = wire::ipv4_header + wire::udp_header;
  Packet packet = state_.services.pool.allocate(headers + datagram.payload.size());
  if (!packet) return state_.counters.add(GroupCounter::main_no_buffer);
  std::uint8_t* const at = packet->put(headers + datagram.payload.size());
  wire::write_ipv4(at,
                   {.source = datagram.source, .destination = datagram.destination, .protocol = wire::protocol::udp},
                   static_cast<std::uint16_t>(packet->size()));
  std::copy(datagram.payload.begin(), datagram.payload.end(), at + headers);
  wire::write_udp(at + wire::ipv4_header, datagram.source_port, datagram.destination_port, datagram.payload.size(),
                  datagram.source, datagram.destination, false);
  packet->meta.interface = datagram.interface;
  PacketTrace* const trace = state_.ip.packet_trace();
  if (trace != nullptr && trace->active()) trace->begin(*packet, "UDP tunnel");
  Burst burst;
  burst.add(std::move(packet));
  datapath_.inbound_protected(datagram.interface, burst);
}

/// One heartbeat to the peer of each bundle of the policies that ask for it.
void IpsecModule::send_heartbeats() {
  if (!state_.enabled) return;
  for (const Policy* const policy : state_.policies.all()) {
    if (!policy->udp_tunnel || !policy->udp_heartbeat) continue;
    for (const auto& [index, bundle] : policy->bundles) {
      state_.ip.send_udp({bundle->local, bundle->peer, bundle->nat.local_port, bundle->nat.peer_port, heartbeat});
      state_.counters.add(GroupCounter::udp_out_heartbeat);
    }
  }
  heartbeat_timer_.arm(state_.now() + heartbeat_interval);
}

}  // namespace arrouter::ipsec
