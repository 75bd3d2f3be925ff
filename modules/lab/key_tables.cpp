#include "modules/lab/key_tables.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

namespace arrouter::lab {

namespace {

constexpr std::string_view isakmp_table = "ikev1_decryption_table", esp_table = "esp_sa", preferences = "preferences";

/// Wireshark's words; nullopt: it does not know the algorithm.
std::optional<std::string_view> word(enco::Cipher cipher) {
  switch (cipher) {
    case enco::Cipher::null: return "NULL";
    case enco::Cipher::des: return "DES-CBC [RFC2405]";
    case enco::Cipher::triple_des_2key:
    case enco::Cipher::triple_des_outer: return "TripleDES-CBC [RFC2451]";
    case enco::Cipher::aes128:
    case enco::Cipher::aes192:
    case enco::Cipher::aes256: return "AES-CBC [RFC3602]";
    case enco::Cipher::triple_des_inner: break;
  }
  return std::nullopt;
}

std::optional<std::string_view> word(enco::Hash hash) {
  switch (hash) {
    case enco::Hash::null: return "NULL";
    case enco::Hash::md5: return "HMAC-MD5-96 [RFC2403]";
    case enco::Hash::sha: return "HMAC-SHA-1-96 [RFC2404]";
    case enco::Hash::des_mac: break;
  }
  return std::nullopt;
}

std::string hex_number(ByteView key) { return key.empty() ? std::string() : "0x" + to_hex(key); }

/// One direction of an ESP SA.
std::optional<std::string> esp_line(Ipv4Address from, Ipv4Address to, std::uint32_t spi,
                                    const isakmp::Transform& transform, ByteView keymat) {
  const auto cipher = word(transform.cipher);
  const auto hash = word(transform.hash);
  const std::size_t cipher_bytes = enco::traits(transform.cipher).key_bytes;
  if (!cipher || !hash || keymat.size() < cipher_bytes) return std::nullopt;
  SecretBytes cipher_key(keymat.begin(), keymat.begin() + static_cast<std::ptrdiff_t>(cipher_bytes));
  if (transform.cipher == enco::Cipher::triple_des_2key)  // the third key is the first again
    cipher_key.insert(cipher_key.end(), keymat.begin(), keymat.begin() + 8);
  return fmt::format("\"IPv4\",\"{}\",\"{}\",\"0x{:08x}\",\"{}\",\"{}\",\"{}\",\"{}\"\n", to_string(from),
                     to_string(to), spi, *cipher, hex_number(cipher_key), *hash, hex_number(keymat.subspan(cipher_bytes)));
}

}  // namespace

std::expected<void, std::string> KeyTables::start(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directory(folder, error))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return std::unexpected(error.message());
  *this = {};
  folder_ = folder;
  running_ = true;
  const bool good = append(preferences, "esp.enable_encryption_decode: TRUE\n") && append(isakmp_table, "") &&
                    append(esp_table, "");
  if (!good) return std::unexpected(ended_because_);
  return {};
}

bool KeyTables::append(std::string_view file, const std::string& line) {
  const int descriptor =
      ::open((folder_ / file).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const bool good = descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!good) {
    ended_because_ = std::strerror(errno);
    running_ = false;
  }
  if (descriptor >= 0) ::close(descriptor);
  return good;
}

void KeyTables::isakmp_keys(std::uint64_t initiator_cookie, ByteView cipher_key) {
  if (running_ && append(isakmp_table, fmt::format("{:016x},{}\n", initiator_cookie, to_hex(cipher_key))))
    ++isakmp_sas_;
}

void KeyTables::bundle_keys(const isakmp::Bundle& bundle) {
  for (const isakmp::KeyedSa& sa : bundle.sas) {
    if (sa.protocol != isakmp::Protocol::esp) continue;
    const auto in = esp_line(bundle.peer, bundle.local, sa.in_spi, sa.transform, sa.in_key);
    const auto out = esp_line(bundle.local, bundle.peer, sa.out_spi, sa.transform, sa.out_key);
    if (running_ && in && out && append(esp_table, *in + *out)) ++ipsec_sas_;
  }
}

}  // namespace arrouter::lab
