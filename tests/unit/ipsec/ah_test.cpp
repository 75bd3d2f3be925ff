// AH against packets made by another implementation (tests/vectors/ah.py), and the fields that routers may change.
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "modules/ipsec/ah.h"
#include "modules/ipsec/encapsulation.h"
#include "modules/ipsec/keywords.h"
#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;

namespace {

struct Vector {
  bool tunnel = false;
  std::string hash;
  SecretBytes key;
  Bytes outer, inner;
  std::uint32_t spi = 0, sequence = 0;
};

std::vector<Vector> read_vectors() {
  std::ifstream file(ARROUTER_SOURCE_DIR "/tests/vectors/ah.txt");
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    Vector vector;
    std::string mode, key, outer, inner;
    fields >> mode >> vector.hash >> key >> std::hex >> vector.spi >> vector.sequence >> outer >> inner;
    vector.tunnel = mode == "tunnel";
    const Bytes key_bytes = *from_hex(key);
    vector.key.assign(key_bytes.begin(), key_bytes.end());
    vector.outer = *from_hex(outer);
    vector.inner = *from_hex(inner);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

struct Bench {
  Bench() : enco(make_enco(services.services)) {}
  Sa sa(const Vector& vector) {
    Sa sa;
    sa.protocol = isakmp::Protocol::ah;
    sa.hash = hash_of(vector.hash);
    sa.in_spi = sa.out_spi = vector.spi;
    sa.authentication = enco.api.open_channel({.hash = sa.hash, .out_key = vector.key, .in_key = vector.key});
    REQUIRE(sa.authentication != 0);
    return sa;
  }
  /// The packet under AH is opened in place.
  enco::JobResult open(Packet& packet, const Sa& sa) {
    const auto ah = find_ah(*packet);
    REQUIRE(ah);
    ZeroedHeader header(*packet);
    auto job = check_ah(*packet, *ah, sa);
    REQUIRE(job);
    enco.api.run(enco::Direction::decode, std::span(&*job, 1));
    header.restore();
    if (job->result == enco::JobResult::good) remove_ah(*packet, *ah, sa);
    return job->result;
  }
  test::TestServices services;
  MadeEnco enco;
};

}  // namespace

TEST_CASE("AH packets of another implementation are opened") {
  Bench bench;
  const auto vectors = read_vectors();
  REQUIRE(vectors.size() == 12);
  for (const Vector& vector : vectors) {
    CAPTURE(vector.tunnel, vector.hash, vector.sequence);
    Packet packet = bench.services.pool.copy(vector.outer);
    CHECK(find_ah(*packet)->sequence == vector.sequence);
    REQUIRE(bench.open(packet, bench.sa(vector)) == enco::JobResult::good);
    if (vector.tunnel) REQUIRE(pull_outer(*packet));
    CHECK(to_hex(packet->view()) == to_hex(vector.inner));
  }
}

TEST_CASE("the same fields make the same AH") {
  Bench bench;
  for (const Vector& vector : read_vectors()) {
    CAPTURE(vector.tunnel, vector.hash, vector.sequence);
    const Sa sa = bench.sa(vector);
    Packet packet = bench.services.pool.copy(vector.inner);
    if (vector.tunnel)
      push_outer(*packet, {.local = test::ip4("100.100.100.1"), .peer = test::ip4("200.200.200.1"), .id = 77});
    enco::Job job = put_ah(*packet, sa, vector.sequence);
    ZeroedHeader header(*packet);
    bench.enco.api.run(enco::Direction::encode, std::span(&job, 1));
    header.restore();
    REQUIRE(job.result == enco::JobResult::good);
    CHECK(wire::view_ipv4(packet->view()));
    // Beside AH itself: TOS of the outer header, which the other side leaves 0, and so its checksum.
    CHECK(to_hex(packet->view().subspan(20)) == to_hex(ByteView(vector.outer).subspan(20)));
    CHECK(packet->view()[1] == vector.inner[1]);
  }
}

TEST_CASE("routers may change TOS, TTL, DF and the recorded route under AH, and nothing else") {
  Bench bench;
  for (const Vector& vector : read_vectors()) {
    if (vector.hash != "SHA") continue;
    CAPTURE(vector.tunnel, vector.sequence);
    const Sa sa = bench.sa(vector);
    const std::size_t header = wire::view_ipv4(vector.outer, false)->header_length();
    for (std::size_t at = 0; at < vector.outer.size(); ++at) {
      if (at == 0 || at == 2 || at == 3 || at == 9) continue;    // no longer this packet
      if (at >= header && at < header + 12) continue;            // AH's own lengths; SPI and number are below
      const bool recorded = header > 20 && at >= 24 && at < 36;  // behind the router alert, padded with an end
      const bool mutable_field =
          at == 1 || at == 6 || at == 7 || at == 8 || at == 10 || at == 11 || (recorded && at >= 24 && at < 24 + 11);
      Bytes changed = vector.outer;
      changed[at] ^= at == 6 ? 0x40 : 0x01;
      if (header > 20 && (at == 24 || at == 25)) continue;  // type and length of the option
      Packet packet = bench.services.pool.copy(changed);
      if (!find_ah(*packet)) continue;
      CAPTURE(at);
      CHECK((bench.open(packet, sa) == enco::JobResult::good) == mutable_field);
    }
    for (const std::size_t at : {header + 4, header + 8}) {
      Bytes changed = vector.outer;
      changed[at] ^= 1;
      Packet packet = bench.services.pool.copy(changed);
      CHECK(bench.open(packet, sa) == enco::JobResult::bad_icv);
    }
  }
}

TEST_CASE("a source route counts with its last address") {
  Bench bench;
  const Vector vector = read_vectors().front();
  const Sa sa = bench.sa(vector);
  // 1.1.1.1 by way of 2.2.2.2: LSRR with one hop left, as it leaves and as it arrives.
  Bytes bytes(28 + 8, 0);
  std::copy_n(std::initializer_list<std::uint8_t>{0x47, 0, 0, 36, 0, 1, 0,   0, 64, 17, 0, 0, 9, 9,
                                                  9,    9, 2, 2,  2, 2, 131, 7, 4,  1,  1, 1, 1, 0}
                  .begin(),
              28, bytes.begin());
  wire::finish_ipv4(bytes.data());
  Packet packet = bench.services.pool.copy(bytes);
  enco::Job job = put_ah(*packet, sa, 5);
  ZeroedHeader header(*packet);
  bench.enco.api.run(enco::Direction::encode, std::span(&job, 1));
  header.restore();
  CHECK(packet->data()[16] == 2);
  std::uint8_t* const at = packet->data();
  for (int i = 0; i < 4; ++i) {
    at[16 + i] = 1;  // the hop is done: the destination is the last address, the option tells the hop
    at[23 + i] = 2;
  }
  at[22] = 8;
  CHECK(bench.open(packet, sa) == enco::JobResult::good);
}

TEST_CASE("AH that is cut short or of another length is told from a packet") {
  Bench bench;
  const Vector vector = read_vectors().front();
  const Sa sa = bench.sa(vector);
  Bytes bytes = vector.outer;
  const auto with_length = [&](std::uint8_t words) {
    bytes[21] = words;
    return bench.services.pool.copy(bytes);
  };
  CHECK_FALSE(find_ah(*with_length(0)));    // shorter than its own fixed part
  CHECK_FALSE(find_ah(*with_length(255)));  // longer than the packet
  Packet longer = with_length(5);
  const auto ah = find_ah(*longer);
  REQUIRE(ah);
  CHECK_FALSE(check_ah(*longer, *ah, sa));  // not the ICV of this SA
  Bytes cut(bytes.begin(), bytes.begin() + 31);
  store_be16(cut.data() + 2, 31);
  CHECK_FALSE(find_ah(*bench.services.pool.copy(cut)));
}
