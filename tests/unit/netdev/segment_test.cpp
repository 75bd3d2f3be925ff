#include <catch2/catch.hpp>

#include <cstring>

#include "netdev/offload.h"
#include "netdev/segment.h"
#include "tests/unit/netdev/frames.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

constexpr std::size_t tcp_headers = wire::ethernet_header + wire::ipv4_header + wire::tcp_header;
constexpr std::size_t udp_headers = wire::ethernet_header + wire::ipv4_header + wire::udp_header;

std::vector<Packet> cut(const Packet& frame, PacketPool& pool) {
  std::vector<Packet> pieces;
  auto cutter = Segmenter::make(*frame, wire::ethernet_header);
  REQUIRE(cutter);
  while (!cutter->done()) pieces.push_back(cutter->next(pool));
  CHECK(pieces.size() == cutter->pieces());
  return pieces;
}

// Every sum in the piece is right, as any receiver on a wire would check it.
wire::Ipv4View checked(const Packet& piece) {
  const auto ip = wire::view_ipv4(piece->view().subspan(wire::ethernet_header));
  REQUIRE(ip);
  CHECK(ip->total_length() + wire::ethernet_header == piece->size());
  if (ip->protocol() == wire::protocol::tcp) {
    CHECK(wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination()));
  } else {
    CHECK(wire::udp_checksum_good(ip->payload(), ip->source(), ip->destination()));
    CHECK(wire::view_udp(ip->payload())->payload.size() + wire::udp_header == ip->payload().size());
  }
  CHECK(piece->meta.segmentation == Segmentation::none);
  CHECK(piece->meta.checksum == Checksum::verified);
  return *ip;
}

}  // namespace

TEST_CASE("a TCP super-frame is cut into what its sender would have sent") {
  PacketPool pool(100, 4);
  using namespace wire::tcp_flag;
  const std::size_t payload = 40'000;
  const Packet frame = super_frame(pool, Segmentation::tcp4, payload, 1448, ack | psh | fin | cwr);
  const auto pieces = cut(frame, pool);
  REQUIRE(pieces.size() == 28);
  Bytes joined;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto ip = checked(pieces[i]);
    const auto tcp = wire::view_tcp(ip.payload());
    REQUIRE(tcp);
    CHECK(ip.id() == static_cast<std::uint16_t>(0xfffe + i));  // wraps
    CHECK(tcp->sequence == static_cast<std::uint32_t>(0xfffffff0 + i * 1448));
    CHECK(tcp->acknowledgement == 77);
    const bool last = i + 1 == pieces.size();
    CHECK(tcp->flags == (ack | (i == 0 ? cwr : 0) | (last ? psh | fin : 0)));
    CHECK(tcp->payload.size() == (last ? payload - 27 * 1448 : 1448));
    joined.insert(joined.end(), tcp->payload.begin(), tcp->payload.end());
  }
  CHECK(equal_constant_time(joined, frame->view().subspan(tcp_headers)));
}

TEST_CASE("TCP options are repeated in every piece") {
  PacketPool pool(20, 4);
  Packet frame = super_frame(pool, Segmentation::tcp4, 3000, 1000);
  frame->data()[wire::ethernet_header + wire::ipv4_header + 12] = 0x80;  // 12 payload bytes become options
  const auto pieces = cut(frame, pool);
  REQUIRE(pieces.size() == 3);
  for (const Packet& piece : pieces) {
    const auto tcp = wire::view_tcp(checked(piece).payload());
    CHECK(equal_constant_time(tcp->options, frame->view().subspan(tcp_headers, 12)));
  }
}

TEST_CASE("a UDP super-frame is cut into datagrams of one size and a shorter last one") {
  PacketPool pool(20, 4);
  const Packet frame = super_frame(pool, Segmentation::udp4, 2501, 500);
  const auto pieces = cut(frame, pool);
  REQUIRE(pieces.size() == 6);
  Bytes joined;
  for (const Packet& piece : pieces) {
    const auto udp = wire::view_udp(checked(piece).payload());
    CHECK(udp->source_port == 1000);
    CHECK(udp->checksum != 0);
    CHECK(udp->payload.size() == (&piece == &pieces.back() ? 1 : 500));
    joined.insert(joined.end(), udp->payload.begin(), udp->payload.end());
  }
  CHECK(equal_constant_time(joined, frame->view().subspan(udp_headers)));
}

