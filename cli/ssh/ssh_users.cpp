#include "cli/ssh/ssh_users.h"

#include "os/base/bytes.h"
#include "os/base/text.h"

namespace arrouter::ssh {
namespace {

void put_string(Bytes& to, ByteView bytes, bool leading_zero = false) {
  std::uint8_t length[4];
  store_be32(length, static_cast<std::uint32_t>(bytes.size() + (leading_zero ? 1 : 0)));
  to.insert(to.end(), std::begin(length), std::end(length));
  if (leading_zero) to.push_back(0);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// A positive number: a first bit that is set would make it negative (RFC 4251 5).
void put_number(Bytes& to, ByteView bytes) { put_string(to, bytes, !bytes.empty() && (bytes[0] & 0x80) != 0); }

std::string base64(ByteView bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (at + i < bytes.size() ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += at + i > bytes.size() ? '=' : digits[group >> (18 - 6 * i) & 63];
  }
  return text;
}

}  // namespace

bool password_matches(const KeyStore& keys, const std::string& digest, std::string_view password) {
  const auto salt = from_hex(std::string_view(digest).substr(0, 2));
  const std::string given = keys.password_digest(password, salt && !salt->empty() ? salt->front() : std::uint8_t{0});
  return equal_constant_time(as_bytes(to_lower(given)), as_bytes(to_lower(digest)));
}

std::string rsa_blob(const RsaNumbers& key) {
  Bytes blob;
  put_string(blob, as_bytes("ssh-rsa"));
  put_number(blob, key.exponent);
  put_number(blob, key.modulus);
  return base64(blob);
}

}  // namespace arrouter::ssh
