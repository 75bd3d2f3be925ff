// What every part of ENCO knows about its algorithms; sizes and names are in enco_api.h.
#pragma once

#include <array>

#include "modules/enco/enco_api.h"

namespace arrouter::enco {

inline constexpr std::size_t cipher_count = 8;
inline constexpr std::size_t hash_count = 4;
inline constexpr std::size_t largest_block = 16;
inline constexpr std::size_t largest_digest = 20;

inline constexpr std::array<Cipher, cipher_count - 1> real_ciphers{
    Cipher::des,    Cipher::triple_des_2key, Cipher::triple_des_inner, Cipher::triple_des_outer, Cipher::aes128,
    Cipher::aes192, Cipher::aes256};
inline constexpr std::array<Hash, hash_count - 1> real_hashes{Hash::md5, Hash::sha, Hash::des_mac};

/// DES in one of its forms: the key has parity bits and may be weak.
bool uses_des(Cipher cipher);
/// Weak and semi-weak DES keys; 3DES keys that fall back to single DES (RFC 2451 2.3). Parity bits do not matter.
bool is_weak(Cipher cipher, ByteView key);
/// Makes the lowest bit of each byte such that its ones are odd (FIPS 46-3).
void set_odd_parity(ByteSpan key);

}  // namespace arrouter::enco
