// TACACS on the wire: the simple form of RFC 1492's UDP encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "os/base/bytes.h"

namespace arrouter::tacacs {

inline constexpr std::size_t longest_text = 255;  // of a name or a password
inline constexpr std::uint16_t server_port = 49;

/// A LOGIN request; `nonce` comes back in the answer.
SecretBytes login_request(std::uint16_t nonce, std::string_view user, ByteView password);

struct Reply {
  std::uint16_t nonce = 0;
  bool accepted = false;
};
/// nullopt for anything but an answer that says yes or no.
std::optional<Reply> read_reply(ByteView datagram);

}  // namespace arrouter::tacacs
