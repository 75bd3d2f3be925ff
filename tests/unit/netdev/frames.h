// Frames and a recording port for the tests of this folder.
#pragma once

#include <string_view>
#include <vector>

#include "netdev/port.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter::test {

inline const MacAddress router_mac = *parse_mac("00-00-cd-00-00-01");
inline const MacAddress host_mac = *parse_mac("02-00-00-00-00-02");
inline const Ipv4Address source_address(10, 0, 0, 1);
inline const Ipv4Address destination_address(10, 0, 0, 2);

/// A frame of that text behind an Ethernet header of an experimental type.
inline Bytes text_frame(const MacAddress& destination, const MacAddress& source, std::string_view text) {
  Bytes frame(wire::ethernet_header);
  wire::write_ethernet(frame.data(), destination, source, 0x88b5);
  frame.insert(frame.end(), text.begin(), text.end());
  return frame;
}

inline std::string text_of(const Packet& frame) {
  const ByteView rest = frame->view().subspan(wire::ethernet_header);
  return {rest.begin(), rest.end()};
}

/// An Ethernet frame with TCP or UDP in IPv4, whose payload bytes count up; checksums complete.
inline Bytes transport_frame(std::uint8_t protocol, std::size_t payload, std::uint8_t tcp_flags = wire::tcp_flag::ack) {
  const std::size_t transport = wire::ethernet_header + wire::ipv4_header;
  const std::size_t header = protocol == wire::protocol::tcp ? wire::tcp_header : wire::udp_header;
  Bytes frame(transport + header + payload);
  for (std::size_t i = 0; i < payload; ++i) frame[transport + header + i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  wire::write_ethernet(frame.data(), router_mac, host_mac, wire::ether_type::ipv4);
  const wire::Ipv4Fields fields{source_address, destination_address, protocol, 0, 64, 0xfffe, true};
  wire::write_ipv4(frame.data() + wire::ethernet_header, fields,
                   static_cast<std::uint16_t>(frame.size() - wire::ethernet_header));
  if (protocol == wire::protocol::tcp) {
    wire::write_tcp(frame.data() + transport, {1000, 2000, 0xfffffff0, 77, tcp_flags, 4096}, payload, source_address,
                    destination_address);
  } else {
    wire::write_udp(frame.data() + transport, 1000, 2000, payload, source_address, destination_address);
  }
  return frame;
}

/// The same as a super-frame that came through a vnet header: partial checksum and a segment size.
inline Packet super_frame(PacketPool& pool, Segmentation segmentation, std::size_t payload, std::uint16_t segment_size,
                          std::uint8_t tcp_flags = wire::tcp_flag::ack) {
  const bool tcp = segmentation == Segmentation::tcp4;
  Packet packet = pool.copy(transport_frame(tcp ? wire::protocol::tcp : wire::protocol::udp, payload, tcp_flags));
  PacketMeta& meta = packet->meta;
  meta.segmentation = segmentation;
  meta.segment_size = segment_size;
  meta.checksum = Checksum::partial;
  meta.checksum_start = wire::ethernet_header + wire::ipv4_header;
  meta.checksum_offset = tcp ? 16 : 6;
  const std::uint32_t sum =
      wire::pseudo_header(source_address, destination_address, tcp ? wire::protocol::tcp : wire::protocol::udp,
                          static_cast<std::uint32_t>(packet->size() - meta.checksum_start));
  store_be16(packet->data() + meta.checksum_start + meta.checksum_offset,
             static_cast<std::uint16_t>(~wire::checksum_finish(sum)));
  return packet;
}

/// A driver in a test's hands: keeps what is sent, delivers what it is told to.
class TestPort final : public Port {
 public:
  explicit TestPort(PacketPool& pool, std::string name = "eth0", MacAddress mac = router_mac)
      : Port(std::move(name), mac, pool) {}
  bool link_up() const override { return up; }
  PortOffloads offloads() const override { return can; }
  void set_link(bool now) {
    up = now;
    link_changed(now);
  }
  void arrive(Packet frame) {
    Burst burst;
    burst.add(std::move(frame));
    deliver(burst);
  }
  void arrive(ByteView frame) { arrive(pool().copy(frame)); }

  bool up = true;
  PortOffloads can;
  std::vector<Packet> sent;

 protected:
  void transmit(Burst& frames) override {
    for (Packet& frame : frames) {
      count_sent(*frame);
      sent.push_back(std::move(frame));
    }
    frames.clear();
  }
};

inline void send_one(Port& port, Packet frame) {
  Burst burst;
  burst.add(std::move(frame));
  port.send(burst);
}

/// Collects what a port hands up.
struct Received {
  explicit Received(Port& port) {
    port.set_receiver([this](Burst& burst) {
      for (Packet& frame : burst) frames.push_back(std::move(frame));
    });
  }
  std::vector<Packet> frames;
};

}  // namespace arrouter::test
