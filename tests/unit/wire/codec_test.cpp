#include <catch2/catch.hpp>

#include "netdev/wire/arp.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

using namespace arrouter;
using namespace arrouter::wire;

namespace {
const Ipv4Address left(192, 168, 0, 1);
const Ipv4Address right(192, 168, 0, 199);
}  // namespace

TEST_CASE("an IPv4 header is written as RFC 791 has it and read back") {
  std::array<std::uint8_t, 24> bytes{};
  write_ipv4(bytes.data(), {left, right, protocol::udp, 0, 64, 0, true}, 24);
  CHECK(to_hex(ByteView(bytes).first(12)) == "45000018000040004011b8bc");
  const auto view = view_ipv4(bytes);
  REQUIRE(view);
  CHECK(view->source() == left);
  CHECK(view->destination() == right);
  CHECK(view->payload().size() == 4);
  CHECK(view->dont_fragment());
  CHECK_FALSE(view->fragment());
}

TEST_CASE("an IPv4 header that cannot be right is refused") {
  Bytes good(28);
  write_ipv4(good.data(), {left, right, protocol::icmp, 0, 64, 7, false}, 28);
  REQUIRE(view_ipv4(good));
  CHECK_FALSE(view_ipv4(ByteView(good).first(19)));
  CHECK_FALSE(view_ipv4(ByteView(good).first(27)));  // total length beyond the buffer
  Bytes padded = good;
  padded.resize(60);
  REQUIRE(view_ipv4(padded));
  CHECK(view_ipv4(padded)->payload().size() == 8);
  const auto broken = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return !view_ipv4(bytes, false);
  };
  CHECK(broken(0, 0x65));  // version 6
  CHECK(broken(0, 0x44));  // header of 16 bytes
  CHECK(broken(0, 0x4f));  // header longer than the packet
  CHECK(broken(3, 19));    // total length shorter than the header
  Bytes wrong_sum = good;
  wrong_sum[8] ^= 1;
  CHECK_FALSE(view_ipv4(wrong_sum));
  CHECK(view_ipv4(wrong_sum, false));
}

TEST_CASE("UDP checks its length field and its checksum") {
  Bytes bytes(8);
  const std::string_view text = "hello";
  bytes.insert(bytes.end(), text.begin(), text.end());
  write_udp(bytes.data(), 500, 4500, text.size(), left, right);
  const auto view = view_udp(bytes);
  REQUIRE(view);
  CHECK(view->source_port == 500);
  CHECK(view->destination_port == 4500);
  CHECK(view->payload.size() == 5);
  CHECK(view->checksum != 0);
  CHECK(udp_checksum_good(bytes, left, right));
  CHECK_FALSE(udp_checksum_good(bytes, left, left));
  bytes[9] ^= 1;
  CHECK_FALSE(udp_checksum_good(bytes, left, right));
  write_udp(bytes.data(), 500, 4500, text.size(), left, right, false);
  CHECK(udp_checksum_good(bytes, left, right));  // absent
  store_be16(bytes.data() + 4, 14);
  CHECK_FALSE(view_udp(bytes));
  store_be16(bytes.data() + 4, 7);
  CHECK_FALSE(view_udp(bytes));
  CHECK_FALSE(view_udp(ByteView(bytes).first(7)));
}

TEST_CASE("a UDP checksum that comes out as zero is sent as all ones") {
  Bytes bytes(10);
  write_udp(bytes.data(), 1, 2, 2, left, right);
  const std::uint16_t sum = load_be16(bytes.data() + 6);
  store_be16(bytes.data() + 8, sum);  // now the sum of everything else is 0xffff
  write_udp(bytes.data(), 1, 2, 2, left, right);
  CHECK(load_be16(bytes.data() + 6) == 0xffff);
  CHECK(udp_checksum_good(bytes, left, right));
}

TEST_CASE("TCP reads its header and refuses short ones") {
  Bytes bytes(23, 0x41);
  write_tcp(bytes.data(), {1025, 23, 0x01020304, 0x05060708, tcp_flag::syn | tcp_flag::ack, 4096}, 3, left, right);
  const auto view = view_tcp(bytes);
  REQUIRE(view);
  CHECK(view->source_port == 1025);
  CHECK(view->destination_port == 23);
  CHECK(view->sequence == 0x01020304);
  CHECK(view->acknowledgement == 0x05060708);
  CHECK(view->flags == (tcp_flag::syn | tcp_flag::ack));
  CHECK(view->window == 4096);
  CHECK(view->payload.size() == 3);
  CHECK(tcp_checksum_good(bytes, left, right));
  CHECK_FALSE(view_tcp(ByteView(bytes).first(19)));
  bytes[12] = 0x40;
  CHECK_FALSE(view_tcp(bytes));
  bytes[12] = 0x60;  // 24 bytes of header in 23
  CHECK_FALSE(view_tcp(bytes));
  CHECK_FALSE(tcp_checksum_good(bytes, left, right));
}

TEST_CASE("ICMP carries its words and verifies") {
  Bytes bytes(12, 0x61);
  write_icmp(bytes.data(), icmp_type::echo, 0, 0x00070009, 4);
  const auto view = view_icmp(bytes);
  REQUIRE(view);
  CHECK(view->type == icmp_type::echo);
  CHECK(view->identifier() == 7);
  CHECK(view->sequence() == 9);
  CHECK(view->payload.size() == 4);
  bytes[11] ^= 1;
  CHECK_FALSE(view_icmp(bytes));
  CHECK(view_icmp(bytes, false));
  CHECK_FALSE(view_icmp(ByteView(bytes).first(7), false));
}

TEST_CASE("an ARP request has the bytes of RFC 826") {
  std::array<std::uint8_t, arp_packet> bytes{};
  const MacAddress mac = *parse_mac("00-00-cd-00-11-22");
  write_arp(bytes.data(), {arp_operation::request, mac, left, {}, right});
  CHECK(to_hex(bytes) == "00010800060400010000cd001122c0a80001000000000000c0a800c7");
  const auto fields = parse_arp(bytes);
  REQUIRE(fields);
  CHECK(fields->sender_mac == mac);
  CHECK(fields->sender == left);
  CHECK(fields->target == right);
  CHECK_FALSE(parse_arp(ByteView(bytes).first(27)));
  for (const std::size_t at : {1U, 3U, 4U, 5U}) {
    auto broken = bytes;
    broken[at] ^= 2;
    CHECK_FALSE(parse_arp(broken));
  }
}

TEST_CASE("Ethernet with and without a tag") {
  Bytes frame(18);
  const MacAddress mac = *parse_mac("00-00-cd-00-11-22");
  write_ethernet(frame.data(), MacAddress::broadcast(), mac, ether_type::arp);
  auto view = view_ethernet(frame);
  REQUIRE(view);
  CHECK(view->destination == MacAddress::broadcast());
  CHECK(view->source == mac);
  CHECK(view->type == ether_type::arp);
  CHECK_FALSE(view->vlan);
  CHECK(view->payload.size() == 4);
  CHECK_FALSE(view_ethernet(ByteView(frame).first(13)));

  store_be16(frame.data() + 12, ether_type::vlan);
  store_be16(frame.data() + 14, 0xe00a);
  store_be16(frame.data() + 16, ether_type::ipv4);
  view = view_ethernet(frame);
  REQUIRE(view);
  CHECK(view->vlan == 10);
  CHECK(view->type == ether_type::ipv4);
  CHECK(view->header_length == 18);
  CHECK(view->payload.empty());
  CHECK_FALSE(view_ethernet(ByteView(frame).first(17)));
}
