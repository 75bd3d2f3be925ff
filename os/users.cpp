#include "os/users.h"

#include <algorithm>

#include "os/base/bytes.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::string_view default_account = "manager";
constexpr std::string_view default_password = "friend";
constexpr std::size_t digest_length = 34;

std::uint8_t salt_of(std::string_view digest) {
  const auto salt = from_hex(digest.substr(0, 2));
  return salt && !salt->empty() ? salt->front() : std::uint8_t{0};
}

}  // namespace

bool is_password_digest(std::string_view text) { return text.size() == digest_length && from_hex(text).has_value(); }

bool RemoteOfficers::allow(Ipv4Address from) const {
  return enabled && std::ranges::any_of(places, [from](const Place& place) {
           return from.masked(place.mask) == place.address.masked(place.mask);
         });
}

UserDatabase::UserDatabase(const Clock& clock, Random& random, PasswordHash hash)
    : clock_(clock), random_(random), hash_(hash) {
  reset();
}

void UserDatabase::reset() {
  users_.clear();
  failures_.clear();
  settings = {};
  remote_officers = {};
  User manager;
  manager.name = default_account;
  manager.digest = digest_of(default_password);
  manager.description = "Manager Account";
  manager.privilege = Privilege::manager;
  manager.telnet = true;
  put(std::move(manager));
  set_security_mode(false);
}

const User* UserDatabase::find(std::string_view name) const {
  const auto found = users_.find(to_lower(name));
  return found == users_.end() ? nullptr : &found->second;
}

void UserDatabase::put(User user) {
  user.name = to_lower(user.name);
  users_.insert_or_assign(user.name, std::move(user));
}

bool UserDatabase::remove(std::string_view name) {
  const std::string key = to_lower(name);
  if (key == default_account) return false;
  failures_.erase(key);
  return users_.erase(key) != 0;
}

std::string UserDatabase::digest_of(std::string_view password) {
  return hash_(password, static_cast<std::uint8_t>(random_.below(256)));
}

bool UserDatabase::verify(std::string_view name, std::string_view password) const {
  const User* const user = find(name);
  // An unknown name is hashed too, so that the answer takes as long as a wrong password.
  const std::string given = to_lower(hash_(password, user == nullptr ? std::uint8_t{0} : salt_of(user->digest)));
  const std::string kept = user == nullptr ? std::string(digest_length, '0') : to_lower(user->digest);
  return equal_constant_time(as_bytes(given), as_bytes(kept)) && user != nullptr;
}

LoginResult UserDatabase::login(std::string_view name, std::string_view password,
                                std::optional<Ipv4Address> remote_from) {
  const bool right = verify(name, password);
  if (locked_out(name)) return LoginResult::locked_out;
  return right ? admit(name, remote_from) : login_failed(name, remote_from);
}

LoginResult UserDatabase::login_proven(std::string_view name) {
  if (find(name) == nullptr) return LoginResult::bad;
  if (locked_out(name)) return LoginResult::locked_out;
  return admit(name, std::nullopt);
}

LoginResult UserDatabase::authenticate(std::string_view name, std::string_view password) {
  const std::string key = to_lower(name);
  const bool right = verify(key, password);
  if (locked_out(key)) return LoginResult::locked_out;
  const auto user = users_.find(key);
  if (!right) {
    if (user != users_.end()) ++user->second.authentication_fails;
    return failed(key, std::nullopt);
  }
  failures_.erase(key);
  if (!user->second.enabled) return LoginResult::not_allowed;
  ++user->second.authentications;
  ++counters.authentications;
  return LoginResult::good;
}

bool UserDatabase::locked_out(std::string_view name) const {
  const auto failures = failures_.find(to_lower(name));
  return failures != failures_.end() && clock_.now() < failures->second.locked_until;
}

LoginResult UserDatabase::admit(std::string_view name, std::optional<Ipv4Address> remote_from) {
  User& user = users_.find(to_lower(name))->second;
  failures_.erase(user.name);
  if (!may_come(user.privilege, remote_from) || !user.enabled || !user.login) return LoginResult::not_allowed;
  ++user.logins;
  ++counters.logins;
  return LoginResult::good;
}

bool UserDatabase::may_come(Privilege privilege, std::optional<Ipv4Address> remote_from) const {
  const bool guarded = security_mode_ && privilege == Privilege::security_officer;
  return !guarded || !remote_from || remote_officers.allow(*remote_from);
}

LoginResult UserDatabase::admitted_by_server(std::string_view name, Privilege privilege,
                                             std::optional<Ipv4Address> remote_from) {
  failures_.erase(to_lower(name));
  if (!may_come(privilege, remote_from)) return LoginResult::not_allowed;
  ++counters.logins;
  return LoginResult::good;
}

LoginResult UserDatabase::login_failed(std::string_view name, std::optional<Ipv4Address> from) {
  const std::string key = to_lower(name);
  if (const auto user = users_.find(key); user != users_.end()) ++user->second.fails;
  return failed(key, from);
}

LoginResult UserDatabase::failed(const std::string& name, std::optional<Ipv4Address> from) {
  if (!users_.contains(name)) ++counters.unknown_login_names;
  ++counters.total_password_fails;
  Failures& failures = failures_of(name);
  if (++failures.count < settings.login_fail) return LoginResult::bad;
  failures.count = 0;
  failures.locked_until = clock_.now() + std::chrono::seconds(settings.lockout_s);
  ++counters.login_lockouts;
  for (const auto& listener : lock_out_listeners_) listener({name, from, settings.login_fail});
  return LoginResult::locked_out;
}

bool UserDatabase::has_radius_backup() const {
  return std::ranges::any_of(users_, [](const auto& entry) { return entry.second.radius_backup; });
}

UserDatabase::Failures& UserDatabase::failures_of(const std::string& name) {
  // Guessed names must not fill the memory: when the table is full, the entry that matters least goes, and that is one
  // of a name nobody has, the least locked first.
  if (!failures_.contains(name) && failures_.size() >= limits::failed_logins) {
    const auto least = std::ranges::min_element(failures_, {}, [this](const auto& entry) {
      return std::tuple(users_.contains(entry.first), entry.second.locked_until, entry.second.count);
    });
    failures_.erase(least);
  }
  return failures_[name];
}

void UserDatabase::set_security_mode(bool on) {
  if (security_mode_ == on) return;
  security_mode_ = on;
  for (const auto& listener : listeners_) listener(on);
}

bool UserDatabase::has_security_officer() const {
  return std::ranges::any_of(users_, [](const auto& entry) {
    return entry.second.privilege == Privilege::security_officer && entry.second.enabled && entry.second.login;
  });
}

}  // namespace arrouter
