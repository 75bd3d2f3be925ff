#include "modules/enco/key_text.h"

#include <algorithm>
#include <array>

#include "modules/enco/algorithms.h"
#include "modules/enco/keys.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::array<KeyTypeTraits, 10> key_types{{
    {"DES", 8, Cipher::des},
    {"3DES2KEY", 16, Cipher::triple_des_2key},
    {"3DESOUTER", 24, Cipher::triple_des_outer},
    {"3DESINNER", 24, Cipher::triple_des_inner},
    {"AES128", 16, Cipher::aes128},
    {"AES192", 24, Cipher::aes192},
    {"AES256", 32, Cipher::aes256},
    {"GENERAL", 0, Cipher::null},
    {"RSA-PRIVATE", 0, Cipher::null},
    {"RSA-PUBLIC", 0, Cipher::null},
}};

constexpr std::string_view five_bit_alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr unsigned symbol_bits = 5;

std::optional<SecretBytes> parse_hex(std::string_view digits) {
  auto bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  SecretBytes value(bytes->begin(), bytes->end());
  wipe(bytes->data(), bytes->size());
  return value;
}

}  // namespace

const KeyTypeTraits& traits(KeyType type) { return key_types[static_cast<std::size_t>(type)]; }

std::optional<KeyType> find_key_type(std::string_view name) {
  const auto found = std::find_if(key_types.begin(), key_types.end(),
                                  [&](const KeyTypeTraits& type) { return equal_ignoring_case(type.name, name); });
  if (found == key_types.end()) return std::nullopt;
  return static_cast<KeyType>(found - key_types.begin());
}

std::string to_five_bit(ByteView value) {
  std::string text;
  unsigned buffer = 0, bits = 0;
  for (const std::uint8_t octet : value) {
    buffer = (buffer << 8 | octet) & 0xfff;
    for (bits += 8; bits >= symbol_bits; bits -= symbol_bits)
      text += five_bit_alphabet[buffer >> (bits - symbol_bits) & 31];
  }
  if (bits > 0) text += five_bit_alphabet[buffer << (symbol_bits - bits) & 31];
  return text;
}

std::optional<SecretBytes> from_five_bit(std::string_view text, std::size_t bytes) {
  if (text.size() != (bytes * 8 + symbol_bits - 1) / symbol_bits) return std::nullopt;
  SecretBytes value;
  value.reserve(bytes);
  unsigned buffer = 0, bits = 0;
  for (const char symbol : to_lower(text)) {
    const auto at = five_bit_alphabet.find(symbol);
    if (at == std::string_view::npos) return std::nullopt;
    buffer = (buffer << symbol_bits | static_cast<unsigned>(at)) & 0xfff;
    bits += symbol_bits;
    if (bits < 8) continue;
    bits -= 8;
    value.push_back(static_cast<std::uint8_t>(buffer >> bits));
  }
  return value;
}

std::optional<SecretBytes> parse_key_value(KeyType type, std::string_view text) {
  const std::size_t wanted = traits(type).bytes;
  std::optional<SecretBytes> value;
  if (starts_with_ignoring_case(text, "0x")) {
    value = parse_hex(text.substr(2));
  } else if (type == KeyType::general) {
    value.emplace(text.begin(), text.end());
  } else {
    value = from_five_bit(text, wanted);
  }
  if (!value || value->empty() || value->size() > largest_key || (wanted != 0 && value->size() != wanted))
    return std::nullopt;
  if (uses_des(traits(type).cipher)) set_odd_parity(*value);
  return value;
}

}  // namespace arrouter::enco
