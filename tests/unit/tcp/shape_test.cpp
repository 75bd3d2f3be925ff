// What nmap sees of AlliedWare, segment by segment.
#include "modules/tcp/shape.h"

#include <catch2/catch.hpp>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "os/base/limits.h"

using namespace arrouter;
using arrouter::tcp::SegmentSize;
using arrouter::tcp::Shape;
namespace flag = wire::tcp_flag;

namespace {

const TcpEndpoint router{Ipv4Address(192, 168, 7, 1), 23};
const TcpEndpoint peer{Ipv4Address(192, 168, 7, 2), 40000};

struct Fields {
  std::uint8_t flags = flag::syn;
  std::uint32_t sequence = 1000, acknowledgement = 0;
  std::uint16_t window = 65535;
  Bytes options = {}, payload = {};
};

void sign(Bytes& packet) {
  const auto ip = *wire::view_ipv4(packet, false);
  std::uint8_t* const tcp = packet.data() + ip.header_length();
  store_be16(tcp + 16, 0);
  const auto length = static_cast<std::uint32_t>(packet.size() - ip.header_length());
  const auto start = wire::pseudo_header(ip.source(), ip.destination(), wire::protocol::tcp, length);
  store_be16(tcp + 16, wire::checksum_finish(wire::checksum_partial({tcp, length}, start)));
}

Bytes segment(const TcpEndpoint& from, const TcpEndpoint& to, const Fields& fields) {
  Bytes packet(40);
  packet.insert(packet.end(), fields.options.begin(), fields.options.end());
  packet.insert(packet.end(), fields.payload.begin(), fields.payload.end());
  wire::write_ipv4(packet.data(), {from.address, to.address, wire::protocol::tcp, 0x10, 63, 7, true},
                   static_cast<std::uint16_t>(packet.size()));
  wire::write_tcp(packet.data() + 20,
                  {from.port, to.port, fields.sequence, fields.acknowledgement, fields.flags, fields.window}, 0,
                  from.address, to.address);
  packet[32] = static_cast<std::uint8_t>((20 + fields.options.size()) / 4 << 4);
  sign(packet);
  return packet;
}

// Of nmap's first probe: window scale, nothing, MSS 1460, timestamps, SACK permitted.
const Bytes many_options = {3, 3, 10, 1, 2, 4, 0x05, 0xb4, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 4, 2};

struct View {
  wire::Ipv4View ip;
  wire::TcpView tcp;
};
View view(const Bytes& packet) {
  const auto ip = wire::view_ipv4(packet);
  REQUIRE(ip);
  const auto tcp = wire::view_tcp(ip->payload());
  REQUIRE(tcp);
  CHECK(wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination()));
  return {*ip, *tcp};
}

Bytes out(Shape& shape, const Fields& fields) {
  Bytes packet = segment(router, peer, fields);
  packet.resize(shape.out(packet, 77));
  return packet;
}

}  // namespace

