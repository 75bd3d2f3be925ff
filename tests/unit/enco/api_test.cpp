// ENCO as its users see it: jobs, channels, keys that are refused.
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::enco;

TEST_CASE("two sides agree on a Diffie-Hellman secret in every group") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const Group group : {Group::modp512, Group::modp768, Group::modp1024}) {
    auto owner = std::make_shared<int>(0);
    std::optional<DhPair> a, b;
    made.api.dh_generate(group, 160, owner, [&](auto pair) { a = std::move(pair); });
    made.api.dh_generate(group, 1023, owner, [&](auto pair) { b = std::move(pair); });
    CHECK_FALSE(a);  // never inside the call
    world.time.advance(std::chrono::seconds(1));
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->public_value.size() == group_bytes(group));
    CHECK(a->exponent.size() == 20);
    std::optional<SecretBytes> ab, ba;
    made.api.dh_shared(*a, b->public_value, owner, [&](auto value) { ab = std::move(value); });
    made.api.dh_shared(*b, a->public_value, owner, [&](auto value) { ba = std::move(value); });
    world.time.advance(std::chrono::seconds(1));
    REQUIRE(ab);
    CHECK(ab->size() == group_bytes(group));
    CHECK(ab == ba);
  }
}

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
      Job job{.packet = &*packet, .encryption = encryption, .authentication = authentication,
              .cipher_begin = 8 + block, .cipher_end = 8 + block + 160, .auth_begin = 0, .auth_end = 8 + block + 160,
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
