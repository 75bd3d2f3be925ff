// One or two published results per algorithm, checked each time a router starts: builds of the libraries differ, and a
// cipher that silently computes something else would be worse than none. tests/vectors has the full sets.
#include <algorithm>

#include "modules/enco/suite.h"

namespace arrouter::enco {

namespace {

struct CipherVector {
  Cipher cipher;
  std::string_view key, iv, plain, coded;  // hex
};

constexpr std::string_view fips81_iv = "1234567890abcdef";
constexpr std::string_view fips81_plain =
    "4e6f77206973207468652074696d6520666f7220616c6c20";  // "Now is the time for all "
constexpr std::string_view fips81_coded = "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6";
constexpr std::string_view sp800_67_key = "0123456789abcdef23456789abcdef01456789abcdef0123";
constexpr std::string_view zero_iv = "0000000000000000";
constexpr std::string_view sp800_38a_iv = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view sp800_38a_plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";

// FIPS 81 table C1, which triple DES of every kind must repeat when its keys are equal; SP 800-67 appendix B.1, whose
// first block tells the order of three keys; TCBCMMT3.rsp count 1, which tells outer from inner chaining;
// SP 800-38A F.2.
constexpr CipherVector cipher_vectors[] = {
    {Cipher::des, "0123456789abcdef", fips81_iv, fips81_plain, fips81_coded},
    {Cipher::triple_des_2key, "0123456789abcdef0123456789abcdef", fips81_iv, fips81_plain, fips81_coded},
    {Cipher::triple_des_outer, "0123456789abcdef0123456789abcdef0123456789abcdef", fips81_iv, fips81_plain,
     fips81_coded},
    {Cipher::triple_des_outer, sp800_67_key, zero_iv, "5468652071756663", "a826fd8ce53b855f"},
    {Cipher::triple_des_outer, "a49d7564199e97cb529d2c9d97bf2f98d35edf57ba1f7358", "c2e999cb6249023c",
     "c689aee38a301bb316da75db36f110b5", "e9afaba5ec75ea1bbe65506655bb4ecb"},
    {Cipher::triple_des_inner, "0123456789abcdef0123456789abcdef0123456789abcdef", fips81_iv, fips81_plain,
     fips81_coded},
    {Cipher::triple_des_inner, sp800_67_key, zero_iv, "5468652071756663", "a826fd8ce53b855f"},
    {Cipher::aes128, "2b7e151628aed2a6abf7158809cf4f3c", sp800_38a_iv, sp800_38a_plain,
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
    {Cipher::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", sp800_38a_iv, sp800_38a_plain,
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"},
    {Cipher::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", sp800_38a_iv, sp800_38a_plain,
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
};

struct MacVector {
  Hash hash;
  std::string_view key, text;  // as they are
  std::string_view digest;     // hex
};

// RFC 2202 test case 2; FIPS 113 appendix 2.
constexpr MacVector mac_vectors[] = {
    {Hash::md5, "Jefe", "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"},
    {Hash::sha, "Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {Hash::des_mac, "\x01\x23\x45\x67\x89\xab\xcd\xef", "7654321 Now is the time for ", "f1d30f6849312ca4"},
};

/// RFC 1321 A.5 and FIPS 180-4: the hash of "abc".
std::string_view digest_of_abc(Hash hash) {
  return hash == Hash::md5 ? "900150983cd24fb0d6963f7d28e17f72" : "a9993e364706816aba3e25717850c26c9cd0d89d";
}

struct CompressionVector {
  Compression compression;
  std::string_view text;    // as it is
  std::string_view packed;  // hex
};

constexpr std::string_view foxes =
    "the quick brown fox, the quick brown dog, the lazy brown fox, the lazy brown dog";

// QIC-122 appendix A, the format that ANSI X3.241 and RFC 2395 took over. RFC 7692 7.2.3.3 and 7.2.3.4: a stored block of
// DEFLATE and one with fixed codes, one behind the other; RFC 1951 has no example, and neither for dynamic codes: that
// one was written by zlib and read by BusyBox, which has a decoder of its own.
constexpr CompressionVector compression_vectors[] = {
    {Compression::lzs, "ABAAAAAACABABABA", "209088381c21e25c1580"},
    {Compression::deflate, "HelloHello", "000500faff48656c6c6ff348cdc9c90700"},
    {Compression::deflate, foxes,
     "05c1870d00210c04b0556e0096a284a24739118128d3bf3dab60ac163f04e356641e87590563b5f82118b722b138cc2ae8fe5d04e356641e87"
     "5905ddbf8b60dc8ac4f203"},
};

/// An engine that works buffers side by side is asked for more than it has lanes, and for one.
constexpr std::size_t several = 17;

bool gives(const CipherEngine& engine, Direction direction, const CipherVector& vector, std::size_t count) {
  const bool encode = direction == Direction::encode;
  const Bytes iv = *from_hex(vector.iv);
  const auto key = engine.make_key(*from_hex(vector.key), direction);
  if (!key) return false;
  std::vector<Bytes> texts(count, *from_hex(encode ? vector.plain : vector.coded));
  std::vector<CipherTask> tasks;
  for (Bytes& text : texts) tasks.push_back({key.get(), text.data(), text.size(), iv.data(), false});
  engine.run(tasks);
  const Bytes wanted = *from_hex(encode ? vector.coded : vector.plain);
  return std::all_of(tasks.begin(), tasks.end(), [](const CipherTask& task) { return task.good; }) &&
         std::all_of(texts.begin(), texts.end(), [&](const Bytes& text) { return text == wanted; });
}

bool gives(const CipherEngine& engine, const CipherVector& vector) {
  for (const Direction direction : {Direction::encode, Direction::decode})
    for (const std::size_t count : {std::size_t{1}, several})
      if (!gives(engine, direction, vector, count)) return false;
  return true;
}

bool gives(const MacEngine& engine, const MacVector& vector, std::size_t count) {
  const auto key = engine.make_key(as_bytes(vector.key));
  if (!key) return false;
  std::vector<MacTask> tasks(count);
  for (MacTask& task : tasks) {
    task.key = key.get();
    task.first = as_bytes(vector.text);
  }
  engine.run(tasks);
  return std::all_of(tasks.begin(), tasks.end(), [&](const MacTask& task) {
    return task.good && to_hex(ByteView(task.digest).first(traits(vector.hash).digest_bytes)) == vector.digest;
  });
}

bool expands(Compressor& compressor, ByteView packed, std::string_view text) {
  Bytes out(text.size());
  const auto length = compressor.expand(packed, out);
  return length == text.size() && std::ranges::equal(out, as_bytes(text)) &&
         !compressor.expand(packed, ByteSpan(out).first(text.size() - 1)) &&
         !compressor.expand(packed.first(packed.size() - 1), out);
}

/// The same text has many streams: a compressor's own must be short and come back, one text after the other.
bool comes_back(Compressor& compressor, std::string_view text) {
  std::string long_text;
  for (int i = 0; i < 8; ++i) long_text += text;
  Bytes out(long_text.size() / 2);
  const auto length = compressor.compress(as_bytes(long_text), out);
  return length && expands(compressor, ByteView(out).first(*length), long_text);
}

}  // namespace

bool passes_self_test(Compression compression, Compressor& compressor) {
  return std::ranges::all_of(compression_vectors, [&](const CompressionVector& vector) {
    return vector.compression != compression ||
           (expands(compressor, *from_hex(vector.packed), vector.text) && comes_back(compressor, vector.text));
  });
}

bool passes_self_test(Cipher cipher, const CipherEngine& engine) {
  return std::all_of(std::begin(cipher_vectors), std::end(cipher_vectors),
                     [&](const CipherVector& vector) { return vector.cipher != cipher || gives(engine, vector); });
}

bool passes_self_test(Hash hash, const MacEngine& engine) {
  for (const MacVector& vector : mac_vectors)
    if (vector.hash == hash && !(gives(engine, vector, 1) && gives(engine, vector, several))) return false;
  if (hash == Hash::des_mac) return true;
  const ByteView abc = as_bytes("abc");
  std::array<std::uint8_t, largest_digest> digest{};
  return engine.hash({&abc, 1}, digest.data()) &&
         to_hex(ByteView(digest).first(traits(hash).digest_bytes)) == digest_of_abc(hash);
}

}  // namespace arrouter::enco
