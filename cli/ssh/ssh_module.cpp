// SSH: Secure Shell logins and commands (Software Reference, chapter "Secure Shell"; RFC 4251 to 4254;
// reference/operations.md 7, enco.md 1.5 and 5.1).
//
// The real router speaks SSH 1 with a host key and a server key. Nobody's client does that any more, so this one speaks
// SSH 2 by libssh with the host key alone; the server key is asked for, checked, kept and shown as the commands of that
// time want it. Strong algorithms only, until LAB SSH ALGORITHMS=ALL.
//
// Invariants
// - Somebody of ADD SSH USER comes in with the password or key given there, from the address given there, and may do
//   what the User Authentication Database says. Any other name, and any other password, is asked of RADIUS and TACACS
//   servers as at the console; RADIUSBACKUP counts here as well. Wrong proofs count and lock out in that database.
// - A client that waits for a server's answer holds nobody up.
// - In security mode a security officer may come by SSH without being on the RSO list: that is what SSH is for.
// - A private key leaves ENCO for libssh alone, in this process.
//
// - A host that the router calls has to show the key it showed first (cli/ssh/dialler.h).
//
// Not modelled: expiry of the server key, which SSH 2 does not have.
#include "cli/ssh/ssh_module.h"

#include "cli/ssh/ssh_server.h"
#include "cli/ssh/texts.h"
#include "os/base/text.h"

