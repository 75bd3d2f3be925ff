// CREATE, SET and DESTROY ENCO KEY; what is special about RSA keys is in rsa_commands.cpp.
#include "modules/enco/key_commands.h"

#include "modules/enco/enco.h"
#include "modules/enco/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::size_t usual_general_bytes = 16;  // of TYPE=GENERAL RANDOM without LENGTH

std::string by(const Caller& caller) { return caller.user.empty() ? std::string() : " by " + caller.user; }

/// MODULE= by name, prefix or number, as it is shown; nullopt when there is no such module.
std::optional<std::string> module_shown(std::string_view text) {
  if (const std::uint16_t number = find_log_module(text)) return std::string(log_module_name(number));
  if (const auto number = parse_number(text, 255)) return std::to_string(*number);
  return std::nullopt;
}

}  // namespace

Outcome missing_parameter(std::string_view name) {
  return Outcome::error(module_number::command, 261, fmt::format("Required parameter \"{}\" missing.", name));
}

std::uint16_t key_id(const Args& args) { return static_cast<std::uint16_t>(args.number("KEY")); }

std::optional<Outcome> describe(Key& key, const Args& args) {
  if (args.has("DESCRIPTION")) key.description = args.text("DESCRIPTION");
  if (args.has("IPADDRESS")) key.address = args.address("IPADDRESS");
  if (!args.has("MODULE")) return std::nullopt;
  const auto module = module_shown(args.text("MODULE"));
  if (!module) return reply(message::module_unknown, args.text("MODULE"));
  key.module = *module;
  return std::nullopt;
}

std::vector<CommandRow> Enco::key_commands() {
  return {
      {"CREate ENCo KEY=<0-65535> TYpe={DES|3DES2key|3DESOuter|3DESInner|AES128|AES192|AES256|GENeral|RSA} "
       "[DEScription=<name:1-25>] [FIle=<file>] [FORmat={HEX|NIQ|SSH}] [IPaddress=<ipv4>] [LENgth=<2-2048>] "
       "[MODule=<name:1-15>] [{RANDom|VALue=<name:1-1000>}]",
       Access::security, "Creates an encryption key, or reads or writes an RSA public key",
       [this](Invocation& call) { return create_key(call); }},
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
    count_random(bytes);
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
  if (call.args.choice("TYPE") == "RSA") return create_rsa_key(call);
  for (const std::string_view foreign : {"FILE", "FORMAT"})
    if (call.args.has(foreign)) return reply(message::key_parameter, foreign);
  const std::uint16_t id = key_id(call.args);
  if (generating_.contains(id)) return reply(message::key_in_making, id);
  if (keys_.find(id) != nullptr) return reply(message::key_exists, id);
  if (keys_.all().size() + generating_.size() >= limits::enco_keys) return reply(message::key_table_full);
  Key key;
  key.id = id;
  key.type = *find_key_type(call.args.choice("TYPE"));
  if (auto wrong = describe(key, call.args)) return *wrong;
  auto value = value_of(key.type, call.args);
  if (!value) return value.error();
  key.value = std::move(*value);
  return add_key(std::move(key), call.caller);
}

Outcome Enco::add_key(Key key, const Caller& caller) {
  const std::uint16_t id = key.id;
  if (const auto stored = keys_.put(std::move(key)); !stored)
    return reply(message::key_not_stored, stored.error().text);
  services_.log.record(record(log_text::key_created, id, by(caller)));
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
  if (generating_.erase(id) > 0) return Outcome::successful(module_number::enco);
  if (keys_.find(id) == nullptr) return reply(message::key_unknown, id);
  if (const auto stored = keys_.remove(id); !stored) return reply(message::key_not_stored, stored.error().text);
  services_.log.record(record(log_text::key_destroyed, id, by(call.caller)));
  return Outcome::successful(module_number::enco);
}

}  // namespace arrouter::enco
