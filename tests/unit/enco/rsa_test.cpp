// RSA: signatures against published and independent ones, keys made here, and the forms keys come in.
#include <catch2/catch.hpp>

#include <algorithm>

#include "modules/enco/enco_module.h"
#include "modules/enco/rsa.h"
#include "modules/enco/rsa_text.h"
#include "tests/support/test_services.h"
#include "tests/unit/enco/vector_file.h"

using namespace arrouter;
using namespace arrouter::enco;

namespace {

const LibraryHandle library = std::make_shared<const Library>();

Bytes seed(std::uint8_t number) { return Bytes(rsa_seed_bytes, number); }

std::string lines(std::string text) {
  std::replace(text.begin(), text.end(), '|', '\n');
  return text;
}

bool verified(MadeEnco& made, test::TestServices& world, const RsaPublicKey& key, ByteView data, ByteView signature) {
  auto owner = std::make_shared<int>(0);
  std::optional<bool> result;
  made.api.rsa_verify(key, data, signature, owner, [&](bool good) { result = good; });
  CHECK_FALSE(result);  // never inside the call
  world.time.advance(std::chrono::seconds(1));
  return result.value();
}

}  // namespace

TEST_CASE("a published RSA signature is recognised, and nothing near it") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  const test::Vector vector = test::read_vectors("rsa.txt").at(0);
  const auto key = make_rsa_public(vector.bytes("modulus"), vector.bytes("exponent"));
  REQUIRE(key);
  CHECK(key->bits() == 1024);
  const Bytes message = vector.bytes("message"), signature = vector.bytes("signature");
  const ByteView whole = message;
  const Bytes digest = made.api.hash(Hash::sha, {&whole, 1});
  // That signature is of DigestInfo and hash; IKE's is of the hash alone.
  Bytes data = *from_hex("3021300906052b0e03021a05000414");
  data.insert(data.end(), digest.begin(), digest.end());
  CHECK(verified(made, world, *key, data, signature));
  CHECK_FALSE(verified(made, world, *key, digest, signature));
  Bytes other = signature;
  other.back() ^= 1;
  CHECK_FALSE(verified(made, world, *key, data, other));
  CHECK_FALSE(verified(made, world, *key, data, ByteView(signature).first(127)));
  CHECK_FALSE(verified(made, world, *key, data, {}));
  CHECK_FALSE(verified(made, world, *key, data, Bytes(4096, 1)));
  CHECK_FALSE(verified(made, world, {}, data, signature));
}

TEST_CASE("signatures over bare data are those of an independent computation") {
  const auto vectors = test::read_vectors("rsa-raw.txt");
  CHECK(vectors.size() == 3);
  for (const test::Vector& vector : vectors) {
    const Bytes key = vector.bytes("private"), data = vector.bytes("data");
    const auto signature = rsa_sign(library, key, data);
    REQUIRE(signature);
    CHECK(to_hex(*signature) == vector.name("signature"));
    const auto public_key = public_part(key);
    REQUIRE(public_key);
    CHECK(to_hex(encode_rsa_public(*public_key)) == vector.name("public"));
    CHECK(rsa_verify(library, *public_key, data, *signature));
    const std::size_t most = public_key->modulus.size() - 11;
    CHECK(rsa_sign(library, key, Bytes(most, 1)));
    CHECK_FALSE(rsa_sign(library, key, Bytes(most + 1, 1)));
  }
  CHECK_FALSE(rsa_sign(library, Bytes(100, 0x30), Bytes(20)));
}

TEST_CASE("public keys are written and read in every form") {
  for (const test::Vector& vector : test::read_vectors("rsa-raw.txt")) {
    const auto key = decode_rsa_public(vector.bytes("public"));
    REQUIRE(key);
    CHECK(to_text(*key, RsaFormat::niq) == lines(vector.name("pem")));
    CHECK(to_text(*key, RsaFormat::ssh) == vector.name("ssh1") + "\n");
    std::string digits = to_text(*key, RsaFormat::hex);
    CHECK(digits.find('\n') == 64);
    std::erase(digits, '\n');
    CHECK(digits == vector.name("public"));
    for (const RsaFormat format : {RsaFormat::hex, RsaFormat::niq, RsaFormat::ssh}) {
      CHECK(from_text(to_text(*key, format), format) == key);
      for (const RsaFormat other : {RsaFormat::hex, RsaFormat::niq, RsaFormat::ssh})
        if (other != format) CHECK_FALSE(from_text(to_text(*key, other), format));
    }
    CHECK(from_text(vector.name("ssh2") + " somebody@example", RsaFormat::ssh) == key);
    CHECK(from_text("0x" + vector.name("public"), RsaFormat::hex) == key);
    const SecretBytes pem = to_private_pem(vector.bytes("private"));
    CHECK(std::string(pem.begin(), pem.end()) == lines(vector.name("private-pem")));
  }
}

