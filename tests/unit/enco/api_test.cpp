// ENCO as its users see it: channels, bursts, keys that are refused.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "modules/enco/enco_module.h"
#include "os/base/limits.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::enco;

TEST_CASE("a packet goes through a pair of channels and back") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const Cipher cipher : {Cipher::des, Cipher::triple_des_2key, Cipher::triple_des_outer, Cipher::triple_des_inner,
                              Cipher::aes128, Cipher::aes192, Cipher::aes256}) {
    for (const Hash hash : {Hash::md5, Hash::sha, Hash::des_mac}) {
      ChannelSpec spec{.cipher = cipher};
      const Bytes key = world.random.bytes(traits(cipher).key_bytes);
      spec.out_key.assign(key.begin(), key.end());
      spec.in_key = spec.out_key;
      const ChannelId encryption = made.api.open_channel(spec);
      spec = {.hash = hash};
      spec.out_key.assign(traits(hash).key_bytes, 0x42);
      spec.in_key = spec.out_key;
      const ChannelId authentication = made.api.open_channel(spec);
      REQUIRE(encryption != 0);
      REQUIRE(authentication != 0);
      const std::uint32_t block = static_cast<std::uint32_t>(traits(cipher).block_bytes);
      const std::uint32_t icv = static_cast<std::uint32_t>(traits(hash).icv_bytes);
      const Bytes clear = world.random.bytes(8 + block + 160 + icv);
      Packet packet = world.pool.copy(clear);
      Job job{.packet = &*packet,
              .encryption = encryption,
              .authentication = authentication,
              .cipher_begin = 8 + block,
              .cipher_end = 8 + block + 160,
              .auth_begin = 0,
              .auth_end = 8 + block + 160,
              .icv_at = 8 + block + 160};
      made.api.run(Direction::encode, {&job, 1});
      REQUIRE(job.result == JobResult::good);
      CHECK(Bytes(packet->view().begin(), packet->view().end()) != clear);
      made.api.run(Direction::decode, {&job, 1});
      REQUIRE(job.result == JobResult::good);
      CHECK(std::equal(clear.begin(), clear.end() - icv, packet->view().begin()));
      packet->data()[packet->size() - 1] ^= 1;
      made.api.run(Direction::decode, {&job, 1});
      CHECK(job.result == JobResult::bad_icv);
      CHECK(std::equal(clear.begin(), clear.end() - icv, packet->view().begin()));  // nothing was decrypted
      made.api.close_channel(encryption);
      made.api.close_channel(authentication);
      made.api.run(Direction::encode, {&job, 1});
      CHECK(job.result == JobResult::failed);
    }
  }
}

namespace {

ChannelSpec aes_channel(std::size_t key_bytes = 16) {
  ChannelSpec spec;
  spec.cipher = Cipher::aes128;
  spec.out_key.assign(key_bytes, 1);
  spec.in_key.assign(key_bytes, 2);
  return spec;
}

}  // namespace

TEST_CASE("weak DES keys are known whatever their parity") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  const auto weak = [&](Cipher cipher, std::string_view key) {
    const Bytes bytes = *from_hex(key);
    CHECK((made.api.make_cbc(cipher, bytes) == nullptr) == (cipher == Cipher::des && made.api.weak_key(cipher, bytes)));
    return made.api.weak_key(cipher, bytes);
  };
  for (const char* key :
       {"0101010101010101", "fefefefefefefefe", "1f1f1f1f0e0e0e0e", "e0e0e0e0f1f1f1f1", "01fe01fe01fe01fe",
        "fe01fe01fe01fe01", "1fe01fe00ef10ef1", "e01fe01ff10ef10e", "01e001e001f101f1", "e001e001f101f101",
        "1ffe1ffe0efe0efe", "fe1ffe1ffe0efe0e", "011f011f010e010e", "1f011f010e010e01", "e0fee0fef1fef1fe",
        "fee0fee0fef1fef1", "0000000000000000", "ffffffffffffffff"})
    CHECK(weak(Cipher::des, key));
  CHECK_FALSE(weak(Cipher::des, "0101010101010102"));
  CHECK_FALSE(weak(Cipher::des, "0123456789abcdef"));
  CHECK(weak(Cipher::triple_des_2key, "0123456789abcdef0022446688aaccee"));
  CHECK_FALSE(weak(Cipher::triple_des_2key, "0123456789abcdeffedcba9876543210"));
  const std::string a = "0123456789abcdef", b = "fedcba9876543210";
  CHECK(weak(Cipher::triple_des_outer, a + a + b));
  CHECK(weak(Cipher::triple_des_inner, a + b + b));
  CHECK_FALSE(weak(Cipher::triple_des_outer, a + b + a));
  CHECK_FALSE(weak(Cipher::aes128, "00000000000000000000000000000000"));
}

