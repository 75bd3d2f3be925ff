#include <catch2/catch.hpp>

#include "netdev/join.h"
#include "netdev/segment.h"
#include "tests/unit/netdev/frames.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

constexpr PortOffloads everything{true, true, true};
constexpr std::size_t ip_at = wire::ethernet_header;
constexpr std::size_t transport_at = ip_at + wire::ipv4_header;

/// The frames that a super-frame of that payload stands for, as they come out of a tunnel: sums complete, unverified.
Burst pieces_of(PacketPool& pool, Segmentation segmentation, std::size_t payload, std::uint16_t segment_size,
                std::uint8_t tcp_flags = wire::tcp_flag::ack) {
  const Packet whole = super_frame(pool, segmentation, payload, segment_size, tcp_flags);
  auto cutter = Segmenter::make(*whole, ip_at);
  Burst burst;
  while (!cutter->done()) {
    Packet piece = cutter->next(pool);
    piece->meta.checksum = Checksum::complete;
    piece->meta.network_offset = ip_at;
    burst.add(std::move(piece));
  }
  return burst;
}

std::vector<Bytes> contents(Burst& burst) {
  std::vector<Bytes> all;
  for (Packet& frame : burst) {
    REQUIRE(frame);
    if (frame->meta.segmentation == Segmentation::none) {
      all.emplace_back(frame->view().begin(), frame->view().end());
      continue;
    }
    auto cutter = Segmenter::make(*frame, ip_at);
    REQUIRE(cutter);
    while (!cutter->done()) {
      Bytes piece(cutter->next_length());
      cutter->write_next(piece.data());
      all.push_back(std::move(piece));
    }
  }
  return all;
}

void repair_tcp(PacketBuffer& frame) {
  std::uint8_t* const tcp = frame.data() + transport_at;
  store_be16(tcp + 16, 0);
  const ByteView covered = frame.view().subspan(transport_at);
  const std::uint32_t pseudo = wire::pseudo_header(source_address, destination_address, wire::protocol::tcp,
                                                   static_cast<std::uint32_t>(covered.size()));
  store_be16(tcp + 16, wire::checksum_finish(wire::checksum_partial(covered, pseudo)));
}

}  // namespace

TEST_CASE("segments in sequence become one super-frame, and cutting it gives the same bytes again") {
  PacketPool pool(100, 8);
  using namespace wire::tcp_flag;
  for (const std::size_t payload : {4 * 1448, 10 * 1448 + 1, 44 * 1448 + 700}) {
    Burst burst = pieces_of(pool, Segmentation::tcp4, payload, 1448, ack | psh);
    const auto before = contents(burst);
    join_frames(burst, everything, pool);
    REQUIRE(burst.size() == 1);
    CHECK(burst[0]->meta.segmentation == Segmentation::tcp4);
    CHECK(burst[0]->meta.segment_size == 1448);
    CHECK(burst[0]->meta.checksum == Checksum::partial);
    CHECK(wire::view_ipv4(burst[0]->view().subspan(ip_at))->total_length() == burst[0]->size() - ip_at);
    CHECK(contents(burst) == before);
  }
}

TEST_CASE("datagrams of one size become one super-frame, the last may be shorter") {
  PacketPool pool(100, 8);
  for (const std::size_t payload : {4 * 64, 30 * 500 + 1}) {
    Burst burst = pieces_of(pool, Segmentation::udp4, payload, payload > 1000 ? 500 : 64);
    const auto before = contents(burst);
    join_frames(burst, everything, pool);
    REQUIRE(burst.size() == 1);
    CHECK(burst[0]->meta.segmentation == Segmentation::udp4);
    CHECK(contents(burst) == before);
  }
}

TEST_CASE("a super-frame never exceeds an IP packet or 64 datagrams") {
  PacketPool pool(200, 8);
  SECTION("bytes") {
    Burst burst = pieces_of(pool, Segmentation::tcp4, 32 * 1400, 1400);
    Burst more = pieces_of(pool, Segmentation::tcp4, 32 * 1400, 1400);
    std::uint32_t sequence = load_be32(burst[31]->data() + transport_at + 4);
    std::uint16_t id = load_be16(burst[31]->data() + ip_at + 4);
    for (Packet& frame : more) {
      store_be32(frame->data() + transport_at + 4, sequence += 1400);
      store_be16(frame->data() + ip_at + 4, ++id);
      wire::finish_ipv4(frame->data() + ip_at);
      repair_tcp(*frame);
      burst.add(std::move(frame));
    }
    const auto before = contents(burst);
    join_frames(burst, everything, pool);
    CHECK(burst.size() == 2);
    for (Packet& frame : burst) CHECK(frame->size() - ip_at <= 65535);
    CHECK(contents(burst) == before);
  }
  SECTION("datagrams") {
    Burst burst = pieces_of(pool, Segmentation::udp4, 64 * 20, 20);
    join_frames(burst, everything, pool);
    CHECK(burst.size() == 1);
  }
}

