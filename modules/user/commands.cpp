// Rows and handlers of the user database.
#include "modules/user/user.h"

#include <algorithm>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::user {

namespace {

constexpr std::size_t longest_password = 32;
constexpr std::string_view call_numbers =
    "CALLINGNUMBER and CBNUMBER are accepted and not kept: nobody calls this router by telephone.";

bool good_login_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '@';  // callers have domains
  });
}

Privilege privilege_of(std::string_view word) {
  if (word == "USER") return Privilege::user;
  return word == "MANAGER" ? Privilege::manager : Privilege::security_officer;
}

bool comes_from_afar(const Caller& caller) {
  return caller.device.starts_with("Telnet") || caller.device.starts_with("SSH");
}

Outcome parameter_missing(std::string_view name) {
  return Outcome::error(module_number::command, 261, fmt::format("Required parameter \"{}\" missing.", name));
}

}  // namespace

std::vector<CommandRow> UserModule::user_rows() {
  return {
      {"ADD USer=<name:1-64> PASSword=<text:1-80> [DEScription=<text:0-24>] [LOgin=<bool>] "
       "[PRIVilege={USer|MAnager|SEcurityofficer}] [TELnet=<bool>] [RADIusbackup=<bool>] "
       "[CALLingnumber=<text:0-40>] [CBNUMber=<text:0-40>]",
       Access::security, "Adds a user to the User Authentication Database.",
       [this](Invocation& invocation) { return add_user(invocation); }, Coverage::partial, call_numbers},
      {"SET USer=<name:1-64> [PASSword=<text:1-80>] [DEScription=<text:0-24>] [LOgin=<bool>] "
       "[PRIVilege={USer|MAnager|SEcurityofficer}] [TELnet=<bool>] [RADIusbackup=<bool>] "
       "[CALLingnumber=<text:0-40>] [CBNUMber=<text:0-40>]",
       Access::security, "Changes a user of the User Authentication Database.",
       [this](Invocation& invocation) { return set_user(invocation); }, Coverage::partial, call_numbers},
      {"DELete USer=<name:1-64>", Access::security, "Deletes a user.",
       [this](Invocation& invocation) { return delete_user(invocation.args); }},
      {"PURge USer", Access::security, "Deletes every user but the default account.",
       [this](Invocation&) { return purge_users(); }},
      {"ENAble USer=<name:1-64>", Access::security, "Lets a disabled user log in again.",
       [this](Invocation& invocation) { return enable_user(invocation.args, true); }},
      {"DISable USer=<name:1-64>", Access::security, "Keeps a user from logging in.",
       [this](Invocation& invocation) { return enable_user(invocation.args, false); }},
      {"RESET USer[=<name:1-64>] [COUnters={ALL|GLobal|USer}]", Access::security,
       "Sets the counters of the user database to zero.",
       [this](Invocation& invocation) { return reset_users(invocation.args); }},
      {"SHow USer[=<name:1-64>]", Access::manager, "Displays the users and who is logged in.",
       [this](Invocation& invocation) { return show_users(invocation); }},
      {"SHow USer CONFiguration", Access::manager, "Displays the security parameters and counters of the user module.",
       [this](Invocation& invocation) { return show_configuration(invocation.screen); }},
  };
}

std::vector<CommandRow> UserModule::setting_rows() {
  return {
      {"SET USer [LOGINFail=<1-10>] [LOCKoutpd=<1-30000>] [MANPwdfail=<1-5>] [SECUredelay=<10-3600>] "
       "[MINPwdlen=<1-23>] [TACRetries=<0-10>] [TACTimeout=<1-60>]",
       Access::security, "Sets how log-ins and passwords are guarded.",
       [this](Invocation& invocation) { return set_settings(invocation.args); }},
      {"SET MANager POrt={NONE|<0-9>}", Access::security,
       "Puts one asynchronous port at MANAGER level without a log-in.",
       [this](Invocation& invocation) { return set_manager_port(invocation.args); }},
  };
}

