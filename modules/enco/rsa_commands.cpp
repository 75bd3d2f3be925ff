// CREATE ENCO KEY TYPE=RSA: generation in the background, public keys from and to files.
#include "modules/enco/enco.h"
#include "modules/enco/key_commands.h"
#include "modules/enco/rsa.h"
#include "modules/enco/rsa_text.h"
#include "modules/enco/texts.h"
#include "os/base/limits.h"

namespace arrouter::enco {

namespace {

constexpr std::string_view key_extension = ".key";

std::expected<FileName, Outcome> key_file(const Args& args) {
  const std::string& text = args.text("FILE");
  const auto name = parse_file_name(text, "key");
  if (!name || !name->name.ends_with(key_extension)) return std::unexpected(reply(message::key_file_name, text));
  return *name;
}

RsaFormat format_of(const Args& args, RsaFormat otherwise) {
  return args.has("FORMAT") ? *find_rsa_format(args.choice("FORMAT")) : otherwise;
}

/// Makes a script wait for what goes on in the background, however that ends.
class Held {
 public:
  explicit Held(std::weak_ptr<Terminal> terminal) : terminal_(std::move(terminal)) {
    if (const auto to = terminal_.lock()) to->hold();
  }
  ~Held() {
    if (const auto to = terminal_.lock()) to->release();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void print(const Outcome& outcome) const {
    if (const auto to = terminal_.lock()) to->print(fmt::format("\n{}\n", outcome.line()));
  }

 private:
  std::weak_ptr<Terminal> terminal_;
};

}  // namespace

/// FILE= with a key that exists writes its public part, else it brings one; LENGTH= makes a new pair.
Outcome Enco::create_rsa_key(Invocation& call) {
  const Args& args = call.args;
  for (const std::string_view foreign : {"RANDOM", "VALUE"})
    if (args.has(foreign)) return reply(message::key_parameter, foreign);
  const std::uint16_t id = key_id(args);
  if (generating_.contains(id)) return reply(message::key_in_making, id);
  std::optional<FileName> file;
  if (args.has("FILE")) {
    auto name = key_file(args);
    if (!name) return name.error();
    file = std::move(*name);
  }
  if (const Key* const existing = keys_.find(id)) {
    if (!file) return reply(message::key_exists, id);
    return export_rsa_key(*existing, *file, args);
  }
  if (keys_.all().size() + generating_.size() >= limits::enco_keys) return reply(message::key_table_full);
  if (!file && !args.has("LENGTH")) return missing_parameter("LENGTH");
  Key key;
  key.id = id;
  key.format = format_of(args, RsaFormat::hex);
  if (auto wrong = describe(key, args)) return *wrong;
  if (file) return import_rsa_key(std::move(key), *file, args, call.caller);
  return generate_rsa_key(std::move(key), args.number("LENGTH"), call.caller);
}

Outcome Enco::generate_rsa_key(Key key, std::size_t bits, const Caller& caller) {
  if (bits < smallest_rsa_bits || bits > largest_rsa_bits) return reply(message::key_length);
  key.type = KeyType::rsa_private;
  SecretBytes seed(rsa_seed_bytes);
  services_.random.fill(seed);
  count_random(seed.size());
  const std::uint64_t number = ++generations_;
  generating_[key.id] = number;
  debug(fmt::format("RSA key {} of {} bits, {} jobs waiting", key.id, bits, jobs_->waiting()));
  auto held = std::make_shared<Held>(caller.terminal);
  Caller creator;
  creator.user = caller.user;
  rsa_.generate(bits, std::move(seed), alive_,
                [this, number, creator, held, key = std::move(key)](std::optional<SecretBytes> value) mutable {
                  const auto wanted = generating_.find(key.id);
                  // DESTROY ENCO KEY, or the end of security mode, came first.
                  if (wanted == generating_.end() || wanted->second != number) return;
                  generating_.erase(wanted);
                  if (!value) return held->print(reply(message::rsa_failed));
                  key.value = std::move(*value);
                  const Outcome added = add_key(std::move(key), creator);
                  held->print(added.failed() ? added : reply(message::rsa_completed));
                });
  return reply(message::rsa_started);
}

Outcome Enco::import_rsa_key(Key key, const FileName& file, const Args& args, const Caller& caller) {
  const auto text = services_.files.read(file);
  if (!text) return reply(message::key_file_unread, file.name);
  const auto public_key = from_text(*text, key.format);
  if (!public_key) return reply(message::key_file_invalid, file.name);
  if (args.has("LENGTH") && args.number("LENGTH") != public_key->bits()) return reply(message::key_length);
  const Bytes value = encode_rsa_public(*public_key);
  key.type = KeyType::rsa_public;
  key.value.assign(value.begin(), value.end());
  return add_key(std::move(key), caller);
}

Outcome Enco::export_rsa_key(const Key& key, const FileName& file, const Args& args) {
  const auto public_key = public_key_of(key);
  if (!public_key) return reply(message::key_not_rsa, key.id);
  for (const std::string_view foreign : {"DESCRIPTION", "IPADDRESS", "LENGTH", "MODULE"})
    if (args.has(foreign)) return reply(message::key_exists, key.id);
  if (services_.files.exists(file) || FileStore::reserved(file)) return reply(message::key_file_exists, file.name);
  const auto written = services_.files.write(file, to_text(*public_key, format_of(args, key.format)));
  if (!written) return reply(message::key_file_unwritten, written.error().text);
  return Outcome::successful(module_number::enco);
}

}  // namespace arrouter::enco
