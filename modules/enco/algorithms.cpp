// What every part of ENCO knows about its algorithms: names, sizes, weak keys.
#include "modules/enco/algorithms.h"

#include <algorithm>
#include <array>
#include <bit>

namespace arrouter::enco {

namespace {

constexpr std::array<CipherTraits, cipher_count> cipher_traits{{
    {"NULL", 0, 1},
    {"DES", 8, 8},
    {"3DES2KEY", 16, 8},
    {"3DESOUTER", 24, 8},
    {"3DESINNER", 24, 8},
    {"AES128", 16, 16},
    {"AES192", 24, 16},
    {"AES256", 32, 16},
}};

constexpr std::array<HashTraits, hash_count> hash_traits{{
    {"NULL", 0, 0, 0},
    {"MD5", 16, 12, 16},
    {"SHA", 20, 12, 20},
    {"DESMAC", 8, 8, 8},
}};

constexpr std::size_t des_key_bytes = 8;

/// The four weak and twelve semi-weak DES keys (RFC 2409 appendix A; FIPS 74 3.6), with odd parity.
constexpr std::array<std::uint64_t, 16> weak_des_keys{
    0x0101010101010101, 0xfefefefefefefefe, 0x1f1f1f1f0e0e0e0e, 0xe0e0e0e0f1f1f1f1,
    0x01fe01fe01fe01fe, 0xfe01fe01fe01fe01, 0x1fe01fe00ef10ef1, 0xe01fe01ff10ef10e,
    0x01e001e001f101f1, 0xe001e001f101f101, 0x1ffe1ffe0efe0efe, 0xfe1ffe1ffe0efe0e,
    0x011f011f010e010e, 0x1f011f010e010e01, 0xe0fee0fef1fef1fe, 0xfee0fee0fef1fef1,
};
constexpr std::uint64_t without_parity = 0xfefefefefefefefe;

std::uint64_t des_part(ByteView key, std::size_t index) {
  return load_be64(key.data() + index * des_key_bytes) & without_parity;
}

bool weak_des(std::uint64_t key) {
  return std::any_of(weak_des_keys.begin(), weak_des_keys.end(),
                     [&](std::uint64_t weak) { return (weak & without_parity) == key; });
}

}  // namespace

const CipherTraits& traits(Cipher cipher) { return cipher_traits[static_cast<std::size_t>(cipher)]; }
const HashTraits& traits(Hash hash) { return hash_traits[static_cast<std::size_t>(hash)]; }

std::string_view name(Compression compression) {
  switch (compression) {
    case Compression::none:
      break;
    case Compression::lzs:
      return "LZS";
    case Compression::deflate:
      return "DEFLATE";
  }
  return "NONE";
}

bool uses_des(Cipher cipher) { return traits(cipher).block_bytes == des_key_bytes; }

bool is_weak(Cipher cipher, ByteView key) {
  if (!uses_des(cipher) || key.size() != traits(cipher).key_bytes) return false;
  const std::uint64_t first = des_part(key, 0);
  if (cipher == Cipher::des) return weak_des(first);
  // Two equal neighbours undo each other and leave single DES (RFC 2451 2.3).
  const std::uint64_t second = des_part(key, 1);
  return first == second || (cipher != Cipher::triple_des_2key && second == des_part(key, 2));
}

void set_odd_parity(ByteSpan key) {
  for (std::uint8_t& octet : key) {
    const bool even = std::popcount(static_cast<unsigned>(octet & 0xfe)) % 2 == 0;
    octet = static_cast<std::uint8_t>((octet & 0xfe) | (even ? 1 : 0));
  }
}

}  // namespace arrouter::enco
