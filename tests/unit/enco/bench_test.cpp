// Channels against a bare OpenSSL loop in the same run: build/tests/unit_enco "[.bench]", and with worker threads:
// "[.workers]". Hidden, because it takes seconds and says nothing on a busy machine.
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/provider.h>

#include <chrono>
#include <ctime>

#include "modules/enco/channels.h"
#include "modules/enco/enco_module.h"
#include "modules/enco/engines.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::enco;

namespace {

constexpr std::size_t payload = 1400, burst = 32, rounds = 7;

/// Seconds of processor time a piece of work takes.
template <class Work>
double seconds(Work&& work) {
  timespec before{}, after{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  work();
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  return static_cast<double>(after.tv_sec - before.tv_sec) + static_cast<double>(after.tv_nsec - before.tv_nsec) * 1e-9;
}

/// ESP's work with EVP contexts that are made once: IV set, CBC, HMAC by copies of a keyed context.
class BareOpenSsl {
 public:
  BareOpenSsl(const char* cipher, const Bytes& cipher_key, const char* hash, const Bytes& hash_key)
      : cipher_(EVP_CIPHER_CTX_new()), mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), keyed_(EVP_MAC_CTX_new(mac_)) {
    EVP_CIPHER* fetched = EVP_CIPHER_fetch(nullptr, cipher, nullptr);
    EVP_EncryptInit_ex2(cipher_, fetched, cipher_key.data(), nullptr, nullptr);
    EVP_CIPHER_CTX_set_padding(cipher_, 0);
    EVP_CIPHER_free(fetched);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", const_cast<char*>(hash), 0),
                               OSSL_PARAM_construct_end()};
    EVP_MAC_init(keyed_, hash_key.data(), hash_key.size(), parameters);
  }
  ~BareOpenSsl() {
    EVP_CIPHER_CTX_free(cipher_);
    EVP_MAC_CTX_free(keyed_);
    EVP_MAC_free(mac_);
  }
  void encode(std::uint8_t* packet, std::size_t begin, std::size_t end, std::size_t block) {
    int written = 0;
    EVP_CipherInit_ex2(cipher_, nullptr, nullptr, packet + begin - block, -1, nullptr);
    EVP_EncryptUpdate(cipher_, packet + begin, &written, packet + begin, static_cast<int>(end - begin));
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    std::size_t length = 0;
    EVP_MAC_init(keyed_, nullptr, 0, nullptr);
    EVP_MAC_update(keyed_, packet, end);
    EVP_MAC_final(keyed_, digest, &length, sizeof(digest));
    std::copy_n(digest, 12, packet + end);
  }

 private:
  EVP_CIPHER_CTX* cipher_;
  EVP_MAC* mac_;
  EVP_MAC_CTX* keyed_;
};

}  // namespace