TEST_CASE("keys of a wrong length make nothing") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const Cipher cipher : {Cipher::des, Cipher::triple_des_2key, Cipher::triple_des_outer, Cipher::triple_des_inner,
                              Cipher::aes128, Cipher::aes192, Cipher::aes256}) {
    const std::size_t right = traits(cipher).key_bytes;
    for (const std::size_t length : {std::size_t{0}, right - 1, right + 1}) {
      CHECK(made.api.make_cbc(cipher, world.random.bytes(length)) == nullptr);
      ChannelSpec spec = aes_channel(length);
      spec.cipher = cipher;
      CHECK(made.api.open_channel(spec) == 0);
    }
    CHECK(made.api.make_cbc(cipher, world.random.bytes(right)) != nullptr);
    CHECK(made.api.available(cipher));
  }
  CHECK(made.api.make_cbc(Cipher::null, {}) == nullptr);
  CHECK(made.api.open_channel(ChannelSpec{}) == 0);
  ChannelSpec spec;
  spec.hash = Hash::sha;
  spec.out_key.assign(20, 1);
  spec.in_key.assign(19, 1);
  CHECK(made.api.open_channel(spec) == 0);
}

TEST_CASE("bursts over hundreds of channels use each packet's own keys") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  constexpr std::size_t pairs = 300;  // more than a processor is expected to have at hand
  const auto random_key = [&](std::size_t bytes) {
    const Bytes key = world.random.bytes(bytes);
    return SecretBytes(key.begin(), key.end());
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    ChannelSpec cipher{.cipher = Cipher::aes128}, hash{.hash = Hash::sha};
    cipher.in_key = cipher.out_key = random_key(16);
    hash.in_key = hash.out_key = random_key(20);
    REQUIRE(made.api.open_channel(cipher) == 2 * i + 1);
    REQUIRE(made.api.open_channel(hash) == 2 * i + 2);
  }
  constexpr std::uint32_t clear_bytes = 96, icv_bytes = 12;
  const Bytes clear = world.random.bytes(clear_bytes + icv_bytes);
  std::vector<Packet> packets;
  std::vector<Job> jobs;
  const auto run = [&](Direction direction) {
    for (std::size_t i = 1; i <= jobs.size(); ++i) made.api.expect(direction, std::span(jobs).first(i));
    made.api.run(direction, jobs);
  };
  for (std::size_t i = 0; i < limits::burst; ++i) {
    packets.push_back(world.pool.copy(clear));
    const auto pair = static_cast<ChannelId>(i * 37 % pairs);
    jobs.push_back({.packet = &*packets.back(), .encryption = 2 * pair + 1, .authentication = 2 * pair + 2,
                    .cipher_begin = 16, .cipher_end = clear_bytes, .auth_begin = 0, .auth_end = clear_bytes,
                    .icv_at = clear_bytes});
  }
  jobs[5].encryption = 65000;  // there is none
  run(Direction::encode);
  CHECK(jobs[5].result == JobResult::failed);
  std::set<Bytes> sealed;
  for (const Packet& packet : packets) sealed.insert(Bytes(packet->view().begin(), packet->view().end()));
  CHECK(sealed.size() == limits::burst);  // of one text: no two had a key in common
  run(Direction::decode);
  for (std::size_t i = 0; i < limits::burst; ++i) {
    CAPTURE(i);
    CHECK(jobs[i].result == (i == 5 ? JobResult::failed : JobResult::good));
    CHECK(std::ranges::equal(packets[i]->view().first(clear_bytes), ByteView(clear).first(clear_bytes)));
  }
}

TEST_CASE("channels have a limit and use the lowest free number") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (std::size_t i = 1; i <= limits::enco_channels; ++i) REQUIRE(made.api.open_channel(aes_channel()) == i);
  CHECK(made.api.open_channel(aes_channel()) == 0);
  made.api.close_channel(17);
  made.api.close_channel(17);
  made.api.close_channel(5);
  CHECK(made.api.open_channel(aes_channel()) == 5);
  CHECK(made.api.open_channel(aes_channel()) == 17);
  CHECK(made.api.open_channel(aes_channel()) == 0);
  made.api.close_channel(0);
  made.api.close_channel(70000);
}

