// Key derivation against an independent computation: Python's hmac and hashlib with the inputs below, by the formulas
// of RFC 2409 5, 5.5 and appendix B (prf(k, x) = hmac.new(k, x, hash), K1 = prf(SKEYID_e, 0), and so on).
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "modules/isakmp/keys.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::isakmp;

namespace {

struct Expected {
  enco::Hash hash;
  enco::Cipher cipher;
  std::string skeyid, skeyid_d, skeyid_a, skeyid_e, cipher_key, iv, hash_i, hash_r, phase2_iv, hash_1, hash_2, hash_3,
      keymat, keymat_pfs;
};
const Expected expected_values[] = {
    {enco::Hash::sha, enco::Cipher::triple_des_outer,
     "b896a3fdf5f5e38f74450e8e4a439972489356df",
     "3c813994ca2ba04961a9f7cecdd32b3716a9b3b2",
     "e4e90dd3290c7666b7f530f6c71f6accfd805da2",
     "1f8fa6c0b0e3b82da578a6a68509ba3bf66be5cc",
     "68f40ff7a753090600d374ec6e941eec5cba7e99d1c6a7e4",
     "8f95fc45e51a98c5",
     "a7eb138e33ece962fa05b16d9fc0082f07970b70",
     "9a1475d1a70702f197364fedc35e3ebd6b3bac96",
     "fe7279d95d66f1fa",
     "733274b6ff2174de80d0002e7802c4d2ddf5ffd6",
     "0066bcc400fdab0ad0d038344ebc5e4c71c73c52",
     "eebaba82cebbb5a0d324221d03678dec6a9f4706",
     "a36e6153d14126bec06fd41e74bacac4c3c308b1917af146a153030942e8c3f3f066763aea01a54ab82b4b06",
     "34e03964dc0ea4c604e60f58cc597e855dfe9b26ac06824a57ab3cd212e27f794245c4d899ad0a9cfd6a2110"},
    {enco::Hash::md5, enco::Cipher::aes256,
     "49e933a89de6c80112666611c9255850",
     "20203a908f2f28593e3ac05986c17838",
     "c244c62705b7786a6b9338f4afb5f036",
     "aef14e6ad7ff8c99cdef1a0d1f138869",
     "2457fea2496d5d18ec8c002839b1a84043c5adeb3531515df2855dd5bb124e0f",
     "c6623f71e5e34b8fc316a3605e9ae3fa",
     "b9bdeb5f95f35e05f92e0e3379b97c9f",
     "858cf6773a05c94275174ceedc05a9fd",
     "52ffa73805c2e85e83305491986bffc8",
     "3378edf5aa8f34149646521a233e3a83",
     "257f7c888d5248dc6f1402d831600c47",
     "c24f72200b56f377e2cde4cf85fe747f",
     "4b396d19e52f58184fbe0b8875d6c7d7efeb44678447d941acea00279da45cbfdee19bbb66d19b5e7d13f137",
     "c1399996041a1fc358594cd9133c73cb105954395579b44978154a0d8acc1bcf02d52d31413f5b0f6561b75a"}};

// value(i) = i * factor + offset, modulo 256
Bytes ramp(std::size_t length, unsigned factor, unsigned offset) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * factor + offset);
  return bytes;
}

}  // namespace

TEST_CASE("keys, hashes and IVs are those of RFC 2409") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  const Bytes nonce_i = ramp(20, 1, 0), nonce_r = ramp(20, 1, 100);
  const Bytes public_i = ramp(96, 3, 1), public_r = ramp(96, 5, 2), shared = ramp(96, 7, 3);
  const Bytes id_i{1, 0, 0, 0, 100, 100, 100, 1}, id_r{1, 0, 0, 0, 200, 200, 200, 1};
  const ByteView sa = as_bytes("SA payload body"), rest = as_bytes("rest");
  constexpr std::uint32_t message_id = 0xa1b2c3d4, spi = 0x0a0b0c0d;
  for (const Expected& expected : expected_values) {
    const Phase1Inputs inputs{expected.hash, expected.cipher, 0x0102030405060708, 0x1112131415161718, nonce_i,
                              nonce_r,       public_i,        public_r,           shared};
    const Phase1Keys keys = derive_preshared(made.api, as_bytes("sharedsecret"), inputs);
    CHECK(to_hex(keys.skeyid) == expected.skeyid);
    CHECK(to_hex(keys.skeyid_d) == expected.skeyid_d);
    CHECK(to_hex(keys.skeyid_a) == expected.skeyid_a);
    CHECK(to_hex(keys.skeyid_e) == expected.skeyid_e);
    CHECK(to_hex(keys.cipher_key) == expected.cipher_key);
    CHECK(to_hex(keys.initial_iv) == expected.iv);
    CHECK(to_hex(authentication_hash(made.api, keys, inputs, true, sa, id_i)) == expected.hash_i);
    CHECK(to_hex(authentication_hash(made.api, keys, inputs, false, sa, id_r)) == expected.hash_r);
    CHECK(to_hex(phase2_iv(made.api, expected.hash, expected.cipher, keys.initial_iv, message_id)) ==
          expected.phase2_iv);
    CHECK(to_hex(message_hash(made.api, expected.hash, keys.skeyid_a, message_id, {}, rest)) == expected.hash_1);
    CHECK(to_hex(message_hash(made.api, expected.hash, keys.skeyid_a, message_id, nonce_i, rest)) == expected.hash_2);
    CHECK(to_hex(final_hash(made.api, expected.hash, keys.skeyid_a, message_id, nonce_i, nonce_r)) == expected.hash_3);
    CHECK(to_hex(keymat(made.api, expected.hash, keys.skeyid_d, {}, Protocol::esp, spi, nonce_i, nonce_r, 44)) ==
          expected.keymat);
    CHECK(to_hex(keymat(made.api, expected.hash, keys.skeyid_d, shared, Protocol::esp, spi, nonce_i, nonce_r, 44)) ==
          expected.keymat_pfs);
  }
}
