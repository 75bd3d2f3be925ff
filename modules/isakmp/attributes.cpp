#include "modules/isakmp/attributes.h"

#include <algorithm>

namespace arrouter::isakmp {

std::string_view name(ConfigType type) {
  switch (type) {
    case ConfigType::request: return "REQUEST";
    case ConfigType::reply: return "REPLY";
    case ConfigType::set: return "SET";
    case ConfigType::acknowledge: return "ACK";
    case ConfigType::none: break;
  }
  return "UNKNOWN";
}

std::string_view name(XauthAttribute attribute) {
  switch (attribute) {
    case XauthAttribute::type: return "XAUTH-TYPE";
    case XauthAttribute::user_name: return "XAUTH-USER-NAME";
    case XauthAttribute::user_password: return "XAUTH-USER-PASSWORD";
    case XauthAttribute::passcode: return "XAUTH-PASSCODE";
    case XauthAttribute::message: return "XAUTH-MESSAGE";
    case XauthAttribute::challenge: return "XAUTH-CHALLENGE";
    case XauthAttribute::domain: return "XAUTH-DOMAIN";
    case XauthAttribute::status: return "XAUTH-STATUS";
    case XauthAttribute::next_pin: return "XAUTH-NEXT-PIN";
    case XauthAttribute::answer: return "XAUTH-ANSWER";
  }
  return {};
}

bool is_secret(XauthAttribute attribute) {
  return attribute == XauthAttribute::user_password || attribute == XauthAttribute::passcode ||
         attribute == XauthAttribute::next_pin || attribute == XauthAttribute::answer;
}

const AttributeView* AttributePayload::find(XauthAttribute attribute) const {
  const auto found = std::ranges::find(attributes, static_cast<std::uint16_t>(attribute), &AttributeView::type);
  return found == attributes.end() ? nullptr : &*found;
}

std::optional<std::uint16_t> AttributePayload::number(XauthAttribute attribute) const {
  const AttributeView* const found = find(attribute);
  if (found == nullptr) return std::nullopt;
  if (found->is_short) return found->short_value;
  if (found->long_value.size() != 2) return std::nullopt;
  return load_be16(found->long_value.data());
}

bool AttributePayload::speaks_xauth() const {
  return std::ranges::any_of(attributes, [](const AttributeView& attribute) {
    return !name(static_cast<XauthAttribute>(attribute.type)).empty();
  });
}

void AttributePayload::add(XauthAttribute attribute, std::uint16_t value) {
  attributes.push_back({static_cast<std::uint16_t>(attribute), true, value, {}});
}

void AttributePayload::add(XauthAttribute attribute, ByteView value) {
  attributes.push_back({static_cast<std::uint16_t>(attribute), false, 0, value});
}

std::expected<AttributePayload, ParseError> parse_attribute_payload(ByteView body) {
  ByteReader reader(body);
  AttributePayload payload;
  payload.type = static_cast<ConfigType>(reader.u8());
  reader.u8();
  payload.identifier = reader.u16();
  if (!reader.ok()) return std::unexpected(ParseError{NotifyType::payload_malformed, "attribute payload cut off"});
  auto attributes = parse_attributes(reader.rest());
  if (!attributes)
    return std::unexpected(ParseError{NotifyType::payload_malformed, std::move(attributes.error().cause)});
  payload.attributes = std::move(*attributes);
  return payload;
}

Bytes encode_attribute_payload(const AttributePayload& payload) {
  std::size_t length = 4;
  for (const AttributeView& attribute : payload.attributes) length += 4 + attribute.long_value.size();
  Bytes body;
  body.reserve(length);  // a password must not stay behind in memory that was outgrown
  ByteWriter writer(body);
  writer.u8(static_cast<std::uint8_t>(payload.type));
  writer.u8(0);
  writer.u16(payload.identifier);
  for (const AttributeView& attribute : payload.attributes) encode_attribute(body, attribute);
  return body;
}

}  // namespace arrouter::isakmp
