// The user database and the rules around passwords (reference/operations.md 1, cli.md 8 and 10).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"
#include "os/base/random.h"
#include "os/base/time.h"
#include "os/terminal.h"

namespace arrouter {

struct User {
  std::string name;          // lower case
  std::string digest;        // 34 hex digits, salted: see password_digest()
  std::string description;
  Privilege privilege = Privilege::user;
  bool login = true;
  bool telnet = false;
  bool enabled = true;
  bool radius_backup = false;  // RADIUSBACKUP: of use only while no RADIUS server answers
  std::uint64_t logins = 0, fails = 0;                           // at the command line
  std::uint64_t authentications = 0, authentication_fails = 0;  // for the network (XAUTH)
};

struct UserSettings {
  std::uint32_t login_fail = 5;        // LOGINFAIL: failures before lock-out
  std::uint32_t lockout_s = 600;       // LOCKOUTPD
  std::uint32_t manager_fail = 3;      // MANPWDFAIL: wrong answers to the secure-delay question
  std::uint32_t secure_delay_s = 60;   // SECUREDELAY
  std::uint32_t min_password = 6;      // MINPWDLEN
  std::uint32_t tacacs_retries = 3;    // TACRETRIES: further rounds through the TACACS servers
  std::uint32_t tacacs_timeout_s = 5;  // TACTIMEOUT: for each request
  std::optional<unsigned> manager_port;  // SET MANAGER PORT: this asynchronous port is at MANAGER level by itself
};

struct UserCounters {
  std::uint64_t logins = 0, manager_password_changes = 0, unknown_login_names = 0, total_password_fails = 0,
                manager_password_fails = 0, security_command_logoffs = 0, login_lockouts = 0,
                default_account_recoveries = 0, database_clears = 0, authentications = 0;
  std::uint64_t tacacs_requests = 0, tacacs_rejects = 0, tacacs_timeouts = 0, tacacs_failures = 0;
};

/// RSO: where security officers may come from in security mode, besides directly attached terminals.
struct RemoteOfficers {
  struct Place {
    Ipv4Address address, mask;
    bool operator==(const Place&) const = default;
  };
  bool enabled = false;
  std::vector<Place> places;
  bool allow(Ipv4Address from) const;
};

/// 34 hex digits: one salt byte, then MD5 of salt and password. The form tells it from clear text in ADD USER.
/// Hashing itself is the caller's gift (ENCO owns ciphers): set once at assembly.
using PasswordHash = std::string (*)(std::string_view password, std::uint8_t salt);
bool is_password_digest(std::string_view text);

enum class LoginResult : std::uint8_t { good, bad, locked_out, not_allowed };

/// A name by which nobody may log in for a while.
struct LockOut {
  std::string user;
  std::optional<Ipv4Address> from;  // of the last attempt; none: not over the network
  std::uint32_t failures = 0;       // in a row
};

class UserServers;  // os/login.h

class UserDatabase {
 public:
  UserDatabase(const Clock& clock, Random& random, PasswordHash hash);
  /// Back to manager/friend alone, default settings, security mode off.
  void reset();

  const User* find(std::string_view name) const;
  const std::map<std::string, User, std::less<>>& all() const { return users_; }
  void put(User user);
  bool remove(std::string_view name);  // false for unknown and for "manager"
  std::string digest_of(std::string_view password);

  /// Somebody at a command line, by this database alone (log_in() of os/login.h asks further). Counts failures per name
  /// and locks out as SET USER LOGINFAIL, LOCKOUTPD say. Unknown names cost the same time. `remote_from` is the address
  /// of somebody who comes by Telnet.
  LoginResult login(std::string_view name, std::string_view password,
                    std::optional<Ipv4Address> remote_from = std::nullopt);
  /// Somebody whose identity is proven by other means than a password (an SSH key).
  LoginResult login_proven(std::string_view name);
  /// A user of the network (XAUTH): as login(), but LOGIN=NO keeps nobody out.
  LoginResult authenticate(std::string_view name, std::string_view password);

  // The steps of a login.
  bool locked_out(std::string_view name) const;
  /// The password was right: lets in who may come in, from where they come.
  LoginResult admit(std::string_view name, std::optional<Ipv4Address> remote_from);
  /// A server said yes to a name: good, or not_allowed from there.
  LoginResult admitted_by_server(std::string_view name, Privilege privilege, std::optional<Ipv4Address> remote_from);
  /// The name or password was wrong everywhere: bad, or locked_out when this was one time too many. `from` is where the
  /// attempt came from, over the network.
  LoginResult login_failed(std::string_view name, std::optional<Ipv4Address> from = std::nullopt);
  void on_lock_out(std::function<void(const LockOut&)> listener) { lock_out_listeners_.push_back(std::move(listener)); }

  /// The password alone, for the secure-delay question and SET PASSWORD.
  bool verify(std::string_view name, std::string_view password) const;

  /// Asked by log_in() after this database, in this order; nullptr: none. Set at assembly.
  UserServers* radius_servers = nullptr;
  UserServers* tacacs_servers = nullptr;
  UserServers* tacplus_servers = nullptr;
  /// Some user has RADIUSBACKUP, which changes the order: RADIUS is asked before this database.
  bool has_radius_backup() const;

  UserSettings settings;
  UserCounters counters;
  RemoteOfficers remote_officers;
  bool security_mode() const { return security_mode_; }
  /// ENABLE/DISABLE SYSTEM SECURITY_MODE. Listeners (ENCO destroys its keys when it ends) hear of each change.
  void set_security_mode(bool on);
  void on_security_mode_change(std::function<void(bool on)> listener) { listeners_.push_back(std::move(listener)); }
  /// A security officer exists, so security mode may be entered.
  bool has_security_officer() const;

 private:
  struct Failures {
    std::uint32_t count = 0;
    Instant locked_until{};
  };
  Failures& failures_of(const std::string& name);
  LoginResult failed(const std::string& name, std::optional<Ipv4Address> from);
  bool may_come(Privilege privilege, std::optional<Ipv4Address> remote_from) const;
  const Clock& clock_;
  Random& random_;
  PasswordHash hash_;
  bool security_mode_ = false;
  std::vector<std::function<void(bool)>> listeners_;
  std::vector<std::function<void(const LockOut&)>> lock_out_listeners_;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace arrouter
