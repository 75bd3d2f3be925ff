// Passwords in clear, for CHAP: a digest cannot answer a challenge. They are remembered while the router runs, and those
// of users who may not log in at the command line are kept in NVS, so that a saved configuration, which has digests
// alone, still lets them in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "os/files.h"
#include "os/users.h"

namespace arrouter::user {

class Secrets {
 public:
  explicit Secrets(FileStore& files);
  /// `user` has just been given this password.
  void remember(const User& user, std::string_view password);
  /// nullopt when the user's password has changed since, or was never seen in clear.
  std::optional<std::string> find(const User& user) const;

 private:
  struct Secret {
    std::string digest, password;
    bool kept = false;  // in NVS
  };
  void save() const;
  FileStore& files_;
  std::map<std::string, Secret, std::less<>> secrets_;  // by user
};

}  // namespace arrouter::user
