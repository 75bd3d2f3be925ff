// CREATE, SET, DESTROY and SHOW ENCO KEY.
#include <algorithm>

#include "modules/enco/enco.h"
#include "modules/enco/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::size_t usual_general_bytes = 16;  // of TYPE=GENERAL RANDOM without LENGTH

Outcome missing_parameter(std::string_view name) {
  return Outcome::error(module_number::command, 261, fmt::format("Required parameter \"{}\" missing.", name));
}

std::string by(const Caller& caller) { return caller.user.empty() ? std::string() : " by " + caller.user; }

std::uint16_t key_id(const Args& args) { return static_cast<std::uint16_t>(args.number("KEY")); }

/// MODULE= by name, prefix or number, as it is shown; nullopt when there is no such module.
std::optional<std::string> module_shown(std::string_view text) {
  if (const std::uint16_t number = find_log_module(text)) return std::string(log_module_name(number));
  if (const auto number = parse_number(text, 255)) return std::to_string(*number);
  return std::nullopt;
}

/// Takes over the parameters CREATE and SET have in common; the outcome is an error or nothing.
std::optional<Outcome> describe(Key& key, const Args& args) {
  if (args.has("DESCRIPTION")) key.description = args.text("DESCRIPTION");
  if (args.has("IPADDRESS")) key.address = args.address("IPADDRESS");
  if (!args.has("MODULE")) return std::nullopt;
  const auto module = module_shown(args.text("MODULE"));
  if (!module) return reply(message::module_unknown, args.text("MODULE"));
  key.module = *module;
  return std::nullopt;
}

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

}  // namespace

std::vector<CommandRow> Enco::key_commands() {
  return {
      {"CREate ENCo KEY=<0-65535> TYpe={DES|3DES2key|3DESOuter|3DESInner|AES128|AES192|AES256|GENeral} "
       "[DEScription=<name:1-25>] [IPaddress=<ipv4>] [LENgth=<2-2048>] [MODule=<name:1-15>] "
       "[{RANDom|VALue=<name:1-1000>}]",
       Access::security, "Creates an encryption key", [this](Invocation& call) { return create_key(call); },
       Coverage::partial, "no RSA keys, hence no FILE and FORMAT"},
      {"SET ENCo KEY=<0-65535> [DEScription=<name:1-25>] [IPaddress=<ipv4>] [MODule=<name:1-15>]", Access::security,
       "Changes what is noted about a key", [this](Invocation& call) { return set_key(call); }},
      {"DESTroy ENCo KEY=<0-65535>", Access::security, "Destroys a key",
       [this](Invocation& call) { return destroy_key(call); }},
      {"SHow ENCo KEY", Access::manager, "Lists the keys", [this](Invocation& call) { return show_keys(call); }},
      {"SHow ENCo KEY=<0-65535>", Access::security, "Shows a key with its value",
       [this](Invocation& call) { return show_key(call); }},
  };
}

SecretBytes Enco::random_value(KeyType type, std::size_t bytes) {
  const Cipher cipher = traits(type).cipher;
  SecretBytes value(bytes);
  do {
    services_.random.fill(value);
    utility_.random_bytes += bytes;
    if (uses_des(cipher)) set_odd_parity(value);
  } while (is_weak(cipher, value));
  return value;
}

std::expected<SecretBytes, Outcome> Enco::value_of(KeyType type, const Args& args) {
  const std::size_t fixed = traits(type).bytes;
  if (args.has("VALUE")) {
    auto value = parse_key_value(type, args.text("VALUE"));
    if (!value) return std::unexpected(reply(message::key_invalid));
    if (args.has("LENGTH") && args.number("LENGTH") != value->size())
      return std::unexpected(reply(message::key_length));
    if (is_weak(traits(type).cipher, *value)) return std::unexpected(reply(message::key_weak));
    return *value;
  }
  if (!args.has("RANDOM")) return std::unexpected(missing_parameter("VALUE"));
  const auto bytes = args.number_or("LENGTH", fixed == 0 ? usual_general_bytes : fixed);
  if (fixed != 0 && bytes != fixed) return std::unexpected(reply(message::key_length));
  return random_value(type, bytes);
}

Outcome Enco::create_key(Invocation& call) {
  const std::uint16_t id = key_id(call.args);
  if (keys_.find(id) != nullptr) return reply(message::key_exists, id);
  if (keys_.full()) return reply(message::key_table_full);
  Key key;
  key.id = id;
  key.type = *find_key_type(call.args.choice("TYPE"));
  if (auto wrong = describe(key, call.args)) return *wrong;
  auto value = value_of(key.type, call.args);
  if (!value) return value.error();
  key.value = std::move(*value);
  if (const auto stored = keys_.put(std::move(key)); !stored)
    return reply(message::key_not_stored, stored.error().text);
  services_.log.record(record(log_text::key_created, id, by(call.caller)));
  return Outcome::successful(module_number::enco);
}

Outcome Enco::set_key(Invocation& call) {
  const std::uint16_t id = key_id(call.args);
  const Key* existing = keys_.find(id);
  if (existing == nullptr) return reply(message::key_unknown, id);
  Key key = *existing;
  if (auto wrong = describe(key, call.args)) return *wrong;
  if (const auto stored = keys_.put(std::move(key)); !stored)
    return reply(message::key_not_stored, stored.error().text);
  services_.log.record(record(log_text::key_changed, id, by(call.caller)));
  return Outcome::successful(module_number::enco);
}

Outcome Enco::destroy_key(Invocation& call) {
  const std::uint16_t id = key_id(call.args);
  if (keys_.find(id) == nullptr) return reply(message::key_unknown, id);
  if (const auto stored = keys_.remove(id); !stored) return reply(message::key_not_stored, stored.error().text);
  services_.log.record(record(log_text::key_destroyed, id, by(call.caller)));
  return Outcome::successful(module_number::enco);
}

namespace {

void list_keys(Screen& screen, const KeyStore& keys, EncoApi& enco) {
  screen.line();
  screen.line(" ID     Type         Length Digest   Description               Mod  IP");
  screen.rule(78);
  screen.table("keys", {}, true);  // an empty list is a list too
  for (const auto& [id, key] : keys.all()) {
    const auto item = screen.item("keys");
    const std::string digest = key_digest(key, enco);
    screen.line(fmt::format(" {:<6} {:<11} {:>7} {:<8} {:<25} {:<4} {}", id, traits(key.type).name, key.value.size(),
                            digest, or_dash(key.description), or_dash(short_module(key)), shown_address(key)));
    screen.set("id", id);
    screen.set("type", traits(key.type).name);
    screen.set("lengthBytes", key.value.size());
    screen.set("digest", digest);
    screen.set("description", key.description);
    screen.set("module", key.module);
    screen.set("ipAddress", shown_address(key));
  }
  screen.rule(78);
}

void show_one_key(Screen& screen, const Key& key, EncoApi& enco) {
  constexpr int values = 24;
  screen.line();
  screen.line(fmt::format("Key {}", key.id));
  screen.set("id", key.id);
  screen.field(2, values, "Type", traits(key.type).name);
  screen.field(2, values, "Length (bytes)", key.value.size());
  screen.field(2, values, "Digest", key_digest(key, enco));
  screen.field(2, values, "Description", or_dash(key.description));
  screen.field(2, values, "Module", or_dash(key.module));
  screen.field(2, values, "IP Address", shown_address(key));
  screen.line("  Value");
  const auto scope = screen.object("value");
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
