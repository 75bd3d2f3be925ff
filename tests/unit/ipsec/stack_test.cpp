// Bundles of several SAs between two modules: what stands on the wire, what comes out, and what must not.
#include <catch2/catch.hpp>

#include "modules/ipsec/ipcomp.h"
#include "tests/unit/ipsec/mirrored_pair.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::ip4;
using test::mirrored_specifications;
using Pair = test::MirroredPair;

namespace {

/// Protocol numbers from the outermost header inwards, as far as they can be read.
std::vector<int> protocols(ByteView packet) {
  std::vector<int> found;
  auto ip = wire::view_ipv4(packet, false);
  std::uint8_t next = ip->protocol();
  ByteView rest = ip->payload();
  for (;;) {
    found.push_back(next);
    if (next == wire::protocol::ah) {
      next = rest[0];
      rest = rest.subspan((rest[1] + 2U) * 4);
    } else if (next == wire::protocol::ipip) {
      ip = wire::view_ipv4(rest, false);
      next = ip->protocol();
      rest = ip->payload();
    } else {
      return found;
    }
  }
}

}  // namespace

TEST_CASE("every order of protocols arrives, one outer header around all of them") {
  struct Row {
    std::string_view string;
    std::vector<int> on_the_wire, shrunk;
  };
  const auto row = GENERATE(Row{"2", {51, 4, 17}, {51, 4, 17}},         // AH tunnel
                            Row{"6", {51, 4, 17}, {51, 4, 17}},         // with a MAC of 8 bytes
                            Row{"1 AND 2", {51, 50}, {51, 50}},         // ESP, then AH over it
                            Row{"1 AND 5", {51, 50}, {51, 50}},         // AH in transport mode on ESP's header
                            Row{"2 AND 1", {50}, {50}},                 // AH inside ESP
                            Row{"3", {4, 17}, {108}},                   // LZS alone
                            Row{"4", {4, 17}, {108}},                   // DEFLATE alone
                            Row{"3 AND 1", {50}, {50}},                 // compressed, then ESP
                            Row{"4 AND 1 AND 2", {51, 50}, {51, 50}});  // all three
  CAPTURE(row.string);
  Pair pair(mirrored_specifications(), row.string);
  for (const bool compressible : {false, true}) {
    for (const std::size_t length : {28, 29, 90, 91, 117, 118, 200, 1300}) {
      CAPTURE(length, compressible);
      Packet packet = pair.sealed(length, compressible);
      REQUIRE(packet);
      CHECK(packet->meta.ipsec_done);
      const auto outer = wire::view_ipv4(packet->view());
      REQUIRE(outer);
      CHECK(outer->source() == ip4("100.100.100.1"));
      CHECK(outer->destination() == ip4("200.200.200.1"));
      if (length == 1300) CHECK(protocols(packet->view()) == (compressible ? row.shrunk : row.on_the_wire));
      CHECK(pair.arrives(std::move(packet)));
    }
  }
  CHECK(pair.left.counter("p", PolicyCounter::out_process_done) == 16);
  CHECK(pair.right.counter("p", PolicyCounter::in_process_start) == 16);
  CHECK(pair.right.counter("p", PolicyCounter::in_process_done) == 16);
  CHECK(pair.left.services.pool.available() == pair.left.services.pool.total());
}

TEST_CASE("transport mode: AH and ESP+AH between the end points") {
  const auto string = GENERATE("5", "8 AND 5", "8");
  Pair pair(mirrored_specifications() + "create ipsec sas=8 key=manual prot=esp mod=transport enc=des enck=10 insp={0}008 outs={1}008\n",
            string, "set ipsec pol=p lad=any rad=any");
  Packet packet = pair.left.packet("100.100.100.1", "200.200.200.1", 17, 300, 5, 6);
  pair.sent.assign(packet->view().begin(), packet->view().end());
  packet = pair.left.out(std::move(packet));
  REQUIRE(packet);
  CHECK(wire::view_ipv4(packet->view())->protocol() == (std::string_view(string) == "8" ? 50 : 51));
  CHECK(pair.arrives(std::move(packet)));
  CHECK_FALSE(pair.left.out(pair.left.packet("192.168.1.100", "200.200.200.1")));  // not from the end point itself
  CHECK(pair.left.counter("p", PolicyCounter::out_filter_fail) == 1);
}

TEST_CASE("each protocol of a bundle has to be there") {
  Pair pair(mirrored_specifications(), "1 AND 2");
  Packet packet = pair.sealed();
  // AH taken off: what is left is ESP that the same bundle made.
  remove_behind_header(*packet, 20, 24, 50);
  CHECK_FALSE(pair.arrives(std::move(packet)));
  CHECK(pair.right.counter("p", PolicyCounter::in_policy_filter_fail) == 1);
  CHECK(pair.right.counter(GroupCounter::esp_in_done) == 0);
  // AH around what no ESP made.
  Pair only_ah(mirrored_specifications(), "2");
  CHECK_FALSE(pair.arrives(only_ah.sealed()));
  CHECK(pair.right.counter(GroupCounter::ah_in_done) == 1);
  CHECK(pair.right.counter("p", PolicyCounter::in_policy_filter_fail) == 2);
}

