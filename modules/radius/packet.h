// RADIUS on the wire (RFC 2865 3, RFC 2869 5.14): requests made, answers taken apart and proven.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/radius/radius_api.h"

namespace arrouter::radius {

inline constexpr std::size_t header_bytes = 20, longest_packet = 4096, longest_value = 253, longest_password = 128;

enum class Code : std::uint8_t { access_request = 1, access_accept = 2, access_reject = 3, access_challenge = 11 };

/// Of a request: random; of an answer: its digest.
using Authenticator = std::array<std::uint8_t, 16>;

/// User-Password as it travels: blocks of 16, XORed with a chain of digests (RFC 2865 5.2). Up to longest_password.
Bytes hide_password(enco::EncoApi& enco, ByteView password, ByteView secret, const Authenticator& request);

/// An Access-Request with a Message-Authenticator in front of the attributes, none of which is longer than
/// longest_value.
Bytes make_request(enco::EncoApi& enco, std::uint8_t identifier, const Authenticator& authenticator,
                   const std::vector<Attribute>& attributes, ByteView secret);

struct Reply {
  Code code = Code::access_reject;
  bool has_message_authenticator = false;
  std::vector<Attribute> attributes;
};
enum class Flaw : std::uint8_t { malformed, unknown_code, bad_authenticator };

/// The identifier of something that may be a packet; nullopt when it is too short.
std::optional<std::uint8_t> identifier_of(ByteView datagram);
/// Both proofs are checked: the Response Authenticator, and the Message-Authenticator where there is one.
std::expected<Reply, Flaw> read_reply(enco::EncoApi& enco, ByteView datagram, const Authenticator& request,
                                      ByteView secret);

/// A packet for people: one line for each attribute, no password.
std::string describe(ByteView packet);

}  // namespace arrouter::radius