TEST_CASE("pieces at the edge of the segment size") {
  PacketPool pool(20, 4);
  CHECK(cut(super_frame(pool, Segmentation::tcp4, 999, 1000), pool).size() == 1);
  CHECK(cut(super_frame(pool, Segmentation::tcp4, 1000, 1000), pool).size() == 1);
  CHECK(cut(super_frame(pool, Segmentation::tcp4, 1001, 1000), pool).size() == 2);
}

TEST_CASE("Ethernet padding is not taken for payload") {
  PacketPool pool(20, 4);
  Packet frame = super_frame(pool, Segmentation::tcp4, 2000, 1000);
  frame->put(6);
  const auto pieces = cut(frame, pool);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[1]->size() == tcp_headers + 1000);
}

TEST_CASE("a tagged super-frame keeps its tag") {
  PacketPool pool(20, 4);
  Packet frame = super_frame(pool, Segmentation::tcp4, 2000, 1000);
  std::uint8_t* at = frame->push(wire::vlan_tag);
  std::memmove(at, at + 4, 12);
  store_be16(at + 12, wire::ether_type::vlan);
  store_be16(at + 14, 5);
  REQUIRE(network_offset_of(frame->view()) == 18);
  auto cutter = Segmenter::make(*frame, 18);
  REQUIRE(cutter);
  const Packet piece = cutter->next(pool);
  const auto link = wire::view_ethernet(piece->view());
  CHECK(link->vlan == 5);
  CHECK(wire::view_ipv4(link->payload)->total_length() == 1040);
}

TEST_CASE("a super-frame whose headers do not fit its meta is refused") {
  PacketPool pool(20, 8);
  const auto refused = [&](auto&& change) {
    Packet frame = super_frame(pool, Segmentation::tcp4, 2000, 1000);
    change(*frame);
    return !Segmenter::make(*frame, wire::ethernet_header);
  };
  CHECK_FALSE(refused([](PacketBuffer&) {}));
  CHECK(refused([](PacketBuffer& frame) { frame.meta.segment_size = 0; }));
  CHECK(refused([](PacketBuffer& frame) { frame.meta.segmentation = Segmentation::none; }));
  CHECK(refused([](PacketBuffer& frame) { frame.meta.segmentation = Segmentation::udp4; }));
  CHECK(refused([](PacketBuffer& frame) { frame.data()[14] = 0x65; }));         // not IPv4
  CHECK(refused([](PacketBuffer& frame) { frame.data()[14 + 6] |= 0x20; }));    // a fragment
  CHECK(refused([](PacketBuffer& frame) { frame.data()[34 + 12] = 0x40; }));    // TCP header of 16 bytes
  CHECK(refused([](PacketBuffer& frame) { frame.trim(tcp_headers); }));         // shorter than it says
  CHECK(refused([](PacketBuffer& frame) { frame.trim(10); }));
}

TEST_CASE("a partial checksum is completed to the one of the bytes") {
  PacketPool pool(20, 4);
  for (const std::uint8_t protocol : {wire::protocol::tcp, wire::protocol::udp}) {
    const bool tcp = protocol == wire::protocol::tcp;
    const Bytes whole = transport_frame(protocol, 601);
    Packet frame = super_frame(pool, tcp ? Segmentation::tcp4 : Segmentation::udp4, 601, 1000);
    frame->meta.segmentation = Segmentation::none;
    REQUIRE(complete_checksum(*frame));
    CHECK(frame->meta.checksum == Checksum::verified);
    CHECK(equal_constant_time(frame->view(), whole));
  }
}

TEST_CASE("a partial checksum whose place lies outside the packet is refused") {
  PacketPool pool(20, 4);
  Packet frame = pool.copy(transport_frame(wire::protocol::udp, 4));
  frame->meta.checksum = Checksum::partial;
  frame->meta.checksum_start = 34;
  frame->meta.checksum_offset = static_cast<std::uint16_t>(frame->size() - 34 - 2);
  CHECK(complete_checksum(*frame));
  frame->meta.checksum = Checksum::partial;
  ++frame->meta.checksum_offset;
  CHECK_FALSE(complete_checksum(*frame));
  frame->meta.checksum_offset = 0xffff;
  frame->meta.checksum_start = 0xffff;
  CHECK_FALSE(complete_checksum(*frame));
}