TEST_CASE("of a SYN's options the stack sees the MSS alone") {
  Shape shape({});
  Bytes syn = segment(peer, router, {.options = many_options});
  REQUIRE(shape.in(syn));
  const auto seen = view(syn);
  CHECK(Bytes(seen.tcp.options.begin(), seen.tcp.options.end()) ==
        Bytes{1, 1, 1, 1, 2, 4, 0x05, 0xb4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("a SYN is one whatever flags come with it") {
  for (const std::uint8_t more : {flag::fin | flag::psh | flag::urg, flag::ece | flag::cwr, 0}) {
    Shape shape({});
    Bytes syn = segment(peer, router, {.flags = static_cast<std::uint8_t>(flag::syn | more)});
    syn[32] |= 8;  // a reserved bit
    sign(syn);
    REQUIRE(shape.in(syn));
    CHECK(view(syn).tcp.flags == flag::syn);
    CHECK((syn[32] & 15) == 0);
  }
}

TEST_CASE("segments without SYN, ACK and RST are left to IP's refusal, and so is what is broken") {
  Shape shape({});
  for (const std::uint8_t flags : {0, int{flag::fin}, flag::fin | flag::psh | flag::urg}) {
    Bytes odd = segment(peer, router, {.flags = static_cast<std::uint8_t>(flags)});
    CHECK_FALSE(shape.in(odd));
  }
  for (const std::uint8_t flags : {int{flag::ack}, int{flag::rst}, flag::syn | flag::ack}) {
    Bytes usual = segment(peer, router, {.flags = static_cast<std::uint8_t>(flags)});
    CHECK(shape.in(usual));
  }
  Bytes corrupt = segment(peer, router, {});
  corrupt.back() ^= 1;
  CHECK_FALSE(shape.in(corrupt));
  Bytes cut = segment(peer, router, {});
  cut.resize(39);
  CHECK_FALSE(shape.in(cut));
  Bytes nothing;
  CHECK_FALSE(shape.in(nothing));
}

TEST_CASE("options that do not fit their list are cut off") {
  Shape shape({});
  Bytes syn = segment(peer, router, {.options = {3, 200, 1, 1, 2, 4, 1, 2}});
  REQUIRE(shape.in(syn));
  const auto seen = view(syn);
  CHECK(Bytes(seen.tcp.options.begin(), seen.tcp.options.end()) == Bytes(8, 0));
}

TEST_CASE("routers offer what they are offered up to 1024 bytes, switches 265") {
  const Fields answer{.flags = flag::syn | flag::ack, .acknowledgement = 1001, .options = {2, 4, 0x05, 0xb4}};
  const auto offer = [](std::uint16_t mss) {
    return Bytes{2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)};
  };
  for (const auto& [offered, expected] : {std::pair{1460, 1024}, {1024, 1024}, {640, 640}, {265, 265}}) {
    Shape shape({});
    Bytes syn = segment(peer, router, {.options = offer(static_cast<std::uint16_t>(offered))});
    REQUIRE(shape.in(syn));
    CHECK(view(out(shape, answer)).tcp.options[3] + 256 * view(out(shape, answer)).tcp.options[2] == expected);
  }
  Shape none({});
  Bytes syn = segment(peer, router, {});
  REQUIRE(none.in(syn));
  CHECK(load_be16(view(out(none, answer)).tcp.options.data() + 2) == 1024);
  Shape rapier(SegmentSize{265, true});
  syn = segment(peer, router, {.options = offer(1460)});
  REQUIRE(rapier.in(syn));
  CHECK(load_be16(view(out(rapier, answer)).tcp.options.data() + 2) == 265);
}

TEST_CASE("what leaves has TTL 64, no DF, the router's next identification, a small window and one option") {
  Shape shape({});
  const Bytes packet = out(shape, {.options = many_options});
  const auto seen = view(packet);
  CHECK(packet.size() == 44);
  CHECK(seen.ip.ttl() == 64);
  CHECK_FALSE(seen.ip.dont_fragment());
  CHECK(seen.ip.id() == 77);
  CHECK(seen.ip.tos() == 0);
  CHECK(seen.tcp.window == 1024);
  CHECK(Bytes(seen.tcp.options.begin(), seen.tcp.options.end()) == Bytes{2, 4, 4, 0});
}

TEST_CASE("payload passes unchanged, and a window that is smaller stays so") {
  Shape shape({});
  const Bytes text = {'l', 'o', 'g', 'i', 'n'};
  const Bytes packet = out(shape, {.flags = flag::ack | flag::psh, .window = 10, .payload = text});
  const auto seen = view(packet);
  CHECK(Bytes(seen.tcp.payload.begin(), seen.tcp.payload.end()) == text);
  CHECK(seen.tcp.window == 10);
}

TEST_CASE("a reset repeats the sequence number of the segment it refuses") {
  Shape shape({});
  Bytes ack = segment(peer, router, {.flags = flag::ack, .sequence = 4242, .acknowledgement = 9});
  REQUIRE(shape.in(ack));
  CHECK(view(out(shape, {.flags = flag::rst, .sequence = 9})).tcp.acknowledgement == 4242);
  // Later segments of others do not matter until they are too many.
  for (std::size_t i = 0; i < limits::tcp_segments_remembered; ++i) {
    CHECK(view(out(shape, {.flags = flag::rst, .sequence = 9})).tcp.acknowledgement == 4242);
    TcpEndpoint other = peer;
    other.port = static_cast<std::uint16_t>(i);
    Bytes more = segment(other, router, {.flags = flag::ack});
    REQUIRE(shape.in(more));
  }
  CHECK(view(out(shape, {.flags = flag::rst, .sequence = 9})).tcp.acknowledgement == 0);
}

TEST_CASE("other packets of the namespace go nowhere") {
  Shape shape({});
  Bytes igmp(28);
  wire::write_ipv4(igmp.data(), {router.address, Ipv4Address(224, 0, 0, 22), wire::protocol::igmp}, 28);
  CHECK(shape.out(igmp, 1) == 0);
  Bytes ipv6(48, 0x60);
  CHECK(shape.out(ipv6, 1) == 0);
}
