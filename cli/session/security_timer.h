// The security timer: when a password must be given again before a command runs (SECUREDELAY; reference/cli.md 8).
#pragma once

#include <optional>

#include "os/base/time.h"
#include "os/terminal.h"

namespace arrouter {

class SecurityTimer {
 public:
  /// A password was given: at login, or in answer to the question.
  void authenticated(Instant now) {
    last_activity_ = now;
    stale_ = false;
    if (last_user_command_) last_user_command_ = now;
  }
  /// Something was typed. A pause longer than `delay` leaves the person unproven until the password is given.
  void activity(Instant now, Duration delay) {
    if (now - last_activity_ > delay) stale_ = true;
    last_activity_ = now;
  }
  /// A security officer is asked before any security command after a pause; a manager before a command that changes
  /// the user database, when the last one is longer ago than `delay`.
  bool password_needed(Privilege privilege, bool security_command, bool user_command, Instant now,
                       Duration delay) const {
    if (privilege == Privilege::security_officer) return security_command && stale_;
    return user_command && last_user_command_ && now - *last_user_command_ > delay;
  }
  /// A command that changes the user database runs.
  void user_command(Instant now) { last_user_command_ = now; }

 private:
  Instant last_activity_{};
  std::optional<Instant> last_user_command_;  // none since the login: the timer does not run yet
  bool stale_ = false;
};

}  // namespace arrouter
