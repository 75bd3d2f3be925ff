// Every algorithm against its published vectors (tests/vectors).
#include <catch2/catch.hpp>
#include <openssl/bn.h>

#include "modules/enco/cbc.h"
#include "modules/enco/enco.h"
#include "modules/enco/enco_module.h"
#include "modules/enco/groups.h"
#include "modules/enco/suite.h"
#include "tests/support/test_services.h"
#include "tests/unit/enco/vector_file.h"

using namespace arrouter;
using namespace arrouter::enco;

namespace {

Cipher cipher_named(const std::string& name) {
  for (const Cipher cipher : real_ciphers)
    if (traits(cipher).name == name) return cipher;
  throw std::runtime_error("no cipher " + name);
}
Hash hash_named(const std::string& name) {
  for (const Hash hash : real_hashes)
    if (traits(hash).name == name) return hash;
  throw std::runtime_error("no hash " + name);
}

void check_cipher(const CipherEngine& engine, const test::Vector& vector) {
  const Bytes iv = vector.bytes("iv");
  for (const Direction direction : {Direction::encode, Direction::decode}) {
    const bool encode = direction == Direction::encode;
    const auto key = engine.make_key(vector.bytes("key"), direction);
    REQUIRE(key);
    Bytes data = vector.bytes(encode ? "plain" : "coded");
    CipherTask task{key.get(), data.data(), data.size(), iv.data(), false};
    engine.run({&task, 1});
    CHECK(task.good);
    CHECK(to_hex(data) == vector.name(encode ? "coded" : "plain"));
  }
}

/// Computes right but for the last byte of a text.
struct Faulty final : CipherEngine {
  explicit Faulty(std::shared_ptr<const CipherEngine> right) : right(std::move(right)) {}
  std::string_view name() const override { return right->name(); }
  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    return right->make_key(key, direction);
  }
  void run(std::span<CipherTask> tasks) const override {
    right->run(tasks);
    for (const CipherTask& task : tasks)
      if (task.length != 0) task.data[task.length - 1] ^= 1;
  }
  std::shared_ptr<const CipherEngine> right;
};

}  // namespace

TEST_CASE("ciphers repeat their vectors in both directions") {
  const Suite suite;
  for (const auto& [file, count] :
       {std::pair("des.txt", 15), {"triple-des.txt", 14}, {"triple-des-own.txt", 10}, {"aes.txt", 10}}) {
    const auto vectors = test::read_vectors(file);
    CHECK(vectors.size() == static_cast<std::size_t>(count));
    for (const test::Vector& vector : vectors) {
      CAPTURE(file, vector.name("cipher"), vector.name("key"));
      const CipherEngines& engines = suite.ciphers(cipher_named(vector.name("cipher")));
      REQUIRE(engines.encode);
      check_cipher(*engines.encode, vector);
      check_cipher(*engines.decode, vector);
    }
  }
}

TEST_CASE("DES by way of triple DES is DES") {
  const auto engine = make_des_from_triple_des(std::make_shared<const Library>());
  REQUIRE(engine);
  for (const test::Vector& vector : test::read_vectors("des.txt")) check_cipher(*engine, vector);
  const auto inner = make_inner_triple_des(make_des_from_triple_des(std::make_shared<const Library>()));
  for (const test::Vector& vector : test::read_vectors("triple-des-own.txt"))
    if (vector.name("cipher") == "3DESINNER") check_cipher(*inner, vector);
}

TEST_CASE("an engine that computes something else fails its self test") {
  const auto library = std::make_shared<const Library>();
  CHECK(passes_self_test(Cipher::triple_des_outer, *make_evp_cipher(library, Cipher::triple_des_outer)));
  // Inner chaining equals outer chaining in the first block and with equal keys, nowhere else.
  CHECK_FALSE(
      passes_self_test(Cipher::triple_des_outer, *make_inner_triple_des(make_evp_cipher(library, Cipher::des))));
  CHECK_FALSE(passes_self_test(Hash::md5, *make_hmac(Hash::sha)));
  CHECK(Suite().findings().empty());  // with the legacy provider installed
}

