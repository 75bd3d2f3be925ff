// The SA payload (RFC 2408 3.4-3.6): proposals, transforms and their attributes, without knowing what they mean.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "modules/isakmp/message.h"

namespace arrouter::isakmp {

/// A data attribute; the short form carries 16 bits, the long form any number of bytes.
struct Attribute {
  std::uint16_t type = 0;
  bool is_short = true;
  std::uint16_t short_value = 0;
  Bytes long_value;
  /// The value as a number; nullopt for long forms above eight bytes.
  std::optional<std::uint64_t> number() const;
};

/// A data attribute where it stands in a message.
struct AttributeView {
  std::uint16_t type = 0;
  bool is_short = false;
  std::uint16_t short_value = 0;
  ByteView long_value;
};
std::expected<std::vector<AttributeView>, ParseError> parse_attributes(ByteView bytes);
void encode_attribute(Bytes& out, const AttributeView& attribute);

struct WireTransform {
  std::uint8_t number = 1;
  std::uint8_t id = 0;
  std::vector<Attribute> attributes;
  /// Appends an attribute in the short form when the value fits in 16 bits, else as four bytes.
  void add(std::uint16_t type, std::uint32_t value);
};

struct WireProposal {
  std::uint8_t number = 1;
  Protocol protocol = Protocol::isakmp;
  Bytes spi;
  std::vector<WireTransform> transforms;
};

struct SaPayload {
  std::uint32_t doi = doi_ipsec, situation = situation_identity_only;
  std::vector<WireProposal> proposals;
};

std::expected<SaPayload, ParseError> parse_sa(ByteView body);
Bytes encode_sa(const SaPayload& sa);

}  // namespace arrouter::isakmp
