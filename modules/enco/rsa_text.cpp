#include "modules/enco/rsa_text.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "modules/enco/der.h"
#include "modules/enco/library.h"
#include "modules/enco/rsa.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

using Number = std::unique_ptr<BIGNUM, Releaser<BN_free>>;

constexpr std::array<std::string_view, 3> format_names{"HEX", "NIQ", "SSH"};
constexpr std::size_t hex_line = 64, pem_line = 64;
constexpr std::size_t longest_decimal = 1300;  // digits; 4096 bits have 1234
constexpr std::string_view ssh_name = "ssh-rsa";
constexpr std::string_view public_label = "PUBLIC KEY", private_label = "PRIVATE KEY";

// ---- base64 and PEM ----------------------------------------------------------------------------------------------

template <class Container>
void put_text(Container& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

SecretBytes base64(ByteView bytes) {
  SecretBytes text((bytes.size() + 2) / 3 * 4 + 1);  // the library ends it with a zero
  text.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()))));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  Bytes bytes(text.size() / 4 * 3);
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  const auto padding = static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '='));
  if (length < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

SecretBytes pem(std::string_view label, ByteView der) {
  SecretBytes out;
  put_text(out, fmt::format("-----BEGIN {}-----\n", label));
  const SecretBytes text = base64(der);
  for (std::size_t at = 0; at < text.size(); at += pem_line) {
    const ByteView line = ByteView(text).subspan(at, std::min(pem_line, text.size() - at));
    out.insert(out.end(), line.begin(), line.end());
    out.push_back('\n');
  }
  put_text(out, fmt::format("-----END {}-----\n", label));
  return out;
}

/// AlgorithmIdentifier rsaEncryption (RFC 8017 C).
template <class Container>
void put_algorithm(Container& out) {
  static constexpr std::array<std::uint8_t, 9> rsa_encryption{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
  Bytes content;
  der::put(content, der::object_id, rsa_encryption);
  der::put(content, der::null, {});
  der::put(out, der::sequence, content);
}

std::string without_blanks(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  return kept;
}

// ---- the three forms ----------------------------------------------------------------------------------------------

std::string to_hex_lines(const RsaPublicKey& key) {
  const std::string digits = to_hex(encode_rsa_public(key));
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += hex_line) text += digits.substr(at, hex_line) + "\n";
  return text;
}

std::optional<RsaPublicKey> from_hex_lines(std::string_view text) {
  std::string digits = without_blanks(text);
  if (starts_with_ignoring_case(digits, "0x")) digits.erase(0, 2);
  const auto bytes = from_hex(digits);
  return bytes ? decode_rsa_public(*bytes) : std::nullopt;
}

std::string to_public_pem(const RsaPublicKey& key) {
  Bytes bits{0}, content, whole;  // no unused bits
  const Bytes inner = encode_rsa_public(key);
  bits.insert(bits.end(), inner.begin(), inner.end());
  put_algorithm(content);
  der::put(content, der::bit_string, bits);
  der::put(whole, der::sequence, content);
  const SecretBytes text = pem(public_label, whole);
  return {text.begin(), text.end()};
}

std::optional<RsaPublicKey> from_public_pem(std::string_view text) {
  const std::string begin = fmt::format("-----BEGIN {}-----", public_label);
  const std::string end = fmt::format("-----END {}-----", public_label);
  const auto from = text.find(begin), to = text.find(end);
  if (from == std::string_view::npos || to == std::string_view::npos || to < from) return std::nullopt;
  const auto bytes = from_base64(without_blanks(text.substr(from + begin.size(), to - from - begin.size())));
  if (!bytes) return std::nullopt;
  der::Reader outer(*bytes);
  der::Reader inner(outer.take(der::sequence));
  Bytes algorithm, wanted;
  const ByteView identifier = inner.take(der::sequence);
  der::put(algorithm, der::sequence, identifier);
  put_algorithm(wanted);
  const ByteView bits = inner.take(der::bit_string);
  if (!outer.at_end() || !inner.at_end() || algorithm != wanted || bits.empty() || bits[0] != 0) return std::nullopt;
  return decode_rsa_public(bits.subspan(1));
}

std::optional<Bytes> from_decimal(std::string_view digits) {
  const bool all_digits =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits || digits.size() > longest_decimal) return std::nullopt;
  BIGNUM* made = nullptr;
  if (BN_dec2bn(&made, std::string(digits).c_str()) == 0) return std::nullopt;
  const Number number(made);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return bytes;
}

/// The blob of "ssh-rsa AAAA…" (RFC 4253 6.6): name, exponent, modulus, each after its length.
std::optional<RsaPublicKey> from_ssh_blob(std::string_view text) {
  const auto blob = from_base64(text);
  if (!blob) return std::nullopt;
  ByteReader reader(*blob);
  const auto field = [&] { return reader.take(reader.u32()); };
  const ByteView kind = field(), exponent = field(), modulus = field();
  if (!reader.ok() || reader.remaining() != 0 || !std::ranges::equal(kind, as_bytes(ssh_name))) return std::nullopt;
  return make_rsa_public(modulus, exponent);
}

std::optional<RsaPublicKey> from_ssh_line(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(trim(text), ' '))
    if (!word.empty()) words.push_back(word);
  if (words.size() >= 2 && words[0] == ssh_name) return from_ssh_blob(words[1]);
  if (words.size() < 3) return std::nullopt;
  const auto bits = parse_number(words[0], largest_foreign_rsa_bits);
  const auto exponent = from_decimal(words[1]), modulus = from_decimal(words[2]);
  const auto key = exponent && modulus ? make_rsa_public(*modulus, *exponent) : std::nullopt;
  if (!key || bits != key->bits()) return std::nullopt;
  return key;
}

}  // namespace

std::string_view name(RsaFormat format) { return format_names[static_cast<std::size_t>(format)]; }

std::optional<RsaFormat> find_rsa_format(std::string_view word) {
  const auto* const found = std::ranges::find(format_names, word);
  if (found == format_names.end()) return std::nullopt;
  return static_cast<RsaFormat>(found - format_names.begin());
}

std::string to_decimal(ByteView bytes) {
  const Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  char* const digits = number ? BN_bn2dec(number.get()) : nullptr;
  const std::string text = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  return text;
}

std::string to_text(const RsaPublicKey& key, RsaFormat format) {
  switch (format) {
    case RsaFormat::hex:
      break;
    case RsaFormat::niq:
      return to_public_pem(key);
    case RsaFormat::ssh:
      return fmt::format("{} {} {}\n", key.bits(), to_decimal(key.exponent), to_decimal(key.modulus));
  }
  return to_hex_lines(key);
}

std::optional<RsaPublicKey> from_text(std::string_view text, RsaFormat format) {
  switch (format) {
    case RsaFormat::hex:
      break;
    case RsaFormat::niq:
      return from_public_pem(text);
    case RsaFormat::ssh:
      return from_ssh_line(text);
  }
  return from_hex_lines(text);
}

SecretBytes to_private_pem(ByteView private_der) {
  static constexpr std::uint8_t octet_string = 0x04;
  SecretBytes content, whole;
  der::put_number(content, {});  // version 0
  put_algorithm(content);
  der::put(content, octet_string, private_der);
  der::put(whole, der::sequence, content);
  return pem(private_label, whole);
}

}  // namespace arrouter::enco