TEST_CASE("a super-frame with a complete checksum gets a partial one for the kernel") {
  PacketPool pool(20, 4);
  const Packet expected = super_frame(pool, Segmentation::tcp4, 3000, 1000);
  Packet frame = pool.copy(transport_frame(wire::protocol::tcp, 3000));
  frame->meta.segmentation = Segmentation::tcp4;
  frame->meta.segment_size = 1000;
  REQUIRE(make_partial_checksum(*frame, wire::ethernet_header));
  CHECK(frame->meta.checksum == Checksum::partial);
  CHECK(frame->meta.checksum_start == 34);
  CHECK(frame->meta.checksum_offset == 16);
  CHECK(equal_constant_time(frame->view(), expected->view()));
}

TEST_CASE("send() gives a port only what it takes") {
  PacketPool pool(200, 8);
  TestPort port(pool);
  SECTION("everything whole when it takes everything") {
    port.can = {true, true, true};
    send_one(port, super_frame(pool, Segmentation::tcp4, 30'000, 1000));
    REQUIRE(port.sent.size() == 1);
    CHECK(port.sent[0]->meta.segmentation == Segmentation::tcp4);
    CHECK(port.counters().out_frames == 30);
    CHECK(port.counters().out_octets == 30 * (tcp_headers + 1000));
  }
  SECTION("UDP cut for a kernel without its segmentation") {
    port.can = {true, true, false};
    send_one(port, super_frame(pool, Segmentation::udp4, 30'000, 1000));
    CHECK(port.sent.size() == 30);
  }
  SECTION("more pieces than a burst holds, in order") {
    Burst burst;
    burst.add(super_frame(pool, Segmentation::tcp4, 60'000, 1000));
    burst.add(pool.copy(text_frame(host_mac, router_mac, "behind")));
    burst.add(super_frame(pool, Segmentation::tcp4, 60'000, 1000));
    port.send(burst);
    CHECK(burst.empty());
    REQUIRE(port.sent.size() == 121);
    CHECK(text_of(port.sent[60]) == "behind");
    checked(port.sent[120]);
    CHECK(port.counters().out_frames == 121);
  }
  SECTION("checksums completed") {
    Packet frame = super_frame(pool, Segmentation::tcp4, 500, 1000);
    frame->meta.segmentation = Segmentation::none;
    send_one(port, std::move(frame));
    REQUIRE(port.sent.size() == 1);
    checked(port.sent[0]);
  }
  SECTION("what cannot be cut is a discard") {
    Packet frame = super_frame(pool, Segmentation::tcp4, 3000, 1000);
    frame->data()[14] = 0x65;
    send_one(port, std::move(frame));
    CHECK(port.sent.empty());
    CHECK(port.counters().out_discards == 1);
  }
  SECTION("an exhausted pool is a discard, and buffers come back") {
    PacketPool tiny(2, 1);
    TestPort small(tiny);
    send_one(small, super_frame(tiny, Segmentation::tcp4, 5000, 1000));
    CHECK(small.counters().out_discards == 1);
    CHECK(small.sent.size() == 2);
    small.sent.clear();
    CHECK(tiny.available() == 3);
  }
}

TEST_CASE("deliver() counts a super-frame as the frames it stands for and marks the link's facts") {
  PacketPool pool(20, 4);
  TestPort port(pool);
  Received up(port);
  port.arrive(super_frame(pool, Segmentation::tcp4, 3000, 1000));
  CHECK(port.counters().in_frames == 3);
  CHECK(port.counters().in_octets == 3 * (tcp_headers + 1000));
  port.arrive(text_frame(MacAddress::broadcast(), host_mac, "x"));
  port.arrive(Bytes(13));
  Bytes short_tag(14);
  store_be16(short_tag.data() + 12, wire::ether_type::vlan);
  port.arrive(short_tag);
  REQUIRE(up.frames.size() == 2);
  CHECK_FALSE(up.frames[0]->meta.link_broadcast);
  CHECK(up.frames[0]->meta.network_offset == 14);
  CHECK(up.frames[1]->meta.link_broadcast);
  CHECK(port.counters().in_errors == 2);
  port.set_receiver({});
  port.arrive(text_frame(router_mac, host_mac, "y"));
  CHECK(port.counters().in_discards == 1);
}
