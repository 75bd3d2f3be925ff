#include "modules/enco/keys.h"

#include <fmt/format.h>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::string_view store_name = "enco-keys";
constexpr std::string_view store_heading = "enco keys, version 1";

/// id, type, address, module, then description and value in hex; "-" for nothing.
std::string to_line(const Key& key) {
  const auto field = [](std::string text) { return text.empty() ? std::string("-") : std::move(text); };
  return fmt::format("{} {} {} {} {} {}\n", key.id, traits(key.type).name, to_string(key.address), field(key.module),
                     field(to_hex(as_bytes(key.description))), to_hex(key.value));
}

std::optional<Key> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  if (fields.size() != 6) return std::nullopt;
  const auto id = parse_number(fields[0], 65535);
  const auto type = find_key_type(fields[1]);
  const auto address = parse_ipv4(fields[2]);
  const auto description = fields[4] == "-" ? Bytes{} : from_hex(fields[4]);
  if (!id || !type || !address || !description) return std::nullopt;
  const auto value = parse_key_value(*type, "0x" + std::string(fields[5]));
  if (!value) return std::nullopt;
  Key key;
  key.id = static_cast<std::uint16_t>(*id);
  key.type = *type;
  key.value = *value;
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

std::string key_digest(const Key& key, EncoApi& enco) {
  const ByteView value = key.value;
  const Bytes digest = enco.hash(Hash::md5, {&value, 1});
  return to_upper(to_hex(ByteView(digest).first(std::min<std::size_t>(4, digest.size()))));
}

}  // namespace arrouter::enco