TEST_CASE("jobs that do not fit their packet are results, not accesses") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  const ChannelId cipher = made.api.open_channel(aes_channel());
  ChannelSpec spec;
  spec.hash = Hash::sha;
  spec.out_key.assign(20, 1);
  spec.in_key.assign(20, 1);
  const ChannelId hash = made.api.open_channel(spec);
  Packet packet = world.pool.copy(Bytes(100));
  const auto result = [&](Job job) {
    job.packet = &*packet;
    made.api.run(Direction::encode, {&job, 1});
    return job.result;
  };
  const auto with_cipher = [&](std::uint32_t begin, std::uint32_t end) {
    Job job;
    job.encryption = cipher;
    job.cipher_begin = begin;
    job.cipher_end = end;
    return result(job);
  };
  const auto with_hash = [&](std::uint32_t begin, std::uint32_t end, std::uint32_t icv) {
    Job job;
    job.authentication = hash;
    job.auth_begin = begin;
    job.auth_end = end;
    job.icv_at = icv;
    return result(job);
  };
  CHECK(with_cipher(16, 96) == JobResult::good);
  CHECK(with_cipher(20, 100) == JobResult::good);
  CHECK(with_cipher(16, 16) == JobResult::good);         // nothing to do
  CHECK(with_cipher(15, 31) == JobResult::bad_length);   // no room for the IV
  CHECK(with_cipher(16, 97) == JobResult::bad_length);   // half a block
  CHECK(with_cipher(21, 101) == JobResult::bad_length);  // beyond the packet
  CHECK(with_cipher(48, 32) == JobResult::bad_length);
  CHECK(with_cipher(0xfffffff0, 0) == JobResult::bad_length);
  CHECK(with_hash(0, 88, 88) == JobResult::good);
  CHECK(with_hash(0, 88, 89) == JobResult::bad_length);
  CHECK(with_hash(0, 101, 0) == JobResult::bad_length);
  CHECK(with_hash(0, 10, 0xffffffff) == JobResult::bad_length);
  CHECK(with_hash(10, 9, 88) == JobResult::bad_length);
  Job job;
  job.encryption = hash;  // a channel of the wrong kind
  job.cipher_begin = job.cipher_end = 16;
  CHECK(result(job) == JobResult::failed);
  job.encryption = 0;
  job.authentication = cipher;
  CHECK(result(job) == JobResult::failed);
  job.packet = nullptr;
  made.api.run(Direction::encode, {&job, 1});
  CHECK(job.result == JobResult::failed);
}

TEST_CASE("a burst may be longer than a slice and mix algorithms and faults") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  std::vector<ChannelId> ciphers, hashes;
  for (const Cipher cipher : {Cipher::aes128, Cipher::triple_des_outer}) {
    ChannelSpec spec = aes_channel(traits(cipher).key_bytes);
    spec.cipher = cipher;
    for (std::size_t i = 0; i < spec.out_key.size(); ++i) spec.out_key[i] = static_cast<std::uint8_t>(3 * i);
    spec.in_key = spec.out_key;
    ciphers.push_back(made.api.open_channel(spec));
  }
  for (const Hash hash : {Hash::sha, Hash::md5}) {
    ChannelSpec spec;
    spec.hash = hash;
    spec.out_key.assign(traits(hash).key_bytes, 9);
    spec.in_key = spec.out_key;
    hashes.push_back(made.api.open_channel(spec));
  }
  constexpr std::size_t count = 3 * limits::burst + 5;
  std::vector<Packet> packets;
  std::vector<Job> jobs(count);
  for (std::size_t i = 0; i < count; ++i) {
    packets.push_back(world.pool.copy(Bytes(120, static_cast<std::uint8_t>(i))));
    jobs[i].packet = &*packets[i];
    jobs[i].encryption = i % 7 == 0 ? 0 : ciphers[i / 3 % 2];
    jobs[i].authentication = i % 5 == 0 ? 0 : hashes[i / 2 % 2];
    jobs[i].cipher_begin = 24;
    jobs[i].cipher_end = 104;
    jobs[i].auth_end = 104;
    jobs[i].icv_at = 104;
  }
  jobs[53].auth_end = 121;
  jobs[51].encryption = 999;
  made.api.run(Direction::encode, jobs);
  packets[52]->data()[30] ^= 1;
  made.api.run(Direction::decode, jobs);
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    if (i == 53) {
      CHECK(jobs[i].result == JobResult::bad_length);
    } else if (i == 51) {
      CHECK(jobs[i].result == JobResult::failed);
    } else if (i == 52) {
      CHECK(jobs[i].result == JobResult::bad_icv);
    } else {
      CHECK(jobs[i].result == JobResult::good);
      CHECK(packets[i]->view()[60] == static_cast<std::uint8_t>(i));
    }
  }
}

TEST_CASE("bytes outside the packet may be authenticated with it") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  ChannelSpec spec;
  spec.hash = Hash::md5;
  spec.out_key.assign(16, 9);
  spec.in_key = spec.out_key;
  const ChannelId hash = made.api.open_channel(spec);
  const Bytes extra{1, 2, 3, 4}, text(20, 7);
  Packet packet = world.pool.copy(Bytes(32, 7));
  Job job;
  job.packet = &*packet;
  job.authentication = hash;
  job.auth_end = job.icv_at = 20;
  job.auth_extra = extra;
  made.api.run(Direction::encode, {&job, 1});
  const std::array<ByteView, 2> parts{text, extra};
  const SecretBytes whole = made.api.hmac(Hash::md5, spec.out_key, parts);
  CHECK(std::equal(whole.begin(), whole.begin() + 12, packet->view().begin() + 20));
}

TEST_CASE("a password digest is its salt and MD5 over salt and password") {
  CHECK(password_digest("friend", 0x3a) == "3a8d586f7031517ba2d023f0186e508092");
  CHECK(password_digest("", 0).size() == 34);
}
