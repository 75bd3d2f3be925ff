// What other modules may ask of the user database beyond os/users.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arrouter {

class UserApi {
 public:
  virtual ~UserApi() = default;
  /// The password itself, which CHAP needs (RFC 1994 2.2); nullopt when only its digest is known.
  virtual std::optional<std::string> clear_password(std::string_view user) const = 0;
};

}  // namespace arrouter
