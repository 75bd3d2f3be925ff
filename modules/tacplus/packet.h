// TACACS+ on the wire (RFC 8907 4, 5, 6): bodies written and read, and what hides them. One packet is a header in clear
// and a body hidden by a pad of MD5 digests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/enco/enco_api.h"

namespace arrouter::tacplus {

inline constexpr std::size_t header_bytes = 12, longest_text = 255;  // of a name, a password, a port, an address

enum class PacketType : std::uint8_t { authentication = 1, authorization = 2 };
enum class AuthenType : std::uint8_t { ascii = 1, pap = 2 };
namespace flag {
inline constexpr std::uint8_t unencrypted = 1, single_connection = 4;
}

struct Header {
  std::uint8_t version = 0xc0;  // 0xc1 for PAP
  PacketType type = PacketType::authentication;
  std::uint8_t sequence = 1;  // odd from the client, even from the server
  std::uint8_t flags = 0;
  std::uint32_t session = 0;
  std::uint32_t length = 0;  // of the body
};
/// `bytes`: at least header_bytes.
Header read_header(ByteView bytes);

/// Hides a body or shows it (4.5). Without a key it stays as it is.
SecretBytes obfuscated(enco::EncoApi& enco, const Header& header, ByteView key, ByteView body);
/// A whole packet; the header's length is made here.
SecretBytes make_packet(enco::EncoApi& enco, Header header, ByteView key, ByteView body);

/// Who logs in, and where. No text is longer than longest_text.
struct Person {
  std::string user;
  SecretBytes password;
  std::string port;    // "Telnet 1"
  std::string remote;  // address; empty at a console
};

/// Authentication START of a login (5.1). Only with PAP is the password in it.
SecretBytes start_body(const Person& person, AuthenType type);
/// CONTINUE (5.3): the answer to what the server asked for.
SecretBytes continue_body(ByteView answer);
/// CONTINUE that ends the session.
SecretBytes abort_body();
/// Authorization REQUEST (6.1) for a command line.
SecretBytes authorization_body(const Person& person, AuthenType authenticated_by);

enum class AuthenStatus : std::uint8_t {
  pass = 1,
  fail = 2,
  get_data = 3,
  get_user = 4,
  get_password = 5,
  restart = 6,
  error = 7,
  follow = 0x21,
};
enum class AuthorStatus : std::uint8_t { pass_add = 1, pass_replace = 2, fail = 0x10, error = 0x11, follow = 0x21 };

struct AuthenReply {
  AuthenStatus status = AuthenStatus::error;
  std::string message;  // to the user, as the server wrote it
};
struct AuthorReply {
  AuthorStatus status = AuthorStatus::error;
  std::string message;
  std::vector<std::string> arguments;  // "priv-lvl=15"
};
/// nullopt when the lengths in the body are not that of the body, or the status is unknown: the keys differ, most
/// often.
std::optional<AuthenReply> read_authentication(ByteView body);
std::optional<AuthorReply> read_authorization(ByteView body);

}  // namespace arrouter::tacplus
