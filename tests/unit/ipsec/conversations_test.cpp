#include <catch2/catch.hpp>

#include "modules/ipsec/conversations.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using namespace std::chrono_literals;

namespace {

Ipv4Address ip4(std::string_view text) { return *parse_ipv4(text); }

FlowKey l2tp_from(std::string_view remote, std::uint16_t remote_port = 1701) {
  FlowKey flow;
  flow.local = ip4("200.200.200.1");
  flow.remote = ip4(remote);
  flow.local_port = 1701;
  flow.remote_port = remote_port;
  flow.interface = 3;
  flow.protocol = 17;
  flow.ports = FlowKey::Ports::known;
  return flow;
}

FlowKey by_port(FlowKey flow, std::uint16_t port) {
  flow.remote_port = port;
  return flow;
}

}  // namespace

TEST_CASE("a client keeps its port while it is alone, and its conversation through silence shorter than five minutes") {
  Conversations conversations;
  SeededRandom random(1);
  const FlowKey flow = l2tp_from("150.0.0.1");
  CHECK(conversations.owner(flow) == nullptr);
  auto heard = conversations.heard(flow, "192.168.5.1", random, Instant{});
  CHECK(heard.port == 1701);
  CHECK(heard.begins);
  heard = conversations.heard(flow, "192.168.5.1", random, Instant{});
  CHECK(heard.port == 1701);
  CHECK_FALSE(heard.begins);
  // The answer leaves by another interface.
  FlowKey answer = flow;
  answer.interface = 7;
  REQUIRE(conversations.owner(answer) != nullptr);
  CHECK(conversations.owner(answer)->nat_id == "192.168.5.1");
  CHECK(conversations.owner(answer)->port == 1701);

  const Instant before = Instant{} + Conversations::silence - 1ms;
  conversations.heard(l2tp_from("160.0.0.1"), "x", random, before);
  CHECK(conversations.owner(flow) != nullptr);
  conversations.heard(l2tp_from("170.0.0.1"), "x", random, before + 1min);
  CHECK(conversations.owner(flow) == nullptr);
}

TEST_CASE("clients with the same ports behind one address get ports of their own, each always the same") {
  Conversations conversations;
  SeededRandom random(2);
  const FlowKey flow = l2tp_from("150.0.0.1");
  const auto first = conversations.heard(flow, "a", random, Instant{});
  const auto second = conversations.heard(flow, "b", random, Instant{});
  const auto third = conversations.heard(flow, "c", random, Instant{});
  CHECK(first.port == 1701);
  CHECK(second.port >= 49152);
  CHECK(third.port >= 49152);
  CHECK(second.port != third.port);
  CHECK(conversations.heard(flow, "b", random, Instant{} + 1min).port == second.port);
  CHECK(conversations.owner(by_port(flow, second.port))->nat_id == "b");
  CHECK(conversations.owner(by_port(flow, second.port))->port == 1701);
  CHECK(conversations.owner(flow)->nat_id == "a");
  // A client that itself uses the port another one was given.
  const auto fourth = conversations.heard(by_port(flow, second.port), "d", random, Instant{});
  CHECK(fourth.port != second.port);
  CHECK(conversations.owner(by_port(flow, fourth.port))->port == second.port);
  // The first falls silent for good: its port is free, the others keep theirs.
  const Instant later = Instant{} + Conversations::silence;
  conversations.heard(flow, "b", random, later - 1s);
  CHECK(conversations.heard(flow, "e", random, later).port == 1701);
  CHECK(conversations.owner(flow)->nat_id == "e");
  CHECK(conversations.heard(flow, "b", random, later).port == second.port);
}

TEST_CASE("clients behind different addresses do not meet") {
  Conversations conversations;
  SeededRandom random(3);
  CHECK(conversations.heard(l2tp_from("150.0.0.1"), "192.168.1.2", random, Instant{}).port == 1701);
  CHECK(conversations.heard(l2tp_from("160.0.0.1"), "192.168.1.2", random, Instant{}).port == 1701);
}

TEST_CASE("there is a limit to conversations, and room again when some have ended") {
  Conversations conversations;
  SeededRandom random(4);
  const auto one = [](std::size_t i) {
    return l2tp_from(to_string(Ipv4Address(static_cast<std::uint32_t>(0x0a000000 + i / 1000))),
                     static_cast<std::uint16_t>(1000 + i % 1000));
  };
  for (std::size_t i = 0; i < Conversations::most; ++i)
    REQUIRE(conversations.heard(one(i), "a", random, Instant{}).begins);
  const FlowKey late = one(Conversations::most);
  CHECK_FALSE(conversations.heard(late, "a", random, Instant{} + 1s).begins);
  CHECK(conversations.owner(late) == nullptr);
  CHECK(conversations.heard(one(0), "a", random, Instant{} + 4min).port == one(0).remote_port);
  CHECK(conversations.heard(late, "a", random, Instant{} + Conversations::silence).begins);
  CHECK(conversations.owner(one(0)) != nullptr);
  CHECK(conversations.owner(one(1)) == nullptr);
}

TEST_CASE("another port leaves a checksum that was right, right, and one that was left out, out") {
  PacketPool pool;
  const bool checksum = GENERATE(true, false);
  const Heading heading = GENERATE(Heading::arriving, Heading::leaving);
  Packet packet = pool.allocate(20 + 8 + 5);
  std::uint8_t* const at = packet->put(20 + 8 + 5);
  std::fill(at + 28, at + 33, std::uint8_t{0x5a});
  const Ipv4Address source = ip4("150.0.0.1"), destination = ip4("200.200.200.1");
  wire::write_udp(at + 20, 1701, 1701, 5, source, destination, checksum);
  wire::write_ipv4(at, {.source = source, .destination = destination, .protocol = 17}, 33);
  change_port(*packet, heading, 50000);
  const auto udp = *wire::view_udp(packet->view().subspan(20));
  CHECK(udp.source_port == (heading == Heading::arriving ? 50000 : 1701));
  CHECK(udp.destination_port == (heading == Heading::leaving ? 50000 : 1701));
  CHECK((udp.checksum != 0) == checksum);
  CHECK(wire::udp_checksum_good(packet->view().subspan(20), source, destination));
}