TEST_CASE("an engine that fails at the start is passed over, and the log will say so") {
  std::vector<std::string> tried;
  const auto first_fails = [&](Cipher cipher, std::shared_ptr<const CipherEngine> engine) {
    if (cipher != Cipher::aes128) return engine;
    tried.emplace_back(engine->name());
    if (tried.size() == 1) return std::shared_ptr<const CipherEngine>(std::make_shared<Faulty>(std::move(engine)));
    return engine;
  };
  const Suite suite(nullptr, first_fails);
  REQUIRE_FALSE(tried.empty());
  REQUIRE(suite.findings().size() == 1);
  CHECK(suite.findings()[0].algorithm == "AES128");
  if (tried.size() > 1) {
    CHECK(suite.cipher(Cipher::aes128, Direction::encode)->name() == tried[1]);
    CHECK(suite.findings()[0].text == "AES128 processed by " + tried[1]);
    CHECK_FALSE(suite.findings()[0].missing);
  }
  const Suite without(nullptr, [](Cipher cipher, std::shared_ptr<const CipherEngine> engine) {
    return cipher == Cipher::aes128 ? nullptr : engine;
  });
  CHECK(without.cipher(Cipher::aes128, Direction::decode) == nullptr);
  REQUIRE(without.findings().size() == 1);
  CHECK(without.findings()[0].text == "AES128 is not available");
  CHECK(without.findings()[0].missing);
}

TEST_CASE("a router whose engine fails says so in its log and goes on with the next one") {
  test::TestServices world;
  unsigned engines = 0;
  Enco enco(world.services, {}, [&](Cipher cipher, std::shared_ptr<const CipherEngine> engine) {
    if (cipher != Cipher::aes256 || ++engines > 1) return engine;
    return std::shared_ptr<const CipherEngine>(std::make_shared<Faulty>(std::move(engine)));
  });
  REQUIRE(world.records.size() == 2);
  const LogRecord& told = world.records.front();
  CHECK(told.type == "ENCO");
  CHECK(told.subtype == "TEST");
  CHECK(told.message == (engines > 1 ? "AES256 processed by OpenSSL" : "AES256 is not available"));
  CHECK(world.records.back().message == "STAC SW Initialised");
  CHECK(enco.available(Cipher::aes256) == (engines > 1));
  for (const test::Vector& vector : test::read_vectors("aes.txt")) {
    if (vector.name("cipher") != "AES256" || engines < 2) continue;
    Bytes data = vector.bytes("plain"), iv = vector.bytes("iv");
    enco.make_cbc(Cipher::aes256, vector.bytes("key"))->encrypt(data, iv);
    CHECK(to_hex(data) == vector.name("coded"));
  }
}

TEST_CASE("a chain of messages is one message to CBC") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const test::Vector& vector : test::read_vectors("aes.txt")) {
    const auto key = made.api.make_cbc(cipher_named(vector.name("cipher")), vector.bytes("key"));
    REQUIRE(key);
    CHECK(key->block_bytes() == 16);
    Bytes data = vector.bytes("plain"), iv = vector.bytes("iv");
    const std::size_t half = data.size() / 32 * 16;
    key->encrypt(ByteSpan(data).first(half), iv);
    key->encrypt(ByteSpan(data).subspan(half), iv);
    CHECK(to_hex(data) == vector.name("coded"));
    CHECK(to_hex(iv) == vector.name("coded").substr(vector.name("coded").size() - 32));
    iv = vector.bytes("iv");
    key->decrypt(ByteSpan(data).first(half), iv);
    key->decrypt(ByteSpan(data).subspan(half), iv);
    CHECK(to_hex(data) == vector.name("plain"));
  }
}

