// Screens of the user database (reference/operations.md 1.2).
#include "modules/user/user.h"

#include <algorithm>

#include "os/base/calendar.h"

namespace arrouter::user {

namespace {

void show_record(Screen& screen, const User& user) {
  const auto scope = screen.item("users");
  screen.line(fmt::format("Username: {} ({})", user.name, user.description));
  screen.line(fmt::format("   Status: {:<11}Privilege: {:<11}Telnet: {:<7}Login: {:<6}RBU: {}",
                          user.enabled ? "enabled" : "disabled", privilege_word(user.privilege, "Sec Off"),
                          yes_no(user.telnet), yes_no(user.login), yes_no(user.radius_backup)));
  screen.line("   Callback number:                     Calling number:");
  screen.line(fmt::format("   Logins: {:<10}Fails: {:<9}Sent: {:<9}Rcvd: {}", user.logins, user.fails, 0, 0));
  screen.line(fmt::format("   Authentications: {:<9}Fails: {}", user.authentications, user.authentication_fails));
  screen.set("username", user.name);
  screen.set("description", user.description);
  screen.set("enabled", user.enabled);
  screen.set("privilege", privilege_word(user.privilege, "Sec Off"));
  screen.set("telnet", user.telnet);
  screen.set("login", user.login);
  screen.set("radiusBackup", user.radius_backup);
  screen.set("logins", user.logins);
  screen.set("fails", user.fails);
  screen.set("authentications", user.authentications);
  screen.set("authenticationFails", user.authentication_fails);
}

}  // namespace

void UserModule::show_backup_count(Screen& screen) const {
  const auto count = std::ranges::count_if(services_.users.all(), [](const auto& entry) { return entry.second.radius_backup; });
  screen.line(fmt::format("Number of Radius-backup users..... {}", count));
  screen.set("numberOfRadiusBackupUsers", count);
}

void UserModule::show_records(Screen& screen, const std::vector<const User*>& users) const {
  screen.line();
  screen.line("User Authentication Database");
  screen.rule();
  for (const User* user : users) show_record(screen, *user);
  screen.rule();
}

void UserModule::show_active(Screen& screen) const {
  screen.line();
  screen.line("Active (logged in) Users");
  screen.rule();
  screen.table("activeUsers", {{"User", 14}, {"Port/Device", 20}, {"Location", 19}, {"Login Time", 0}});
  screen.rule();
  for (const ActiveSession& session : control_.sessions()) {
    screen.row({session.user, session.device, session.location,
                fmt::format("{} {}", time_of_day_text(session.since), date_text(session.since))});
  }
  screen.rule();
}

Outcome UserModule::show_users(Invocation& invocation) const {
  std::vector<const User*> users;
  if (invocation.args.has_value("USER")) {
    const User* const user = services_.users.find(invocation.args.text("USER"));
    if (user == nullptr) return say(texts::unknown_user, invocation.args.text("USER"));
    users.push_back(user);
  } else {
    for (const auto& [name, user] : services_.users.all()) users.push_back(&user);
  }
  Screen& screen = invocation.screen;
  if (services_.users.security_mode()) {
    const auto sessions = control_.sessions();
    const auto officers = std::ranges::count(sessions, Privilege::security_officer, &ActiveSession::privilege);
    screen.line(fmt::format("Number of logged in Security Officers currently active.....{}", officers));
    screen.set("activeSecurityOfficers", officers);
  }
  show_backup_count(screen);
  show_records(screen, users);
  if (!invocation.args.has_value("USER")) show_active(screen);
  return Outcome::screen();
}

Outcome UserModule::show_configuration(Screen& screen) const {
  const UserSettings& settings = services_.users.settings;
  const UserCounters& counters = services_.users.counters;
  const auto parameter = [&screen](std::string_view label, const auto& value, std::string_view unit,
                                   std::string_view keyword) {
    std::string dotted(label);
    dotted += ' ';
    dotted.resize(42, '.');
    std::string line = fmt::format("  {} {:>9}", dotted, value);
    if (!unit.empty()) line += fmt::format("  {}", unit);
    if (!keyword.empty()) line += fmt::format("{}({})", unit.empty() ? "  " : " ", keyword);
    screen.line(line);
    screen.set(json_key(label), value);
  };
  screen.line("User module configuration and counters");
  screen.rule();
  screen.line("Security parameters");
  parameter("login failures before lockout", settings.login_fail, "", "LOGINFAIL");
  parameter("lockout period", settings.lockout_s, "seconds", "LOCKOUTPD");
  parameter("manager password failures before logoff", settings.manager_fail, "", "MANPWDFAIL");
  parameter("maximum security command interval", settings.secure_delay_s, "seconds", "SECUREDELAY");
  parameter("minimum password length", settings.min_password, "characters", "MINPWDLEN");
  parameter("TACACS retries", settings.tacacs_retries, "", "TACRETRIES");
  parameter("TACACS timeout period", settings.tacacs_timeout_s, "seconds", "TACTIMEOUT");
  const auto manager_port = settings.manager_port;
  parameter("semi-permanent manager port", manager_port ? fmt::format("Asyn {}", *manager_port) : "none", "", "");

  const auto pair = [&screen](std::string_view left, std::uint64_t left_value, std::string_view right,
                              std::uint64_t right_value) {
    screen.line(fmt::format("  {:<20}{:>7}      {:<21}{:>6}", left, left_value, right, right_value));
    screen.set(left, left_value);
    screen.set(right, right_value);
  };
  screen.line();
  screen.line("Security counters");
  pair("logins", counters.logins, "authentications", counters.authentications);
  pair("managerPwdChanges", counters.manager_password_changes, "defaultAcctRecoveries",
       counters.default_account_recoveries);
  pair("unknownLoginNames", counters.unknown_login_names, "tacacsLoginReqs", counters.tacacs_requests);
  pair("totalPwdFails", counters.total_password_fails, "tacacsLoginRejs", counters.tacacs_rejects);
  pair("managerPwdFails", counters.manager_password_fails, "tacacsReqTimeouts", counters.tacacs_timeouts);
  pair("securityCmdLogoffs", counters.security_command_logoffs, "tacacsReqFails", counters.tacacs_failures);
  pair("loginLockouts", counters.login_lockouts, "databaseClearTotallys", counters.database_clears);
  screen.rule();
  return Outcome::screen();
}

Outcome UserModule::show_remote_officers(Screen& screen) const {
  const RemoteOfficers& officers = services_.users.remote_officers;
  screen.line(fmt::format("Remote Security Officer Access is {}", officers.enabled ? "enabled" : "disabled"));
  screen.set("enabled", officers.enabled);
  screen.line();
  screen.line("Remote Security Officer Addresses");
  screen.rule();
  screen.table("addresses", {{"IP Address", 18}, {"Mask", 0}});
  screen.rule();
  for (const RemoteOfficers::Place& place : officers.places) {
    screen.row({to_string(place.address), to_string(place.mask)});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::user