TEST_CASE("what is no RSA public key is refused") {
  const test::Vector vector = test::read_vectors("rsa-raw.txt").at(0);
  const Bytes good = vector.bytes("public");
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK_FALSE(decode_rsa_public(ByteView(good).first(length)));
  Bytes longer = good;
  longer.push_back(0);
  CHECK_FALSE(decode_rsa_public(longer));
  const Bytes modulus = decode_rsa_public(good)->modulus, f4{1, 0, 1};
  Bytes even = modulus;
  even.back() &= 0xfe;
  CHECK_FALSE(make_rsa_public(even, f4));
  CHECK_FALSE(make_rsa_public(modulus, Bytes{1}));
  CHECK_FALSE(make_rsa_public(modulus, Bytes{2}));
  CHECK_FALSE(make_rsa_public(modulus, Bytes{}));
  CHECK(make_rsa_public(modulus, Bytes{3}));
  CHECK(make_rsa_public(modulus, Bytes(8, 0xff)));
  CHECK_FALSE(make_rsa_public(modulus, Bytes(9, 0xff)));
  const auto of_bits = [&](std::size_t bits) {
    Bytes number((bits + 7) / 8, 0xff);
    number[0] = static_cast<std::uint8_t>(0xff >> (number.size() * 8 - bits));
    return make_rsa_public(number, f4);
  };
  CHECK_FALSE(of_bits(smallest_rsa_bits - 1));
  CHECK(of_bits(smallest_rsa_bits));
  CHECK(of_bits(largest_foreign_rsa_bits));
  CHECK_FALSE(of_bits(largest_foreign_rsa_bits + 1));
  for (const char* text : {"", "1024", "1024 65537", "1023 65537 5", "1024 x 5", "ssh-rsa", "ssh-rsa AAAA",
                           "ssh-dss AAAAB3NzaC1kc3M=", "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", "0x3003"})
    for (const RsaFormat format : {RsaFormat::hex, RsaFormat::niq, RsaFormat::ssh}) CHECK_FALSE(from_text(text, format));
}

TEST_CASE("a key made here has the length asked for, and the seed fixes it") {
  for (const std::size_t bits : {512, 513, 768, 1024, 1025}) {
    const auto key = generate_rsa(library, bits, seed(1));
    REQUIRE(key);
    const auto public_key = public_part(*key);
    REQUIRE(public_key);
    CHECK(public_key->bits() == bits);
    CHECK(public_key->exponent == Bytes{1, 0, 1});
    const Bytes data(16, 5);
    CHECK(rsa_verify(library, *public_key, data, rsa_sign(library, *key, data).value()));
  }
  CHECK(generate_rsa(library, 512, seed(1)) == generate_rsa(library, 512, seed(1)));
  CHECK(generate_rsa(library, 512, seed(1)) != generate_rsa(library, 512, seed(2)));
  CHECK_FALSE(generate_rsa(library, smallest_rsa_bits - 1, seed(1)));
  CHECK_FALSE(generate_rsa(library, largest_rsa_bits + 1, seed(1)));
  CHECK_FALSE(generate_rsa(library, 512, Bytes(5)));
}

TEST_CASE("only keys that are there sign") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  auto owner = std::make_shared<int>(0);
  bool answered = false;
  made.api.rsa_sign(7, Bytes(20), owner, [&](auto signature) {
    answered = true;
    CHECK_FALSE(signature);
  });
  world.time.advance(std::chrono::seconds(1));
  CHECK(answered);
  CHECK_FALSE(made.api.rsa_public(7));
  CHECK_FALSE(made.api.rsa_private_pem(7));
}