TEST_CASE("replays and forgeries under AH are refused and counted") {
  Pair pair(mirrored_specifications(), "2");
  Packet packet = pair.sealed();
  const Bytes bytes(packet->view().begin(), packet->view().end());
  CHECK(pair.arrives(std::move(packet)));
  CHECK_FALSE(pair.arrives(pair.right.services.pool.copy(bytes)));
  CHECK(pair.right.counter(GroupCounter::ah_in_replay_fail) == 1);
  packet = pair.sealed();
  packet->data()[packet->size() - 1] ^= 1;
  CHECK_FALSE(pair.arrives(std::move(packet)));
  CHECK(pair.right.counter(GroupCounter::ah_in_auth_fail) == 1);
  packet = pair.sealed();
  packet->data()[21] = 5;
  CHECK_FALSE(pair.arrives(std::move(packet)));
  CHECK(pair.right.counter(GroupCounter::ah_in_length_bad) == 1);
  packet = pair.sealed();
  store_be32(packet->data() + 24, 4711);
  CHECK_FALSE(pair.arrives(std::move(packet)));
  CHECK(pair.right.counter(GroupCounter::main_in_bad_spi) == 1);
  CHECK(pair.right.counter(GroupCounter::ah_in_start) == 4);
  CHECK(pair.right.counter(GroupCounter::ah_in_done) == 1);
  CHECK(pair.right.services.pool.available() == pair.right.services.pool.total());
}

TEST_CASE("replays of the inner SA are refused too") {
  // AH without anti-replay around ESP with it: a second AH around the same ESP.
  Pair pair(mirrored_specifications(), "1 AND 5");
  Packet packet = pair.sealed();
  const Bytes bytes(packet->view().begin(), packet->view().end());
  CHECK(pair.arrives(std::move(packet)));
  CHECK_FALSE(pair.arrives(pair.right.services.pool.copy(bytes)));
  CHECK(pair.right.counter(GroupCounter::ah_in_done) == 2);
  CHECK(pair.right.counter(GroupCounter::esp_in_replay_fail) == 1);
}

TEST_CASE("IPComp: what does not shrink goes as it is, and after a while nothing is tried") {
  Pair pair(mirrored_specifications(), "3 AND 1");
  for (int i = 0; i < 100; ++i) CHECK(pair.arrives(pair.sealed(1000)));
  CHECK(pair.left.counter(GroupCounter::comp_out_start) == 100);
  CHECK(pair.left.counter(GroupCounter::comp_out_done) == 0);
  CHECK(pair.left.counter(GroupCounter::comp_out_not_compressed) == 100);
  CHECK(pair.left.run("show enco counters=stac").text.find("encodeJobs ...........        9") != std::string::npos);
  for (int i = 0; i < 100; ++i) CHECK(pair.arrives(pair.sealed(1000, true)));
  CHECK(pair.left.counter(GroupCounter::comp_out_done) > 30);  // it starts again after a pause
  CHECK(pair.left.counter(GroupCounter::comp_out_done) == pair.right.counter(GroupCounter::comp_in_done));
  CHECK(pair.left.counter(GroupCounter::comp_out_start) ==
        pair.left.counter(GroupCounter::comp_out_done) + pair.left.counter(GroupCounter::comp_out_not_compressed));
}

TEST_CASE("IPComp alone in transport mode: what does not shrink is sent and taken without any header of ours") {
  Pair pair("create ipsec sas=3 key=manual prot=comp mod=transport insp={0}003 outs={1}003\n", "3",
            "set ipsec pol=p lad=any rad=any");
  for (const std::size_t length : {40, 300}) {
    Packet packet = pair.left.packet("100.100.100.1", "200.200.200.1", 17, length, 5, 6);
    pair.sent.assign(packet->view().begin(), packet->view().end());
    packet = pair.left.out(std::move(packet));
    REQUIRE(packet);
    const bool shrunk = wire::view_ipv4(packet->view())->protocol() == wire::protocol::ipcomp;
    CHECK(shrunk == (length == 300));
    CHECK((shrunk ? pair.arrives(std::move(packet)) : pair.right.in_clear(std::move(packet))));
  }
  CHECK(pair.right.counter("p", PolicyCounter::in_process_done) == 2);
  CHECK(pair.right.counter("p", PolicyCounter::in_no_bundle) == 0);
}

TEST_CASE("IPComp: a damaged or strange packet is dropped and counted") {
  Pair pair(mirrored_specifications(), "4");
  Packet packet = pair.sealed(1200, true);
  REQUIRE(wire::view_ipv4(packet->view())->protocol() == 108);
  const Bytes good(packet->view().begin(), packet->view().end());
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    wire::finish_ipv4(bytes.data());
    return pair.arrives(pair.right.services.pool.copy(bytes));
  };
  CHECK(with(21, 0xff));        // the flags are ignored (RFC 3173 3.3)
  CHECK_FALSE(with(23, 0x99));  // another CPI
  CHECK(pair.right.counter(GroupCounter::main_in_bad_spi) == 1);
  CHECK_FALSE(with(24, 0xff));  // no DEFLATE
  CHECK(pair.right.counter(GroupCounter::comp_in_fail) == 1);
  CHECK_FALSE(with(20, 17));  // not IP in IP in a tunnel
  CHECK(pair.right.counter("p", PolicyCounter::in_process_fail) == 2);
}

TEST_CASE("a packet that expands beyond its buffer gets a larger one") {
  Pair pair(mirrored_specifications(), "4 AND 1");
  Packet packet = pair.sealed(40000, true);
  REQUIRE(packet);
  CHECK(packet->size() < 1000);
  Packet small = pair.right.services.pool.copy(packet->view());
  CHECK(small->tailroom() < 40000);
  CHECK(pair.arrives(std::move(small)));
}