std::vector<CommandRow> UserModule::remote_officer_rows() {
  return {
      {"ENAble USer RSO", Access::security, "Lets security officers log in by Telnet from the listed addresses.",
       [this](Invocation& invocation) { return enable_remote_officers(invocation, true); }},
      {"DISable USer RSO", Access::security, "Keeps security officers to directly attached terminals.",
       [this](Invocation& invocation) { return enable_remote_officers(invocation, false); }},
      {"ADD USer RSO IP=<ipv4> [MAsk=<mask>]", Access::security, "Adds an address security officers may come from.",
       [this](Invocation& invocation) { return add_remote_officer(invocation); }},
      {"DELete USer RSO IP=<ipv4>", Access::security, "Deletes an address security officers may come from.",
       [this](Invocation& invocation) { return delete_remote_officer(invocation.args); }},
      {"SHow USer RSO", Access::security, "Displays the addresses security officers may come from.",
       [this](Invocation& invocation) { return show_remote_officers(invocation.screen); }},
  };
}

Outcome UserModule::set_password(const std::string& given, User& user) {
  if (is_password_digest(given)) {
    user.digest = to_lower(given);
    return {};
  }
  const std::uint32_t least = services_.users.settings.min_password;
  if (given.size() < least) return say(texts::short_password, least);
  if (given.size() > longest_password) return say(texts::long_password, longest_password);
  user.digest = services_.users.digest_of(given);
  return {};
}

Outcome UserModule::apply(const Args& args, User& user) {
  if (args.has("PASSWORD")) {
    if (const Outcome outcome = set_password(args.text("PASSWORD"), user); outcome.failed()) return outcome;
  }
  if (args.has("DESCRIPTION")) user.description = args.text("DESCRIPTION");
  if (args.has("LOGIN")) user.login = args.boolean("LOGIN");
  if (args.has("TELNET")) user.telnet = args.boolean("TELNET");
  if (args.has("PASSWORD") && !is_password_digest(args.text("PASSWORD"))) {
    secrets_.remember(user, args.text("PASSWORD"));
  }
  if (args.has("PRIVILEGE")) user.privilege = privilege_of(args.choice("PRIVILEGE"));
  if (args.has("RADIUSBACKUP")) user.radius_backup = args.boolean("RADIUSBACKUP");
  return {};
}

bool UserModule::needed_as_officer(const User& user) const {
  if (!services_.users.security_mode()) return false;
  return std::ranges::none_of(services_.users.all(), [&](const auto& entry) {
    const User& other = entry.second;
    return other.name != user.name && other.privilege == Privilege::security_officer && other.enabled && other.login;
  });
}

Outcome UserModule::add_user(Invocation& invocation) {
  const Args& args = invocation.args;
  User user;
  user.name = to_lower(args.text("USER"));
  if (!good_login_name(user.name)) return say(texts::bad_login_name, args.text("USER"));
  if (services_.users.find(user.name) != nullptr) return say(texts::user_exists, user.name);
  if (services_.users.all().size() >= limits::users) return say(texts::too_many_users);
  if (const Outcome outcome = apply(args, user); outcome.failed()) return outcome;
  if (user.privilege == Privilege::user && !args.has("LOGIN")) return parameter_missing("LOGIN");
  const std::string name = user.name;
  services_.users.put(std::move(user));
  show_backup_count(invocation.screen);
  show_records(invocation.screen, {services_.users.find(name)});
  return Outcome::screen();
}

Outcome UserModule::set_user(Invocation& invocation) {
  const Args& args = invocation.args;
  const User* const found = services_.users.find(args.text("USER"));
  if (found == nullptr) return say(texts::unknown_user, args.text("USER"));
  User user = *found;
  if (const Outcome outcome = apply(args, user); outcome.failed()) return outcome;
  const bool still_officer = user.privilege == Privilege::security_officer && user.login;
  if (!still_officer && needed_as_officer(user)) return say(texts::last_security_officer);
  if (args.has("PASSWORD") && user.privilege != Privilege::user) ++services_.users.counters.manager_password_changes;
  const std::string name = user.name;
  services_.users.put(std::move(user));
  show_backup_count(invocation.screen);
  show_records(invocation.screen, {services_.users.find(name)});
  return Outcome::screen();
}

Outcome UserModule::delete_user(const Args& args) {
  const User* const user = services_.users.find(args.text("USER"));
  if (user == nullptr) return say(texts::unknown_user, args.text("USER"));
  if (needed_as_officer(*user)) return say(texts::last_security_officer);
  const std::string name = user->name;
  if (!services_.users.remove(name)) return say(texts::not_deletable, name);
  return Outcome::successful(module_number::user);
}

