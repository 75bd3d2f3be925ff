// The forms in which a key value is typed and shown: 0x and hex digits, characters, 5-bit ASCII.
#pragma once

#include "modules/enco/enco_api.h"

namespace arrouter::enco {

struct KeyTypeTraits {
  std::string_view name;  // "3DESOUTER": TYPE= but for RSA, and the screens
  std::size_t bytes;      // 0: any number
  Cipher cipher;          // null for GENERAL and RSA
};
const KeyTypeTraits& traits(KeyType type);
std::optional<KeyType> find_key_type(std::string_view name);

/// Five bits for each character of a-z without l and o, and 2-9 (reference/enco.md 1.6). The first character holds
/// the highest bits of the first byte; bits that remain after the last byte are zero.
std::string to_five_bit(ByteView value);
/// Either case; nullopt for other characters or a number of them that does not make `bytes` bytes.
std::optional<SecretBytes> from_five_bit(std::string_view text, std::size_t bytes);

/// VALUE= as the key type reads it: 0x… for all, else 5-bit ASCII for cipher keys and characters for GENERAL. DES
/// parity is set right. nullopt when the value does not fit the type.
std::optional<SecretBytes> parse_key_value(KeyType type, std::string_view text);

}  // namespace arrouter::enco