TEST_CASE("hashes and authentication codes repeat their vectors") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const test::Vector& vector : test::read_vectors("hash.txt")) {
    const Bytes text = vector.bytes("text");
    const std::vector<ByteView> parts(vector.number_or("repeat", 1), text);
    CHECK(to_hex(made.api.hash(hash_named(vector.name("hash")), parts)) == vector.name("digest"));
  }
  for (const char* file : {"hmac.txt", "des-mac.txt"}) {
    for (const test::Vector& vector : test::read_vectors(file)) {
      const Bytes text = vector.bytes("text");
      const std::array<ByteView, 3> parts{ByteView(text).first(3), ByteView(), ByteView(text).subspan(3)};
      CHECK(to_hex(made.api.hmac(hash_named(vector.name("hash")), vector.bytes("key"), parts)) ==
            vector.name("digest"));
    }
  }
  CHECK(made.api.hash(Hash::des_mac, {}).empty());
  CHECK(made.api.hash(Hash::null, {}).empty());
}

TEST_CASE("the Oakley groups are those of RFC 2409") {
  const auto published = [](BIGNUM* (*prime)(BIGNUM*)) {
    BIGNUM* number = prime(nullptr);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    BN_free(number);
    return bytes;
  };
  CHECK(group_prime(Group::modp768) == published(BN_get_rfc2409_prime_768));
  CHECK(group_prime(Group::modp1024) == published(BN_get_rfc2409_prime_1024));
  CHECK(group_bytes(Group::modp512) == 64);
}

TEST_CASE("group 0 has a safe prime") {
  const Bytes bytes = group_prime(Group::modp512);
  BIGNUM* prime = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  BIGNUM* half = BN_new();
  BN_CTX* workspace = BN_CTX_new();
  CHECK(BN_num_bits(prime) == 512);
  CHECK(BN_check_prime(prime, workspace, nullptr) == 1);
  BN_rshift1(half, prime);
  CHECK(BN_check_prime(half, workspace, nullptr) == 1);
  BN_CTX_free(workspace);
  BN_free(half);
  BN_free(prime);
}

TEST_CASE("Diffie-Hellman gives what an independent computation gave") {
  const auto vectors = test::read_vectors("dh.txt");
  CHECK(vectors.size() == 9);
  for (const test::Vector& vector : vectors) {
    const auto group = static_cast<Group>(vector.number_or("group", 0));
    CHECK(to_hex(public_value(group, vector.bytes("exponent"))) == vector.name("public"));
    const auto shared = shared_value(group, vector.bytes("exponent"), vector.bytes("peer"));
    REQUIRE(shared);
    CHECK(to_hex(*shared) == vector.name("shared"));
  }
}

TEST_CASE("every engine repeats the vectors, not only the preferred one") {
  const auto library = std::make_shared<const Library>();
  for (const char* file : {"triple-des.txt", "triple-des-own.txt", "aes.txt"}) {
    for (const test::Vector& vector : test::read_vectors(file)) {
      const Cipher cipher = cipher_named(vector.name("cipher"));
      if (cipher == Cipher::triple_des_inner) continue;  // has one engine
      CAPTURE(file, vector.name("cipher"), vector.name("key"));
      check_cipher(*make_evp_cipher(library, cipher), vector);
      // nullptr: for other algorithms, or built without the library.
      if (const auto engine = make_gcrypt_cipher(cipher)) check_cipher(*engine, vector);
      if (const auto engine = make_multibuffer_cipher(cipher, make_evp_cipher(library, cipher)))
        check_cipher(*engine, vector);
    }
  }
  for (const Hash hash : {Hash::md5, Hash::sha}) CHECK(passes_self_test(hash, *make_hmac(hash)));
}

