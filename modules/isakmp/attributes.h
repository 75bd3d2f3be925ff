// The attribute payload of the transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05 3.2) and the attributes of
// extended authentication (draft-beaulieu-ike-xauth-02 6.2).
#pragma once

#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "modules/isakmp/proposal.h"

namespace arrouter::isakmp {

enum class ConfigType : std::uint8_t { none = 0, request = 1, reply = 2, set = 3, acknowledge = 4 };
/// "REQUEST"; "UNKNOWN" for what is none of them.
std::string_view name(ConfigType type);

enum class XauthAttribute : std::uint16_t {
  type = 16520, user_name = 16521, user_password = 16522, passcode = 16523, message = 16524, challenge = 16525,
  domain = 16526, status = 16527, next_pin = 16528, answer = 16529
};
/// "XAUTH-USER-NAME"; empty for attributes of other kinds.
std::string_view name(XauthAttribute attribute);
/// Its value must never be shown.
bool is_secret(XauthAttribute attribute);

/// Values of XauthAttribute::type; the others are RADIUS-CHAP 1, OTP 2 and S/KEY 3.
inline constexpr std::uint16_t xauth_generic = 0;
/// Values of XauthAttribute::status.
inline constexpr std::uint16_t xauth_fail = 0, xauth_ok = 1;

struct AttributePayload {
  ConfigType type = ConfigType::none;
  std::uint16_t identifier = 0;
  std::vector<AttributeView> attributes;

  const AttributeView* find(XauthAttribute attribute) const;
  /// The attribute as a number; nullopt when it is missing or longer than two bytes.
  std::optional<std::uint16_t> number(XauthAttribute attribute) const;
  /// Any of its attributes is one of XAUTH.
  bool speaks_xauth() const;

  void add(XauthAttribute attribute, std::uint16_t value);
  /// The view must live until the payload is encoded.
  void add(XauthAttribute attribute, ByteView value);
};
/// The views point into `body`.
std::expected<AttributePayload, ParseError> parse_attribute_payload(ByteView body);
Bytes encode_attribute_payload(const AttributePayload& payload);

}  // namespace arrouter::isakmp
