// USER: the User Authentication Facility (Software Reference, chapter Operation; reference/operations.md 1, cli.md 8).
//
// The database itself is os/users.h, because logging in must work whatever modules are built in. This module gives it
// commands, screens and a section of the configuration.
//
// Invariants
// - The account `manager` always exists.
// - In security mode at least one enabled security officer with LOGIN remains, so that somebody may end the mode.
// - A password is written as a salted digest only (secrets.h keeps it for CHAP besides). A configuration script hands the digest back as PASSWORD;
//   its form (34 hex digits) tells it from clear text, which is at most 32 characters.
//
// Not modelled: call-back and network parameters of PPP users.
#include "modules/user/user.h"

#include "modules/user/user_module.h"
#include "os/base/text.h"

namespace arrouter {

MadeUser make_user(Services& services, RouterControl& control) {
  auto module = std::make_unique<user::UserModule>(services, control);
  UserApi& api = *module;
  return {std::move(module), api};
}

namespace user {

namespace {

bool same_record(const User& left, const User& right) {
  return left.digest == right.digest && left.description == right.description && left.privilege == right.privilege &&
         left.login == right.login && left.telnet == right.telnet && left.enabled == right.enabled &&
         left.radius_backup == right.radius_backup;
}

}  // namespace

std::string_view privilege_word(Privilege privilege, std::string_view officer) {
  switch (privilege) {
    case Privilege::user:
      return "user";
    case Privilege::manager:
      return "manager";
    case Privilege::security_officer:
      break;
  }
  return officer;
}

std::string_view yes_no(bool value) { return value ? "yes" : "no"; }

std::optional<std::string> UserModule::clear_password(std::string_view name) const {
  const User* const user = services_.users.find(name);
  return user == nullptr ? std::nullopt : secrets_.find(*user);
}

std::vector<CommandRow> UserModule::commands() {
  std::vector<CommandRow> rows = user_rows();
  for (auto more : {&UserModule::setting_rows, &UserModule::remote_officer_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  return rows;
}

void UserModule::dump_user(ConfigWriter& writer, const User& user) const {
  // The default account exists on every router; it is set, never added, and only when it is not as delivered.
  const bool default_account = user.name == "manager";
  if (default_account && services_.users.verify("manager", "friend")) {
    User delivered = user;
    delivered.description = "Manager Account";
    delivered.privilege = Privilege::manager;
    delivered.login = delivered.telnet = delivered.enabled = true;
    if (same_record(user, delivered)) return;
  }
  writer.line(fmt::format("{} user={} pass={} priv={} lo={}", default_account ? "set" : "add", user.name, user.digest,
                          privilege_word(user.privilege, "securityOfficer"), yes_no(user.login)));
  writer.line(
      fmt::format("set user={} telnet={} desc={}", user.name, yes_no(user.telnet), arrouter::quoted(user.description)));
  if (user.radius_backup) writer.line(fmt::format("set user={} radiusbackup=yes", user.name));
  if (!user.enabled) writer.line(fmt::format("disable user={}", user.name));
}

void UserModule::dump(ConfigWriter& writer) const {
  writer.section("User", {"USER"});
  const UserSettings delivered;
  const UserSettings& now = services_.users.settings;
  const auto setting = [&](std::string_view name, std::uint32_t value, std::uint32_t as_delivered) {
    if (value != as_delivered) writer.line(fmt::format("set user {}={}", name, value));
  };
  setting("loginfail", now.login_fail, delivered.login_fail);
  setting("lockoutpd", now.lockout_s, delivered.lockout_s);
  setting("manpwdfail", now.manager_fail, delivered.manager_fail);
  setting("securedelay", now.secure_delay_s, delivered.secure_delay_s);
  setting("minpwdlen", now.min_password, delivered.min_password);
  setting("tacretries", now.tacacs_retries, delivered.tacacs_retries);
  setting("tactimeout", now.tacacs_timeout_s, delivered.tacacs_timeout_s);
  if (now.manager_port) writer.line(fmt::format("set manager port={}", *now.manager_port));
  for (const auto& [name, user] : services_.users.all()) dump_user(writer, user);
  const RemoteOfficers& officers = services_.users.remote_officers;
  for (const RemoteOfficers::Place& place : officers.places) {
    writer.line(fmt::format("add user rso ip={} mask={}", to_string(place.address), to_string(place.mask)));
  }
  if (officers.enabled) writer.line("enable user rso");
}

}  // namespace user
}  // namespace arrouter
