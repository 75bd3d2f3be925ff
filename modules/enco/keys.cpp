#include "modules/enco/keys.h"

#include <fmt/format.h>

#include "modules/enco/rsa.h"
#include "modules/enco/rsa_text.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::string_view store_name = "enco-keys";
constexpr std::string_view store_heading = "enco keys, version 1";

/// id, type, address, module, description and value in hex, and of RSA keys the format; "-" for nothing.
std::string to_line(const Key& key) {
  const auto field = [](std::string text) { return text.empty() ? std::string("-") : std::move(text); };
  return fmt::format("{} {} {} {} {} {}{}{}\n", key.id, traits(key.type).name, to_string(key.address),
                     field(key.module), field(to_hex(as_bytes(key.description))), to_hex(key.value),
                     key.is_rsa() ? " " : "", key.is_rsa() ? name(key.format) : "");
}

/// The value, and of RSA keys the format.
bool parse_value(Key& key, const std::vector<std::string_view>& fields) {
  std::string digits = "0x" + std::string(fields[5]);
  // The bytes of an RSA key are read like those of a general one.
  auto value = parse_key_value(key.is_rsa() ? KeyType::general : key.type, digits);
  wipe(digits.data(), digits.size());
  if (!value) return false;
  key.value = std::move(*value);
  if (!key.is_rsa()) return true;
  const auto format = find_rsa_format(fields[6]);
  key.format = format.value_or(RsaFormat::hex);
  return format && public_key_of(key);
}

std::optional<Key> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  if (fields.size() < 6) return std::nullopt;
  const auto id = parse_number(fields[0], 65535);
  const auto type = find_key_type(fields[1]);
  const auto address = parse_ipv4(fields[2]);
  const auto description = fields[4] == "-" ? Bytes{} : from_hex(fields[4]);
  if (!id || !type || !address || !description) return std::nullopt;
  Key key;
  key.id = static_cast<std::uint16_t>(*id);
  key.type = *type;
  if (fields.size() != (key.is_rsa() ? 7 : 6) || !parse_value(key, fields)) return std::nullopt;
  key.description.assign(description->begin(), description->end());
  key.address = *address;
  if (fields[3] != "-") key.module = fields[3];
  return key;
}

}  // namespace

const Key* KeyStore::find(std::uint16_t id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

bool KeyStore::full() const { return keys_.size() >= limits::enco_keys; }

Result<void> KeyStore::put(Key key) {
  const std::uint16_t id = key.id;
  auto before = keys_.extract(id);
  keys_.insert_or_assign(id, std::move(key));
  Result<void> saved = save();
  if (!saved) {
    keys_.erase(id);
    if (before) keys_.insert(std::move(before));
  }
  return saved;
}

Result<void> KeyStore::remove(std::uint16_t id) {
  auto before = keys_.extract(id);
  Result<void> saved = save();
  if (!saved && before) keys_.insert(std::move(before));
  return saved;
}

Result<void> KeyStore::save() const {
  if (!kept_) return {};
  std::string text = fmt::format("{}\n", store_heading);
  for (const auto& [id, key] : keys_) text += to_line(key);
  Result<void> written = files_.write_private(store_name, text);
  wipe(text.data(), text.size());
  return written;
}

bool KeyStore::keep() {
  auto stored = files_.read_private(store_name);
  bool readable = true;
  if (stored) {
    bool heading = true;
    for (const std::string_view line : split(*stored, '\n')) {
      if (heading) {
        readable = line == store_heading;
        heading = false;
      } else if (!line.empty() && readable) {
        auto key = parse_line(line);
        readable = key.has_value();
        if (key && !full()) keys_.try_emplace(key->id, std::move(*key));
      }
    }
    wipe(stored->data(), stored->size());
  }
  kept_ = readable;
  // Nothing to write when nothing was read: a store that could not be opened keeps what it holds.
  return readable && (keys_.empty() || save().has_value());
}

void KeyStore::destroy_all() {
  keys_.clear();
  kept_ = false;
  forget_stored();
}

void KeyStore::forget_stored() { static_cast<void>(files_.remove_private(store_name)); }

std::optional<RsaPublicKey> public_key_of(const Key& key) {
  if (key.type == KeyType::rsa_private) return public_part(key.value);
  return key.type == KeyType::rsa_public ? decode_rsa_public(key.value) : std::nullopt;
}

std::string key_digest(const Key& key, EncoApi& enco) {
  const auto rsa = public_key_of(key);
  const Bytes public_value = rsa ? encode_rsa_public(*rsa) : Bytes();
  const ByteView value = rsa ? ByteView(public_value) : ByteView(key.value);
  const Bytes digest = enco.hash(Hash::md5, {&value, 1});
  return to_upper(to_hex(ByteView(digest).first(std::min<std::size_t>(4, digest.size()))));
}

}  // namespace arrouter::enco