TEST_CASE("what does not follow on stays by itself, in order") {
  PacketPool pool(100, 8);
  Burst burst = pieces_of(pool, Segmentation::tcp4, 8 * 1000, 1000);
  PacketBuffer& odd = *burst[3];
  std::uint8_t* const ip = odd.data() + ip_at;
  std::uint8_t* const tcp = odd.data() + transport_at;
  std::size_t expected = 3;  // three in front, the odd one, four behind
  SECTION("another sequence number") { store_be32(tcp + 4, load_be32(tcp + 4) + 1); }
  SECTION("another acknowledgement") { tcp[11] ^= 1; }
  SECTION("another window") { tcp[15] ^= 1; }
  SECTION("urgent data") { tcp[13] |= wire::tcp_flag::urg; }
  SECTION("the end of the connection") { tcp[13] |= wire::tcp_flag::fin; }
  SECTION("congestion experienced") { ip[1] = 3; }
  SECTION("another time to live") { --ip[8]; }
  SECTION("an IP id out of turn") { store_be16(ip + 4, 7); }
  SECTION("a fragment") { ip[6] = 0x20; }
  SECTION("pushed data ends the super-frame it belongs to") {
    tcp[13] |= wire::tcp_flag::psh;
    expected = 2;
  }
  wire::finish_ipv4(ip);
  repair_tcp(odd);
  const auto before = contents(burst);
  join_frames(burst, everything, pool);
  CHECK(burst.size() == expected);
  CHECK(contents(burst) == before);
}

TEST_CASE("a damaged segment is not covered up") {
  PacketPool pool(100, 8);
  Burst burst = pieces_of(pool, Segmentation::tcp4, 6 * 1000, 1000);
  const std::size_t damaged = GENERATE(0, 2, 5);
  burst[damaged]->data()[transport_at + 300] ^= 4;
  const auto before = contents(burst);
  join_frames(burst, everything, pool);
  CHECK(contents(burst) == before);  // the receiver finds the wrong sum
  const auto alone = [&](Packet& frame) {
    return frame->meta.segmentation == Segmentation::none && frame->view().size() == before[damaged].size() &&
           std::equal(before[damaged].begin(), before[damaged].end(), frame->data());
  };
  CHECK(std::count_if(burst.begin(), burst.end(), alone) == 1);
}

TEST_CASE("datagrams without a checksum are joined only where the router has sealed them") {
  PacketPool pool(100, 8);
  Burst burst = pieces_of(pool, Segmentation::udp4, 8 * 500, 500);
  const bool sealed = GENERATE(false, true);
  for (Packet& frame : burst) {
    store_be16(frame->data() + transport_at + 6, 0);
    frame->meta.ipsec_done = sealed;
  }
  join_frames(burst, everything, pool);
  CHECK(burst.size() == (sealed ? 1 : 8));
}

TEST_CASE("flows side by side are joined each by itself") {
  PacketPool pool(200, 8);
  Burst one = pieces_of(pool, Segmentation::tcp4, 10 * 1000, 1000);
  Burst other = pieces_of(pool, Segmentation::tcp4, 10 * 1000, 1000);
  Burst mixed;
  for (std::size_t i = 0; i < one.size(); ++i) {
    other[i]->data()[transport_at + 1] ^= 1;  // another port
    repair_tcp(*other[i]);
    mixed.add(std::move(one[i]));
    mixed.add(std::move(other[i]));
  }
  join_frames(mixed, everything, pool);
  CHECK(mixed.size() == 2);
}

TEST_CASE("frames stay as they are for a port that cuts, in a small burst, and without a large buffer") {
  PacketPool pool(100, 2);
  SECTION("no offloads") {
    Burst burst = pieces_of(pool, Segmentation::tcp4, 8000, 1000);
    join_frames(burst, {true, false, true}, pool);
    CHECK(burst.size() == 8);
    join_frames(burst, {false, true, true}, pool);
    CHECK(burst.size() == 8);
  }
  SECTION("three frames") {
    Burst burst = pieces_of(pool, Segmentation::tcp4, 3000, 1000);
    join_frames(burst, everything, pool);
    CHECK(burst.size() == 3);
  }
  SECTION("no buffer") {
    Burst burst = pieces_of(pool, Segmentation::tcp4, 8000, 1000);
    const Packet taken[] = {pool.allocate(limits::large_packet), pool.allocate(limits::large_packet)};
    const auto before = contents(burst);
    join_frames(burst, everything, pool);
    CHECK(burst.size() == 8);
    CHECK(contents(burst) == before);
  }
}

TEST_CASE("short and foreign frames are not read beyond their end") {
  PacketPool pool(100, 8);
  const Bytes tcp = transport_frame(wire::protocol::tcp, 100);
  const Bytes udp = transport_frame(wire::protocol::udp, 100);
  for (const Bytes& whole : {tcp, udp}) {
    for (std::size_t length = wire::ethernet_header; length < whole.size(); length += 7) {
      Burst burst;
      for (int i = 0; i < 5; ++i) {
        burst.add(pool.copy(ByteView(whole).first(length)));
        burst[burst.size() - 1]->meta.network_offset = ip_at;
      }
      join_frames(burst, everything, pool);
      CHECK(burst.size() == 5);
    }
  }
}
