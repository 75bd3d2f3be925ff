// SHOW ENCO KEY (reference/enco.md 4.1 and 4.2).
#include <algorithm>

#include "modules/enco/enco.h"
#include "modules/enco/key_commands.h"
#include "modules/enco/rsa_text.h"
#include "modules/enco/texts.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr int values = 24;  // column of the values

/// The four letters that fit the list; a number stays a number.
std::string short_module(const Key& key) {
  const std::uint16_t number = find_log_module(key.module);
  return number == 0 ? key.module : std::string(log_module_short_name(number));
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }
std::string shown_address(const Key& key) { return key.address.unset() ? "-" : to_string(key.address); }

bool printable(ByteView value) {
  return std::all_of(value.begin(), value.end(), [](std::uint8_t octet) { return octet >= 0x20 && octet < 0x7f; });
}

/// Length in the unit that the screens use for the type.
std::size_t shown_length(const Key& key) {
  const auto rsa = public_key_of(key);
  return rsa ? rsa->bits() : key.value.size();
}

void list_keys(Screen& screen, const KeyStore& keys, EncoApi& enco) {
  screen.line();
  screen.line(" ID     Type         Length Digest   Description               Mod  IP");
  screen.rule(78);
  screen.table("keys", {}, true);  // an empty list is a list too
  for (const auto& [id, key] : keys.all()) {
    const auto item = screen.item("keys");
    const std::string digest = key_digest(key, enco);
    screen.line(fmt::format(" {:<6} {:<11} {:>7} {:<8} {:<25} {:<4} {}", id, traits(key.type).name, shown_length(key),
                            digest, or_dash(key.description), or_dash(short_module(key)), shown_address(key)));
    screen.set("id", id);
    screen.set("type", traits(key.type).name);
    screen.set(key.is_rsa() ? "lengthBits" : "lengthBytes", shown_length(key));
    screen.set("digest", digest);
    screen.set("description", key.description);
    screen.set("module", key.module);
    screen.set("ipAddress", shown_address(key));
  }
  screen.rule(78);
}

/// The public part alone: the private one never leaves the router. FORMAT=HEX shows the numbers, the others the text
/// that a file would hold.
void show_public_key(Screen& screen, const RsaPublicKey& key, RsaFormat format) {
  if (format != RsaFormat::hex) {
    const std::string text = to_text(key, format);
    for (const std::string_view line : split(trim(text), '\n')) screen.line(fmt::format("    {}", line));
    screen.set(to_lower(name(format)), text);
    return;
  }
  screen.field(4, values, "Exponent", to_decimal(key.exponent));
  screen.line("    Modulus");
  constexpr std::size_t bytes_a_line = 16;
  for (std::size_t at = 0; at < key.modulus.size(); at += bytes_a_line)
    screen.line(fmt::format(
        "      {}", to_hex(ByteView(key.modulus).subspan(at, std::min(bytes_a_line, key.modulus.size() - at)))));
  screen.set("modulus", to_hex(key.modulus));
}

void show_one_key(Screen& screen, const Key& key, EncoApi& enco) {
  screen.line();
  screen.line(fmt::format("Key {}", key.id));
  screen.set("id", key.id);
  screen.field(2, values, "Type", traits(key.type).name);
  screen.field(2, values, key.is_rsa() ? "Length (bits)" : "Length (bytes)", shown_length(key));
  screen.field(2, values, "Digest", key_digest(key, enco));
  screen.field(2, values, "Description", or_dash(key.description));
  screen.field(2, values, "Module", or_dash(key.module));
  screen.field(2, values, "IP Address", shown_address(key));
  screen.line("  Value");
  const auto scope = screen.object("value");
  if (const auto rsa = public_key_of(key)) return show_public_key(screen, *rsa, key.format);
  screen.field(4, values, "Hex", "0x" + to_hex(key.value));
  if (key.type != KeyType::general) {
    screen.field(4, values, "5-bit ASCII", to_five_bit(key.value), "fiveBitAscii");
  } else if (printable(key.value)) {
    screen.field(4, values, "String", std::string(key.value.begin(), key.value.end()));
  }
}

}  // namespace

Outcome Enco::show_keys(Invocation& call) {
  list_keys(call.screen, keys_, *this);
  return Outcome::screen();
}

Outcome Enco::show_key(Invocation& call) {
  const std::uint16_t id = key_id(call.args);
  const Key* key = keys_.find(id);
  if (key == nullptr) return reply(message::key_unknown, id);
  show_one_key(call.screen, *key, *this);
  return Outcome::screen();
}

}  // namespace arrouter::enco
