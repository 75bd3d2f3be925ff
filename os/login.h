// A login from name and password to the verdict (reference/operations.md 1; AR450S command reference 2.9, chapter
// authentication servers): the User Authentication Database first, then RADIUS, TACACS and TACACS+ servers. While some user
// has RADIUSBACKUP, RADIUS is asked before the database, and such users count only when no RADIUS server answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "os/base/address.h"
#include "os/base/bytes.h"
#include "os/terminal.h"
#include "os/users.h"

namespace arrouter {

struct LoginRequest {
  std::string name;  // as typed: the database does not mind the case, a server may
  SecretBytes password;
  std::string device;                      // "Asyn 0", "Telnet 1", "SSH 1"
  std::optional<Ipv4Address> remote_from;  // of somebody who comes over the network
  /// ADD SSH USER has a password of its own; this says whether it was right, and the database's does not count.
  std::optional<bool> proven = std::nullopt;
  bool secure_line = false;  // SSH: security officers may come from anywhere
};

/// The servers of one kind that know users.
class UserServers {
 public:
  enum class Reply : std::uint8_t { accepted, rejected, unanswered };
  struct Answer {
    Reply reply = Reply::unanswered;
    Privilege privilege = Privilege::user;
    std::string server;  // "RADIUS server 10.0.0.1"; empty when none answered
  };
  virtual ~UserServers() = default;
  /// There is a server to ask.
  virtual bool any() const = 0;
  /// `answered` runs once, maybe inside the call; not once `owner` has expired, and never when the router goes down.
  virtual void ask(const LoginRequest& request, std::weak_ptr<void> owner,
                   std::function<void(const Answer&)> answered) = 0;
};

struct LoginVerdict {
  LoginResult result = LoginResult::bad;
  std::string user;  // as the database has it, or as typed when a server knows it
  Privilege privilege = Privilege::user;
  std::string server;       // who said yes; empty: the database
  bool locked_now = false;  // this failure was one too many
};
using LoginDone = std::function<void(const LoginVerdict&)>;

/// Calls `done` as UserServers::ask() does.
void log_in(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner, LoginDone done);

/// The password of somebody a server let in, asked again: neither a login nor a reason to lock out.
void confirm_by_servers(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner,
                        std::function<void(bool right)> done);

}  // namespace arrouter
