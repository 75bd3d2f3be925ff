#include "modules/ppp/ppp_port.h"

#include "modules/ppp/numbers.h"
#include "netdev/wire/ethernet.h"

namespace arrouter::ppp {
namespace {

// Stands in frames between IP and this port alone.
constexpr MacAddress own_mac{{0x02, 0, 0x5e, 0, 0, 1}}, peer_mac{{0x02, 0, 0x5e, 0, 0, 2}};

}  // namespace

PppPort::PppPort(std::string name, PacketPool& pool, PortUser& user)
    : Port(std::move(name), own_mac, pool), user_(user) {}

void PppPort::set_link(bool up, unsigned mtu, unsigned tcp_mss) {
  const bool changed = up != up_ || mtu != mtu_ || tcp_mss != tcp_mss_;
  up_ = up;
  mtu_ = mtu;
  tcp_mss_ = tcp_mss;
  if (changed) link_changed(up);
}

void PppPort::transmit(Burst& frames) {
  for (Packet& frame : frames) {
    frame->pull(wire::ethernet_header);
    store_be16(frame->push(protocol_field), protocol::ip);
    ++counters_.out_frames;
    counters_.out_octets += frame->size();
  }
  const std::size_t offered = frames.size();
  const std::size_t sent = user_.outgoing(frames);
  counters_.out_discards += offered - sent;
  frames.clear();
}

void PppPort::incoming(Burst& frames) {
  for (Packet& frame : frames) {
    ++counters_.in_frames;
    counters_.in_octets += frame->size();
    frame->pull(protocol_field);
    wire::write_ethernet(frame->push(wire::ethernet_header), own_mac, peer_mac, wire::ether_type::ipv4);
    frame->meta.network_offset = wire::ethernet_header;
    frame->meta.link_broadcast = false;
  }
  const std::size_t handed = frames.size();
  if (!pass_up(frames)) counters_.in_discards += handed;
}

}  // namespace arrouter::ppp
