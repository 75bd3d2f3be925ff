// The corners of RFC 4301, 4303 and 3168: padding, what may stand in a trailer, and congestion that routers between the
// tunnel's ends have marked.
#include <catch2/catch.hpp>

#include "tests/unit/ipsec/tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::Tunnel;

namespace {

constexpr std::uint8_t next_ipv4 = 4, next_ipv6 = 41, next_none = 59;

/// `content`, padded as it should be to a multiple of eight, and the trailer.
Bytes with_trailer(ByteView content, std::uint8_t next, std::size_t more_blocks = 0) {
  Bytes plain(content.begin(), content.end());
  const std::size_t pad = (8 - (plain.size() + 2) % 8) % 8 + 8 * more_blocks;
  for (std::size_t i = 1; i <= pad; ++i) plain.push_back(static_cast<std::uint8_t>(i));
  plain.push_back(static_cast<std::uint8_t>(pad));
  plain.push_back(next);
  return plain;
}

Bytes inner(Tunnel& tunnel, std::uint8_t tos = 0) {
  Packet packet = tunnel.reply();
  packet->data()[1] = tos;
  wire::finish_ipv4(packet->data());
  return {packet->view().begin(), packet->view().end()};
}

}  // namespace

TEST_CASE("padding counts 1, 2, 3 and up to 255") {
  Tunnel tunnel;
  const Bytes packet = inner(tunnel);
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer(packet, next_ipv4))).size() == 1);
  const auto longest = tunnel.fixture.in(tunnel.crafted(with_trailer(packet, next_ipv4, 31)));
  REQUIRE(longest.size() == 1);
  CHECK(std::ranges::equal(longest[0]->view(), packet));

  const Bytes padded = with_trailer(packet, next_ipv4, 1);
  const std::size_t pad = padded[padded.size() - 2];
  for (std::size_t i = 0; i < pad; ++i) {
    Bytes wrong = padded;
    wrong[wrong.size() - 3 - i] ^= 1;
    CHECK(tunnel.fixture.in(tunnel.crafted(wrong)).empty());
  }
  Bytes too_long = with_trailer(packet, next_ipv4);
  too_long[too_long.size() - 2] = static_cast<std::uint8_t>(too_long.size() - 1);  // a byte more than there is
  CHECK(tunnel.fixture.in(tunnel.crafted(too_long)).empty());
  CHECK(tunnel.sa().failures.in_padding == pad + 1);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_done) == 2);
}

TEST_CASE("bytes behind the inner packet hide its length and are cut off") {
  Tunnel tunnel;
  Bytes content = inner(tunnel);
  const Bytes packet = content;
  content.resize(content.size() + 300, 0x5a);
  const auto opened = tunnel.fixture.in(tunnel.crafted(with_trailer(content, next_ipv4)));
  REQUIRE(opened.size() == 1);
  CHECK(std::ranges::equal(opened[0]->view(), packet));
}

TEST_CASE("a dummy packet is taken, counted and forgotten") {
  Tunnel tunnel;
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer(Bytes(100, 0xee), next_none))).empty());
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer({}, next_none))).empty());
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_done) == 2);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_fail) == 0);
}

TEST_CASE("a tunnel holds IPv4, and nothing that only says so") {
  Tunnel tunnel;
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer(inner(tunnel), next_ipv6))).empty());
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer(Bytes(40, 0x60), next_ipv4))).empty());
  Bytes cut = inner(tunnel);
  cut.resize(cut.size() - 1);  // its header tells of one byte more
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer(cut, next_ipv4))).empty());
  CHECK(tunnel.fixture.in(tunnel.crafted(with_trailer({}, next_ipv4))).empty());
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::in_process_fail) == 4);
}

TEST_CASE("congestion on the way is told inside, to those who listen; nothing else of the outer TOS is") {
  Tunnel tunnel;
  constexpr std::uint8_t voice = 0xb8, capable0 = 2, capable1 = 1, congested = 3;
  const auto arrives_as = [&](std::uint8_t inside, std::uint8_t outside) {
    const auto opened = tunnel.fixture.in(tunnel.crafted(with_trailer(inner(tunnel, inside), next_ipv4), outside));
    REQUIRE(opened.size() == 1);
    const auto ip = wire::view_ipv4(opened[0]->view());
    REQUIRE(ip);  // its checksum is right
    return ip->tos();
  };
  CHECK(arrives_as(capable0, congested) == congested);
  CHECK(arrives_as(voice | capable1, congested) == (voice | congested));
  CHECK(arrives_as(0, congested) == 0);
  CHECK(arrives_as(voice, voice | congested) == voice);
  CHECK(arrives_as(capable0, capable1) == capable0);
  CHECK(arrives_as(congested, 0) == congested);
}