TEST_CASE("channels are as fast as bare OpenSSL", "[.bench]") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  struct Suite {
    Cipher cipher;
    Hash hash;
    const char *cipher_name, *hash_name;
  };
  for (const Suite& suite : {Suite{Cipher::aes128, Hash::sha, "AES-128-CBC", "SHA1"},
                             Suite{Cipher::aes256, Hash::sha, "AES-256-CBC", "SHA1"},
                             Suite{Cipher::triple_des_outer, Hash::sha, "DES-EDE3-CBC", "SHA1"},
                             Suite{Cipher::aes128, Hash::md5, "AES-128-CBC", "MD5"}}) {
    const std::size_t block = traits(suite.cipher).block_bytes;
    const std::size_t begin = 8 + block, end = begin + payload / block * block;
    ChannelSpec cipher, hash;
    cipher.cipher = suite.cipher;
    for (std::size_t i = 0; i < traits(suite.cipher).key_bytes; ++i)
      cipher.out_key.push_back(static_cast<std::uint8_t>(i * 11 + 3));
    cipher.in_key = cipher.out_key;
    hash.hash = suite.hash;
    hash.out_key.assign(traits(suite.hash).key_bytes, 7);
    hash.in_key = hash.out_key;
    const ChannelId cipher_id = made.api.open_channel(cipher), hash_id = made.api.open_channel(hash);
    BareOpenSsl bare(suite.cipher_name, Bytes(cipher.out_key.begin(), cipher.out_key.end()), suite.hash_name,
                     Bytes(hash.out_key.begin(), hash.out_key.end()));
    std::vector<Packet> packets;
    std::vector<Job> jobs(burst);
    for (std::size_t i = 0; i < burst; ++i) {
      packets.push_back(world.pool.copy(Bytes(end + 12, 1)));
      jobs[i].packet = &*packets[i];
      jobs[i].encryption = cipher_id;
      jobs[i].authentication = hash_id;
      jobs[i].cipher_begin = static_cast<std::uint32_t>(begin);
      jobs[i].cipher_end = jobs[i].auth_end = jobs[i].icv_at = static_cast<std::uint32_t>(end);
    }
    const std::size_t bursts = suite.cipher == Cipher::triple_des_outer ? 100 : 1000;
    double ours = 1e9, theirs = 1e9;  // the best of several, interleaved
    for (std::size_t round = 0; round < rounds; ++round) {
      ours = std::min(ours, seconds([&] {
                        for (std::size_t i = 0; i < bursts; ++i) made.api.run(Direction::encode, jobs);
                      }));
      theirs = std::min(theirs, seconds([&] {
                          for (std::size_t i = 0; i < bursts; ++i)
                            for (Packet& packet : packets) bare.encode(packet->data(), begin, end, block);
                        }));
    }
    const double megabits = static_cast<double>(bursts * burst * payload) * 8 / 1e6;
    WARN(fmt::format("{}/{}: {:.0f} Mbit/s, bare OpenSSL {:.0f} Mbit/s, ratio {:.2f}", traits(suite.cipher).name,
                     traits(suite.hash).name, megabits / ours, megabits / theirs, theirs / ours));
    CHECK(theirs / ours >= 0.95);
  }
}

TEST_CASE("libgcrypt's triple DES is faster than OpenSSL's in both directions", "[.bench]") {
  const auto library = std::make_shared<const Library>();
  const auto fast = make_gcrypt_cipher(Cipher::triple_des_outer);
  const auto plain = make_evp_cipher(library, Cipher::triple_des_outer);
  if (!fast) return;
  Bytes key;
  for (std::size_t i = 0; i < 24; ++i) key.push_back(static_cast<std::uint8_t>(i * 11 + 3));
  const std::array<std::uint8_t, largest_block> iv{};
  std::vector<Bytes> texts(burst, Bytes(payload));
  for (const Direction direction : {Direction::encode, Direction::decode}) {
    const auto time = [&](const CipherEngine& engine) {
      const auto made = engine.make_key(key, direction);
      std::vector<CipherTask> tasks;
      for (Bytes& text : texts) tasks.push_back({made.get(), text.data(), text.size(), iv.data(), false});
      return seconds([&] {
        for (int i = 0; i < 20; ++i) engine.run(tasks);
      });
    };
    double ours = 1e9, theirs = 1e9;
    for (std::size_t round = 0; round < rounds; ++round) {
      ours = std::min(ours, time(*fast));
      theirs = std::min(theirs, time(*plain));
    }
    const double megabits = 20.0 * burst * payload * 8 / 1e6;
    WARN(fmt::format("3DES {}: libgcrypt {:.0f} Mbit/s, OpenSSL {:.0f} Mbit/s, ratio {:.2f}",
                     direction == Direction::encode ? "encode" : "decode", megabits / ours, megabits / theirs,
                     theirs / ours));
    CHECK(theirs / ours > 1.0);
  }
}