TEST_CASE("of two engines for triple DES the faster is taken, in doubt the first") {
  /// Moves with each look, by more while the slow library works.
  struct JumpingClock final : Clock {
    Instant now() const override { return at += std::chrono::microseconds(looks++ % 4 < 2 ? slow : fast); }
    mutable Instant at{};
    mutable unsigned looks = 0;
    int slow = 0, fast = 0;
  };
  const auto library = std::make_shared<const Library>();
  const auto third =
      make_multibuffer_cipher(Cipher::triple_des_outer, make_evp_cipher(library, Cipher::triple_des_outer));
  if (!make_gcrypt_cipher(Cipher::triple_des_outer) || third) return;
  JumpingClock clock;
  const auto chosen = [&](int first, int second) {
    clock.looks = 0;
    clock.slow = first;
    clock.fast = second;
    const Suite suite(&clock);
    CHECK(suite.cipher(Cipher::aes128, Direction::encode) == suite.cipher(Cipher::aes128, Direction::decode));
    return std::string(suite.cipher(Cipher::triple_des_outer, Direction::decode)->name());
  };
  CHECK(chosen(100, 100) == "libgcrypt");
  CHECK(chosen(100, 91) == "libgcrypt");
  CHECK(chosen(100, 89) == "OpenSSL");
  CHECK(chosen(89, 100) == "libgcrypt");
  CHECK(std::string(Suite().cipher(Cipher::triple_des_outer, Direction::encode)->name()) == "libgcrypt");
}

TEST_CASE("engines agree on bursts of every size and texts of every length") {
  SeededRandom random(2104);
  const auto library = std::make_shared<const Library>();
  for (const Cipher cipher : {Cipher::aes128, Cipher::aes192, Cipher::aes256, Cipher::triple_des_2key,
                              Cipher::triple_des_outer}) {
    const std::shared_ptr<const CipherEngine> plain = make_evp_cipher(library, cipher);
    auto fast = make_multibuffer_cipher(cipher, plain);
    if (!fast) fast = make_gcrypt_cipher(cipher);
    if (!fast) continue;  // built without the library, or an old processor
    const Bytes key = random.bytes(traits(cipher).key_bytes), iv = random.bytes(16);
    for (const Direction direction : {Direction::encode, Direction::decode}) {
      const auto fast_key = fast->make_key(key, direction), plain_key = plain->make_key(key, direction);
      for (std::size_t size = 0; size <= 2 * limits::burst + 1; ++size) {
        std::vector<Bytes> texts;
        for (std::size_t i = 0; i < size; ++i)
          texts.push_back(random.bytes(traits(cipher).block_bytes * (random.below(20) + (i % 16 == 3 ? 400 : 0))));
        std::vector<Bytes> expected = texts;
        std::vector<CipherTask> tasks, expected_tasks;
        for (std::size_t i = 0; i < size; ++i) {
          tasks.push_back({fast_key.get(), texts[i].data(), texts[i].size(), iv.data(), false});
          expected_tasks.push_back({plain_key.get(), expected[i].data(), expected[i].size(), iv.data(), false});
        }
        fast->run(tasks);
        plain->run(expected_tasks);
        CHECK(texts == expected);
        CHECK(std::all_of(tasks.begin(), tasks.end(), [](const CipherTask& task) { return task.good; }));
      }
    }
  }
  for (const Hash hash : {Hash::md5, Hash::sha}) {
    const auto fast = make_multibuffer_hmac(hash);
    if (!fast) continue;
    const auto plain = make_hmac(hash);
    for (std::size_t size = 0; size <= 2 * limits::burst + 1; ++size) {
      const Bytes key = random.bytes(random.below(100));
      const auto fast_key = fast->make_key(key), plain_key = plain->make_key(key);
      std::vector<Bytes> texts;
      std::vector<MacTask> tasks(size), expected(size);
      for (std::size_t i = 0; i < size; ++i) texts.push_back(random.bytes(random.below(300)));
      for (std::size_t i = 0; i < size; ++i) {
        tasks[i].first = expected[i].first = texts[i];
        if (i % 5 == 0) tasks[i].second = expected[i].second = key;
        tasks[i].key = fast_key.get();
        expected[i].key = plain_key.get();
      }
      fast->run(tasks);
      plain->run(expected);
      for (std::size_t i = 0; i < size; ++i) {
        CHECK(tasks[i].good);
        CHECK(tasks[i].digest == expected[i].digest);
      }
    }
  }
}
