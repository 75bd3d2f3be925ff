// ESP against packets made by another implementation (tests/vectors/esp.py): we open its packets, and what we make from
// the same fields is the same byte for byte.
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "modules/ipsec/bundle.h"
#include "modules/ipsec/esp.h"
#include "modules/ipsec/keywords.h"
#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;

namespace {

struct Vector {
  std::string mode, cipher, hash;
  Bytes cipher_key, hash_key, outer, inner;
  std::uint32_t spi = 0, sequence = 0;
};

Bytes hex_or_none(const std::string& text) { return text == "-" ? Bytes() : *from_hex(text); }

std::vector<Vector> read_vectors() {
  std::ifstream file(ARROUTER_SOURCE_DIR "/tests/vectors/esp.txt");
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    Vector vector;
    std::string cipher_key, hash_key, outer, inner;
    fields >> vector.mode >> vector.cipher >> vector.hash >> cipher_key >> hash_key >> std::hex >> vector.spi >>
        vector.sequence >> outer >> inner;
    vector.cipher_key = hex_or_none(cipher_key);
    vector.hash_key = hex_or_none(hash_key);
    vector.outer = hex_or_none(outer);
    vector.inner = hex_or_none(inner);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

/// Gives back bytes decided before, as IV.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  void fill(ByteSpan out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i < bytes_.size() ? bytes_[i] : std::uint8_t{0};
  }

 private:
  Bytes bytes_;
};

Sa make_sa(enco::EncoApi& enco, const Vector& vector) {
  Sa sa;
  sa.cipher = cipher_of(vector.cipher);
  sa.hash = hash_of(vector.hash);
  sa.mode = vector.mode == "transport" ? isakmp::Encapsulation::transport : isakmp::Encapsulation::tunnel;
  sa.in_spi = sa.out_spi = vector.spi;
  if (!vector.cipher_key.empty()) {
    const SecretBytes key(vector.cipher_key.begin(), vector.cipher_key.end());
    sa.encryption = enco.open_channel({.cipher = sa.cipher, .out_key = key, .in_key = key});
    REQUIRE(sa.encryption != 0);
  }
  if (!vector.hash_key.empty()) {
    const SecretBytes key(vector.hash_key.begin(), vector.hash_key.end());
    sa.authentication = enco.open_channel({.hash = sa.hash, .out_key = key, .in_key = key});
    REQUIRE(sa.authentication != 0);
  }
  return sa;
}

SaBundle bundle_of(const Sa& sa, bool udp) {
  SaBundle bundle;
  bundle.nat.udp_encapsulation = udp;
  bundle.sas.push_back(std::make_unique<Sa>(sa));
  return bundle;
}

enco::JobResult run(enco::EncoApi& enco, enco::Direction direction, enco::Job job) {
  enco.run(direction, std::span(&job, 1));
  return job.result;
}

}  // namespace

TEST_CASE("ESP packets of another implementation are opened") {
  test::TestServices services;
  const MadeEnco enco = make_enco(services.services);
  const auto vectors = read_vectors();
  REQUIRE(vectors.size() == 42);
  for (const Vector& vector : vectors) {
    CAPTURE(vector.mode, vector.cipher, vector.hash);
    const Sa sa = make_sa(enco.api, vector);
    Packet packet = services.pool.copy(vector.outer);
    const auto place = find_esp(*packet);
    REQUIRE(place);
    CHECK(place->spi == vector.spi);
    CHECK(place->sequence == vector.sequence);
    const auto job = open_job(*packet, *place, sa);
    REQUIRE(job);
    REQUIRE(run(enco.api, enco::Direction::decode, *job) == enco::JobResult::good);
    REQUIRE(unwrap(*packet, *place, sa) == Opened::good);
    CHECK(to_hex(packet->view()) == to_hex(vector.inner));
  }
}