namespace {

/// Seconds that pass while a piece of work is done, the best of several times.
template <class Work>
double passing(double best, Work&& work) {
  const auto before = std::chrono::steady_clock::now();
  work();
  return std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
}

/// Bursts of one cipher and SHA through channels, with so many workers.
struct Gateway {
  Gateway(PacketPool& pool, Cipher cipher, std::size_t workers, std::size_t packets_of_burst) : jobs(packets_of_burst) {
    suite.set_workers(workers);
    SecretBytes key;
    for (std::size_t i = 0; i < traits(cipher).key_bytes; ++i) key.push_back(static_cast<std::uint8_t>(i * 11 + 3));
    const SecretBytes mac_key(traits(Hash::sha).key_bytes, 7);
    const ChannelId cipher_id = channels.open({.cipher = cipher, .out_key = key, .in_key = key});
    const ChannelId mac_id = channels.open({.hash = Hash::sha, .out_key = mac_key, .in_key = mac_key});
    for (Job& job : jobs) {
      packets.push_back(pool.copy(Bytes(16 + payload + 12, 1)));
      job = {.packet = &*packets.back(),
             .encryption = cipher_id,
             .authentication = mac_id,
             .cipher_begin = 16,
             .cipher_end = 16 + payload,
             .auth_end = 16 + payload,
             .icv_at = 16 + payload};
    }
  }
  void run() { channels.run(Direction::encode, jobs); }
  Suite suite;
  Channels channels{suite};
  std::vector<Packet> packets;
  std::vector<Job> jobs;
};

/// The same work without channels.
struct BareEngines {
  BareEngines(Gateway& same, Cipher cipher, const SecretBytes& key) : cipher(*same.suite.cipher(cipher, Direction::encode)) {
    cipher_key = this->cipher.make_key(key, Direction::encode);
    mac_key = mac.make_key(Bytes(traits(Hash::sha).key_bytes, 7));
    for (Packet& packet : same.packets) {
      tasks.push_back({cipher_key.get(), packet->data() + 16, payload, packet->data() + 8, false});
      macs.push_back({mac_key.get(), packet->view().first(16 + payload), {}, {}, false});
    }
  }
  void run() {
    cipher.run(tasks);
    mac.run(macs);
  }
  Suite suite;
  const CipherEngine& cipher;
  const MacEngine& mac = *suite.mac(Hash::sha);
  std::unique_ptr<CipherKey> cipher_key;
  std::unique_ptr<MacKey> mac_key;
  std::vector<CipherTask> tasks;
  std::vector<MacTask> macs;
};

}  // namespace

TEST_CASE("a worker takes its share of triple DES", "[.workers]") {
  PacketPool pool;
  for (const Cipher cipher : {Cipher::triple_des_outer, Cipher::des}) {
    for (const std::size_t size : {std::size_t{32}, limits::burst}) {
      Gateway alone(pool, cipher, 0, size), helped(pool, cipher, 1, size);
      SecretBytes key;
      for (std::size_t i = 0; i < traits(cipher).key_bytes; ++i) key.push_back(static_cast<std::uint8_t>(i * 11 + 3));
      BareEngines bare(alone, cipher, key);
      double best_alone = 1e9, best_helped = 1e9, best_bare = 1e9;
      constexpr int bursts = 100;
      for (std::size_t round = 0; round < rounds; ++round) {
        const auto time = [](double best, auto& path) {
          return passing(best, [&] {
            for (int i = 0; i < bursts; ++i) path.run();
          });
        };
        best_alone = time(best_alone, alone);
        best_helped = time(best_helped, helped);
        best_bare = time(best_bare, bare);
      }
      const double megabits = static_cast<double>(bursts * size * payload) * 8 / 1e6;
      const Workers& workers = helped.suite.workers();
      fmt::print("{}, {} packets: {:.0f} Mbit/s alone, {:.0f} Mbit/s with a worker, {:.0f} Mbit/s bare, "
                 "{} of {} by the worker\n",
                 traits(cipher).name, size, megabits / best_alone, megabits / best_helped, megabits / best_bare,
                 workers.packets[1], workers.packets[0] + workers.packets[1]);
      CHECK(best_alone / best_helped >= 1.5);
    }
  }
}