namespace arrouter {
namespace ssh {
namespace {

constexpr std::uint16_t ssh_port = 22;
constexpr std::size_t most_users = 100, longest_password = 32;

struct Settings {
  bool enabled = false;
  std::optional<std::uint16_t> host_key, server_key;
  std::uint32_t expiry_h = 0, login_timeout_s = 60;
};

class SshModule final : public Module {
 public:
  SshModule(Services& services, SessionHost host, ClientContext client, KeyStore keys)
      : services_(services),
        keys_(std::move(keys)),
        client_(std::move(client)),
        server_(services, host, client_.tcp, keys_, users_) {}
  std::string_view name() const override { return "ssh"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void booted() override;

 private:
  std::vector<CommandRow> server_rows();
  std::vector<CommandRow> user_rows();
  std::vector<CommandRow> show_rows();

  Outcome set_server(const Args& args, bool enable);
  Outcome disable_server();
  Outcome listen();
  Outcome set_algorithms(const Args& args);
  Outcome add_user(const Args& args);
  Outcome set_user(const Args& args);
  Outcome apply(const Args& args, SshUser& user);
  Outcome delete_user(const Args& args);
  Outcome enable_user(const Args& args, bool enabled);
  Outcome disconnect(const Args& args);
  Outcome show(Screen& screen) const;
  Outcome show_users(const Args& args, Screen& screen) const;
  Outcome show_sessions(Screen& screen) const;
  Outcome show_counters(Screen& screen) const;

  Services& services_;
  KeyStore keys_;
  ClientContext client_;
  Settings settings_;
  bool old_algorithms_ = false, booted_ = false;
  SshUsers users_;
  SshServer server_;
};

std::vector<CommandRow> SshModule::commands() {
  std::vector<CommandRow> rows = client_rows(client_);
  for (CommandRow& row : server_rows()) rows.push_back(std::move(row));
  for (auto more : {&SshModule::user_rows, &SshModule::show_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CommandRow> SshModule::server_rows() {
  constexpr std::string_view version_2 =
      "The server speaks SSH 2, which has no server key: SERVERKEY and EXPIRYTIME are "
      "checked, kept and shown.";
  return {
      {"ENAble SSH SErver [HOstkey=<0-65535>] [SErverkey=<0-65535>] [EXpirytime=<0-168>] [LOgintimeout=<10-600>]",
       Access::security, "Lets SSH users log in.", [this](Invocation& call) { return set_server(call.args, true); },
       Coverage::partial, version_2},
      {"SET SSH SErver [HOstkey=<0-65535>] [SErverkey=<0-65535>] [EXpirytime=<0-168>] [LOgintimeout=<10-600>]",
       Access::security, "Changes how the SSH server works.",
       [this](Invocation& call) { return set_server(call.args, false); }, Coverage::partial, version_2},
      {"DISable SSH SErver", Access::security, "Takes no further SSH connections.",
       [this](Invocation&) { return disable_server(); }},
      {"DISConnect SSH=<1-4294967295>", Access::security, "Ends an SSH session.",
       [this](Invocation& call) { return disconnect(call.args); }},
      {"LAB SSH ALGorithms={MODern|ALL}", Access::security,
       "Offers strong algorithms only, or those of old programs too; for connections from now on.",
       [this](Invocation& call) { return set_algorithms(call.args); }},
  };
}

std::vector<CommandRow> SshModule::user_rows() {
  return {
      {"ADD SSH USer=<name:1-64> {PASSword=<text:1-80>|KEYid=<0-65535>} [IPaddress=<ipv4>] [MAsk=<mask>]",
       Access::security, "Lets a user come by SSH, with a password or a public key.",
       [this](Invocation& call) { return add_user(call.args); }},
      {"SET SSH USer=<name:1-64> [{PASSword=<text:1-80>|KEYid=<0-65535>}] [IPaddress=<ipv4>] [MAsk=<mask>]",
       Access::security, "Changes how a user comes by SSH.", [this](Invocation& call) { return set_user(call.args); }},
      {"DELete SSH USer=<name:1-64>", Access::security, "Keeps a user from coming by SSH.",
       [this](Invocation& call) { return delete_user(call.args); }},
      {"ENAble SSH USer=<name:1-64>", Access::security, "Lets an SSH user come again.",
       [this](Invocation& call) { return enable_user(call.args, true); }},
      {"DISable SSH USer=<name:1-64>", Access::security, "Keeps an SSH user away for a while.",
       [this](Invocation& call) { return enable_user(call.args, false); }},
  };
}

std::vector<CommandRow> SshModule::show_rows() {
  return {
      {"SHow SSH", Access::manager, "Displays how the SSH server is set.",
       [this](Invocation& call) { return show(call.screen); }},
      {"SHow SSH USer[=<name:1-64>]", Access::security, "Displays the SSH users.",
       [this](Invocation& call) { return show_users(call.args, call.screen); }},
      {"SHow SSH SESsions", Access::manager, "Displays the SSH connections.",
       [this](Invocation& call) { return show_sessions(call.screen); }},
      {"SHow SSH COUnters", Access::manager, "Displays the counters of the SSH server.",
       [this](Invocation& call) { return show_counters(call.screen); }},
  };
}

void SshModule::dump(ConfigWriter& writer) const {
  writer.section("SSH", {"SSH"});
  for (const auto& [name, user] : users_) {
    if (services_.users.find(name) == nullptr) continue;  // the login is gone: ADD would refuse the line
    std::string line = fmt::format("add ssh user={} ", name);
    line += user.key_id ? fmt::format("keyid={}", *user.key_id) : "password=" + user.digest;
    if (!user.address.unset()) {
      line += fmt::format(" ipaddress={} mask={}", to_string(user.address), to_string(user.mask));
    }
    writer.line(std::move(line));
    if (!user.enabled) writer.line(fmt::format("disable ssh user={}", name));
  }
  std::string options;
  if (settings_.host_key) options += fmt::format(" hostkey={}", *settings_.host_key);
  if (settings_.server_key) options += fmt::format(" serverkey={}", *settings_.server_key);
  if (settings_.expiry_h != 0) options += fmt::format(" expirytime={}", settings_.expiry_h);
  if (settings_.login_timeout_s != 60) options += fmt::format(" logintimeout={}", settings_.login_timeout_s);
  if (settings_.enabled) {
    writer.line("enable ssh server" + options);
  } else if (!options.empty()) {
    writer.line("set ssh server" + options);
  }
}

// ---- the server ---------------------------------------------------------------------------------------------------

// A key of the boot configuration may still be under way until then.
void SshModule::booted() {
  booted_ = true;
  if (!settings_.enabled) return;
  const Outcome outcome = listen();
  if (!outcome.failed()) return;
  services_.log.record({.severity = LogSeverity::important,
                        .module = module_number::ssh,
                        .type = "MSG",
                        .subtype = "ERROR",
                        .message = outcome.text});
}

Outcome SshModule::set_server(const Args& args, bool enable) {
  if (enable && settings_.enabled) return say(texts::server_on);
  Settings wanted = settings_;
  if (args.has("HOSTKEY")) wanted.host_key = static_cast<std::uint16_t>(args.number("HOSTKEY"));
  if (args.has("SERVERKEY")) wanted.server_key = static_cast<std::uint16_t>(args.number("SERVERKEY"));
  wanted.expiry_h = static_cast<std::uint32_t>(args.number_or("EXPIRYTIME", wanted.expiry_h));
  wanted.login_timeout_s = static_cast<std::uint32_t>(args.number_or("LOGINTIMEOUT", wanted.login_timeout_s));
  wanted.enabled = enable || settings_.enabled;
  if (wanted.enabled && (!wanted.host_key || !wanted.server_key)) return say(texts::keys_needed);
  const Settings before = std::exchange(settings_, wanted);
  if (!wanted.enabled || !booted_) return Outcome::successful(module_number::ssh);
  const Outcome outcome = listen();
  if (outcome.failed()) settings_ = before;
  return outcome;
}

Outcome SshModule::listen() {
  auto pem = keys_.private_pem(*settings_.host_key);
  if (!pem) return say(texts::no_private_key, *settings_.host_key);
  if (!keys_.private_pem(*settings_.server_key)) return say(texts::no_private_key, *settings_.server_key);
  const std::string_view release = services_.model.release;
  ServerOptions options;
  options.host_key_pem = std::move(*pem);
  options.banner = fmt::format("AtiSSH_{}", release.substr(0, release.find(' ')));
  options.old_algorithms = old_algorithms_;
  const std::string refused = SshWorker::refuse_host_key(options);
  if (!refused.empty()) return say(texts::bad_host_key, *settings_.host_key, refused);
  const auto listening = server_.listen(ssh_port, std::move(options), std::chrono::seconds(settings_.login_timeout_s));
  if (!listening) return say(texts::not_listening, ssh_port, listening.error().text);
  return Outcome::successful(module_number::ssh);
}

Outcome SshModule::disable_server() {
  if (!std::exchange(settings_.enabled, false)) return say(texts::server_off);
  server_.stop_listening();
  return Outcome::successful(module_number::ssh);
}

Outcome SshModule::set_algorithms(const Args& args) {
  old_algorithms_ = args.choice("ALGORITHMS") == "ALL";
  client_.dialler->use_old_algorithms(old_algorithms_);
  return settings_.enabled && booted_ ? listen() : Outcome::successful(module_number::ssh);
}

Outcome SshModule::disconnect(const Args& args) {
  const std::uint64_t id = args.number("SSH");
  if (!server_.disconnect(static_cast<ConnectionId>(id))) return say(texts::unknown_session, id);
  return Outcome::successful(module_number::ssh);
}

// ---- users --------------------------------------------------------------------------------------------------------

Outcome SshModule::apply(const Args& args, SshUser& user) {
  if (args.has("PASSWORD")) {
    const std::string& given = args.text("PASSWORD");
    if (is_password_digest(given)) {
      user.digest = to_lower(given);
    } else if (given.size() > longest_password) {
      return say(texts::password_length, longest_password);
    } else {
      user.digest = keys_.password_digest(given, static_cast<std::uint8_t>(services_.random.below(256)));
    }
    user.key_id.reset();
  }
  if (args.has("KEYID")) {
    user.key_id = static_cast<std::uint16_t>(args.number("KEYID"));
    user.digest.clear();
  }
  if (args.has("IPADDRESS")) {
    user.address = args.address("IPADDRESS");
    user.mask = mask_of(user.address.unset() ? 0 : 32);
  }
  if (args.has("MASK")) user.mask = args.address("MASK");
  return {};
}

Outcome SshModule::add_user(const Args& args) {
  const std::string name = to_lower(args.text("USER"));
  if (users_.contains(name)) return say(texts::user_exists, name);
  if (services_.users.find(name) == nullptr) return say(texts::no_such_login, name);
  if (users_.size() >= most_users) return say(texts::users_full);
  SshUser user;
  if (const Outcome outcome = apply(args, user); outcome.failed()) return outcome;
  users_.emplace(name, std::move(user));
  return Outcome::successful(module_number::ssh);
}

Outcome SshModule::set_user(const Args& args) {
  const auto user = users_.find(to_lower(args.text("USER")));
  if (user == users_.end()) return say(texts::unknown_user, args.text("USER"));
  SshUser changed = user->second;
  if (const Outcome outcome = apply(args, changed); outcome.failed()) return outcome;
  user->second = std::move(changed);
  return Outcome::successful(module_number::ssh);
}

Outcome SshModule::delete_user(const Args& args) {
  if (users_.erase(to_lower(args.text("USER"))) == 0) return say(texts::unknown_user, args.text("USER"));
  return Outcome::successful(module_number::ssh);
}

Outcome SshModule::enable_user(const Args& args, bool enabled) {
  const auto user = users_.find(to_lower(args.text("USER")));
  if (user == users_.end()) return say(texts::unknown_user, args.text("USER"));
  user->second.enabled = enabled;
  return Outcome::successful(module_number::ssh);
}

// ---- screens ------------------------------------------------------------------------------------------------------

Outcome SshModule::show(Screen& screen) const {
  constexpr int value_column = 34;
  const auto key = [](const std::optional<std::uint16_t>& id) { return id ? std::to_string(*id) : std::string("-"); };
  screen.line("Secure Shell Server Configuration");
  screen.rule();
  screen.field(0, value_column, "SSH Server", settings_.enabled ? "ENABLED" : "DISABLED");
  screen.field(0, value_column, "Port", ssh_port);
  screen.field(0, value_column, "Version", "2.0");
  screen.field(0, value_column, "Services", "Shell, Cmd");
  screen.field(0, value_column, "User Authentication", "Password, RSA");
  screen.field(0, value_column, "Host Key ID", key(settings_.host_key));
  screen.field(0, value_column, "Server Key ID", key(settings_.server_key));
  screen.field(0, value_column, "Server Key Expiry (hours)", settings_.expiry_h);
  screen.field(0, value_column, "Login Timeout (seconds)", settings_.login_timeout_s);
  screen.field(0, value_column, "Algorithms", old_algorithms_ ? "ALL" : "MODERN");
  screen.field(0, value_column, "Sessions", server_.connections().size());
  screen.rule();
  return Outcome::screen();
}

Outcome SshModule::show_users(const Args& args, Screen& screen) const {
  const std::string only = args.has_value("USER") ? to_lower(args.text("USER")) : std::string();
  if (!only.empty() && !users_.contains(only)) return say(texts::unknown_user, only);
  screen.line("Secure Shell User List");
  screen.table("users", {{"User", 18}, {"Authentication", 17}, {"IP Address", 18}, {"Mask", 18}, {"Status", 0}});
  screen.rule();
  for (const auto& [name, user] : users_) {
    if (!only.empty() && name != only) continue;
    screen.row({name, user.key_id ? fmt::format("RSA (key {})", *user.key_id) : std::string("Password"),
                user.address.unset() ? std::string("ALL") : to_string(user.address), to_string(user.mask),
                user.enabled ? "enabled" : "disabled"});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome SshModule::show_sessions(Screen& screen) const {
  screen.line("Secure Shell Sessions");
  screen.table("sessions", {{"ID", 8}, {"Type", 8}, {"User", 18}, {"Peer Address", 18}, {"Device", 0}});
  screen.rule();
  for (const auto& [id, connection] : server_.connections()) {
    screen.row({id, connection->kind(), connection->authenticated() ? connection->user() : std::string("-"),
                connection->location(), connection->device()});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome SshModule::show_counters(Screen& screen) const {
  const SshServer::Counters& counters = server_.counters();
  screen.line("Secure Shell Counters");
  screen.counters({{"connections", counters.connections},
                   {"connectionsRefused", counters.refused},
                   {"logins", counters.logins},
                   {"loginFailures", counters.failures}});
  return Outcome::screen();
}

}  // namespace
}  // namespace ssh

std::unique_ptr<Module> make_ssh(Services& services, SessionHost host, ssh::ClientContext client, ssh::KeyStore keys) {
  return std::make_unique<ssh::SshModule>(services, host, std::move(client), std::move(keys));
}

}  // namespace arrouter
