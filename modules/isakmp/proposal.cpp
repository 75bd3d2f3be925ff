#include "modules/isakmp/proposal.h"

#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

constexpr std::uint16_t short_form = 0x8000;
constexpr std::size_t max_transforms = 256;  // the number field is one byte

std::unexpected<ParseError> bad_syntax(std::string cause) {
  return std::unexpected(ParseError{NotifyType::bad_proposal_syntax, std::move(cause)});
}

// Proposals and transforms are chains of their own, whose header says only whether another one follows.
std::expected<std::vector<ByteView>, ParseError> split_chain(ByteView bytes, PayloadType type, std::size_t limit) {
  std::vector<ByteView> parts;
  bool more = !bytes.empty();
  while (more) {
    if (parts.size() == limit) return bad_syntax("too many proposals or transforms");
    if (bytes.size() < generic_header_bytes) return bad_syntax("proposal or transform cut off");
    const auto next = static_cast<PayloadType>(bytes[0]);
    const std::size_t length = load_be16(bytes.data() + 2);
    if (length < generic_header_bytes || length > bytes.size()) return bad_syntax("wrong proposal or transform length");
    if (next != PayloadType::none && next != type) return bad_syntax("wrong chaining of proposals or transforms");
    parts.push_back(bytes.subspan(generic_header_bytes, length - generic_header_bytes));
    bytes = bytes.subspan(length);
    more = next == type;
  }
  if (!bytes.empty()) return bad_syntax("bytes after the last proposal or transform");
  return parts;
}

std::expected<WireTransform, ParseError> parse_transform(ByteView bytes) {
  ByteReader reader(bytes);
  WireTransform transform;
  transform.number = reader.u8();
  transform.id = reader.u8();
  reader.u16();
  if (!reader.ok()) return bad_syntax("transform cut off");
  const auto attributes = parse_attributes(reader.rest());
  if (!attributes) return std::unexpected(attributes.error());
  for (const AttributeView& view : *attributes)
    transform.attributes.push_back(
        {view.type, view.is_short, view.short_value, Bytes(view.long_value.begin(), view.long_value.end())});
  return transform;
}

std::expected<WireProposal, ParseError> parse_proposal(ByteView bytes) {
  ByteReader reader(bytes);
  WireProposal proposal;
  proposal.number = reader.u8();
  proposal.protocol = static_cast<Protocol>(reader.u8());
  const std::size_t spi_length = reader.u8();
  const std::size_t transforms = reader.u8();
  const ByteView spi = reader.take(spi_length);
  if (!reader.ok()) return bad_syntax("proposal cut off");
  proposal.spi.assign(spi.begin(), spi.end());
  const auto parts = split_chain(reader.rest(), PayloadType::transform, max_transforms);
  if (!parts) return std::unexpected(parts.error());
  if (parts->empty() || parts->size() != transforms) return bad_syntax("number of transforms is not what it says");
  for (const ByteView part : *parts) {
    auto transform = parse_transform(part);
    if (!transform) return std::unexpected(transform.error());
    proposal.transforms.push_back(std::move(*transform));
  }
  return proposal;
}

// Writes the generic header, lets `fill` write the rest, and sets the length.
template <class Fill>
void nested(Bytes& out, PayloadType next, Fill fill) {
  ByteWriter writer(out);
  const std::size_t start = writer.position();
  writer.u8(static_cast<std::uint8_t>(next));
  writer.u8(0);
  writer.u16(0);
  fill(writer);
  writer.patch_u16(start + 2, static_cast<std::uint16_t>(writer.position() - start));
}

}  // namespace

std::expected<std::vector<AttributeView>, ParseError> parse_attributes(ByteView bytes) {
  std::vector<AttributeView> attributes;
  ByteReader reader(bytes);
  while (reader.remaining() > 0) {
    if (attributes.size() == limits::isakmp_payloads) return bad_syntax("too many attributes");
    AttributeView attribute;
    const std::uint16_t type = reader.u16();
    attribute.type = type & ~short_form & 0xffff;
    attribute.is_short = (type & short_form) != 0;
    const std::uint16_t field = reader.u16();
    if (attribute.is_short) {
      attribute.short_value = field;
    } else {
      attribute.long_value = reader.take(field);
    }
    if (!reader.ok()) return bad_syntax("attribute cut off");
    attributes.push_back(attribute);
  }
  return attributes;
}

void encode_attribute(Bytes& out, const AttributeView& attribute) {
  ByteWriter writer(out);
  if (attribute.is_short) {
    writer.u16(attribute.type | short_form);
    writer.u16(attribute.short_value);
  } else {
    writer.u16(attribute.type);
    writer.u16(static_cast<std::uint16_t>(attribute.long_value.size()));
    writer.bytes(attribute.long_value);
  }
}

std::optional<std::uint64_t> Attribute::number() const {
  if (is_short) return short_value;
  if (long_value.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t byte : long_value) value = value << 8 | byte;
  return value;
}

void WireTransform::add(std::uint16_t type, std::uint32_t value) {
  Attribute attribute;
  attribute.type = type;
  attribute.is_short = value <= 0xffff;
  if (attribute.is_short) {
    attribute.short_value = static_cast<std::uint16_t>(value);
  } else {
    ByteWriter(attribute.long_value).u32(value);
  }
  attributes.push_back(std::move(attribute));
}

std::expected<SaPayload, ParseError> parse_sa(ByteView body) {
  ByteReader reader(body);
  SaPayload sa;
  sa.doi = reader.u32();
  sa.situation = reader.u32();
  if (!reader.ok()) return bad_syntax("SA payload cut off");
  if (sa.doi > doi_ipsec) return std::unexpected(ParseError{NotifyType::doi_not_supported, "unknown DOI"});
  if (sa.situation != situation_identity_only)
    return std::unexpected(ParseError{NotifyType::situation_not_supported, "unknown situation"});
  const auto parts = split_chain(reader.rest(), PayloadType::proposal, limits::isakmp_payloads);
  if (!parts) return std::unexpected(parts.error());
  if (parts->empty()) return bad_syntax("SA payload without a proposal");
  for (const ByteView part : *parts) {
    auto proposal = parse_proposal(part);
    if (!proposal) return std::unexpected(proposal.error());
    sa.proposals.push_back(std::move(*proposal));
  }
  return sa;
}

Bytes encode_sa(const SaPayload& sa) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(sa.doi);
  writer.u32(sa.situation);
  for (const WireProposal& proposal : sa.proposals) {
    nested(out, &proposal == &sa.proposals.back() ? PayloadType::none : PayloadType::proposal, [&](ByteWriter& p) {
      p.u8(proposal.number);
      p.u8(static_cast<std::uint8_t>(proposal.protocol));
      p.u8(static_cast<std::uint8_t>(proposal.spi.size()));
      p.u8(static_cast<std::uint8_t>(proposal.transforms.size()));
      p.bytes(proposal.spi);
      for (const WireTransform& transform : proposal.transforms) {
        const bool last = &transform == &proposal.transforms.back();
        nested(out, last ? PayloadType::none : PayloadType::transform, [&](ByteWriter& t) {
          t.u8(transform.number);
          t.u8(transform.id);
          t.u16(0);
          for (const Attribute& each : transform.attributes)
            encode_attribute(out, {each.type, each.is_short, each.short_value, each.long_value});
        });
      }
    });
  }
  return out;
}

}  // namespace arrouter::isakmp