TEST_CASE("the same fields make the same ESP packet") {
  test::TestServices services;
  const MadeEnco enco = make_enco(services.services);
  for (const Vector& vector : read_vectors()) {
    CAPTURE(vector.mode, vector.cipher, vector.hash);
    const Sa sa = make_sa(enco.api, vector);
    const bool udp = vector.mode == "tunnel-udp";
    const std::size_t iv_at = 20 + (udp ? 8 : 0) + esp_header;
    FixedRandom random(ByteView(vector.outer).subspan(iv_at, esp_shape(sa).iv));
    IvPool ivs(random);
    Packet packet = services.pool.copy(vector.inner);
    const OuterHeader outer{test::ip4("100.100.100.1"),        test::ip4("200.200.200.1"), udp ? 8U : 0U, 4500, 4500, false,
                            load_be16(vector.outer.data() + 4)};
    CHECK(sealed_length(bundle_of(sa, udp), vector.inner.size(), 20) == vector.outer.size());
    const enco::Job job = seal(*packet, sa, vector.sequence, outer, ivs);
    REQUIRE(run(enco.api, enco::Direction::encode, job) == enco::JobResult::good);
    // Beside ESP itself: TOS, which the other side leaves 0, and so the header checksum.
    const std::size_t from = 20 + (udp ? 8U : 0U);
    CHECK(to_hex(packet->view().subspan(from)) == to_hex(ByteView(vector.outer).subspan(from)));
    CHECK(wire::view_ipv4(packet->view()));
    CHECK(packet->size() == vector.outer.size());
    if (udp)
      CHECK(to_hex(packet->view().subspan(20, 8)) ==
            "11941194" + to_hex(ByteView(vector.outer).subspan(24, 2)) + "0000");
  }
}

TEST_CASE("on ISAKMP's own port the same packet stands behind eight zero bytes") {
  test::TestServices services;
  const MadeEnco enco = make_enco(services.services);
  const std::vector<Vector> vectors = read_vectors();
  const auto vector = std::find_if(vectors.begin(), vectors.end(), [](const Vector& each) {
    return each.mode == "tunnel-udp" && each.hash == "SHA";
  });
  REQUIRE(vector != vectors.end());
  const ByteView theirs(vector->outer);
  const Sa sa = make_sa(enco.api, *vector);
  FixedRandom random(theirs.subspan(20 + 8 + esp_header, esp_shape(sa).iv));
  IvPool ivs(random);
  SaBundle bundle = bundle_of(sa, true);
  bundle.nat.non_ike_marker = true;
  Packet packet = services.pool.copy(vector->inner);
  const OuterHeader outer{test::ip4("100.100.100.1"), test::ip4("200.200.200.1"), udp_bytes(bundle.nat), 500, 500};
  REQUIRE(run(enco.api, enco::Direction::encode, seal(*packet, sa, vector->sequence, outer, ivs)) ==
          enco::JobResult::good);
  CHECK(packet->size() == theirs.size() + 8);
  CHECK(sealed_length(bundle, vector->inner.size(), 20) == packet->size());
  const ByteView ours = packet->view();
  const auto udp = wire::view_udp(wire::view_ipv4(ours)->payload());
  REQUIRE(udp);
  CHECK(udp->source_port == 500);
  CHECK(udp->destination_port == 500);
  CHECK(to_hex(udp->payload) == "0000000000000000" + to_hex(theirs.subspan(28)));
  const auto place = find_esp(*packet);
  REQUIRE(place);
  CHECK(place->spi == vector->spi);
  const auto job = open_job(*packet, *place, sa);
  REQUIRE(job);
  REQUIRE(run(enco.api, enco::Direction::decode, *job) == enco::JobResult::good);
  REQUIRE(unwrap(*packet, *place, sa) == Opened::good);
  CHECK(to_hex(packet->view()) == to_hex(vector->inner));
}

TEST_CASE("the longest inner packet just fits") {
  for (const enco::Cipher cipher : {enco::Cipher::null, enco::Cipher::des, enco::Cipher::aes256}) {
    for (const bool udp : {false, true}) {
      Sa sa;
      sa.cipher = cipher;
      sa.hash = enco::Hash::sha;
      SaBundle bundle = bundle_of(sa, udp);
      for (const bool with_ah : {false, true}) {
        if (with_ah) {
          auto ah = std::make_unique<Sa>();
          ah->protocol = isakmp::Protocol::ah;
          ah->hash = enco::Hash::md5;
          bundle.sas.push_back(std::move(ah));
        }
        for (std::size_t mtu = 576; mtu < 640; ++mtu) {
          const std::size_t inner = longest_inner(bundle, mtu);
          CHECK(sealed_length(bundle, inner, 20) <= mtu);
          CHECK(sealed_length(bundle, inner + 1, 20) > mtu);
        }
      }
    }
  }
}