Outcome UserModule::purge_users() {
  if (services_.users.security_mode()) return say(texts::last_security_officer);
  std::vector<std::string> names;
  for (const auto& [name, user] : services_.users.all()) names.push_back(name);
  for (const std::string& name : names) services_.users.remove(name);
  services_.users.remote_officers = {};
  ++services_.users.counters.database_clears;
  return Outcome::successful(module_number::user);
}

Outcome UserModule::enable_user(const Args& args, bool enabled) {
  const User* const found = services_.users.find(args.text("USER"));
  if (found == nullptr) return say(texts::unknown_user, args.text("USER"));
  if (!enabled && needed_as_officer(*found)) return say(texts::last_security_officer);
  User user = *found;
  user.enabled = enabled;
  services_.users.put(std::move(user));
  return Outcome::successful(module_number::user);
}

Outcome UserModule::reset_users(const Args& args) {
  const bool one = args.has_value("USER");
  if (one && services_.users.find(args.text("USER")) == nullptr) return say(texts::unknown_user, args.text("USER"));
  const std::string which = args.has("COUNTERS") ? args.choice("COUNTERS") : one ? "USER" : "ALL";
  if (which != "USER") services_.users.counters = {};
  if (which == "GLOBAL") return Outcome::successful(module_number::user);
  std::vector<User> users;
  for (const auto& [name, user] : services_.users.all()) {
    if (!one || equal_ignoring_case(name, args.text("USER"))) users.push_back(user);
  }
  for (User& user : users) {
    user.logins = user.fails = user.authentications = user.authentication_fails = 0;
    services_.users.put(std::move(user));
  }
  return Outcome::successful(module_number::user);
}

Outcome UserModule::set_settings(const Args& args) {
  UserSettings& settings = services_.users.settings;
  const auto take = [&args](std::string_view name, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(args.number_or(name, value));
  };
  take("LOGINFAIL", settings.login_fail);
  take("LOCKOUTPD", settings.lockout_s);
  take("MANPWDFAIL", settings.manager_fail);
  take("SECUREDELAY", settings.secure_delay_s);
  take("MINPWDLEN", settings.min_password);
  take("TACRETRIES", settings.tacacs_retries);
  take("TACTIMEOUT", settings.tacacs_timeout_s);
  return Outcome::successful(module_number::user);
}

Outcome UserModule::set_manager_port(const Args& args) {
  std::optional<unsigned>& port = services_.users.settings.manager_port;
  port.reset();
  if (args.holds<std::uint64_t>("PORT")) port = static_cast<unsigned>(args.number("PORT"));
  return Outcome::successful(module_number::user);
}

// The first address, and the switch itself, are set where nobody can come from afar yet (reference/operations.md 1.1).
Outcome UserModule::add_remote_officer(Invocation& invocation) {
  const Args& args = invocation.args;
  RemoteOfficers& officers = services_.users.remote_officers;
  if (officers.places.empty() && comes_from_afar(invocation.caller)) return say(texts::rso_local_only);
  RemoteOfficers::Place place;
  place.address = args.address("IP");
  place.mask = args.has("MASK") ? args.address("MASK") : Ipv4Address{0xffffffffU};
  const bool known = std::ranges::any_of(officers.places, [&](const auto& o) { return o.address == place.address; });
  if (known) return say(texts::rso_exists, to_string(place.address));
  if (officers.places.size() >= limits::remote_officers) return say(texts::rso_full);
  officers.places.push_back(place);
  return Outcome::successful(module_number::user);
}

Outcome UserModule::delete_remote_officer(const Args& args) {
  const Ipv4Address address = args.address("IP");
  const auto removed = std::erase_if(services_.users.remote_officers.places,
                                     [&](const auto& place) { return place.address == address; });
  return removed == 0 ? say(texts::rso_unknown, to_string(address)) : Outcome::successful(module_number::user);
}

Outcome UserModule::enable_remote_officers(Invocation& invocation, bool enabled) {
  bool& now = services_.users.remote_officers.enabled;
  if (now == enabled) return say(enabled ? texts::rso_on : texts::rso_off);
  if (enabled && comes_from_afar(invocation.caller)) return say(texts::rso_local_only);
  now = enabled;
  return Outcome::successful(module_number::user);
}

}  // namespace arrouter::user
