#include "modules/isakmp/decode.h"

#include <fmt/format.h>

#include "modules/isakmp/attributes.h"
#include "modules/isakmp/message.h"
#include "modules/isakmp/proposal.h"
#include "modules/isakmp/transforms.h"

namespace arrouter::isakmp {

namespace {

std::string line(int indent, std::string_view label, const std::string& value) {
  constexpr std::size_t value_column = 42;
  std::string text = std::string(static_cast<std::size_t>(indent), ' ') + std::string(label) + ' ';
  while (text.size() < value_column - 1) text += '.';
  return text + ' ' + value + '\n';
}

std::string numbered(const std::string& word, std::uint64_t value) { return fmt::format("{}({})", word, value); }

std::string phase1_attribute(const Attribute& attribute) {
  const std::uint64_t value = attribute.number().value_or(0);
  const auto small = static_cast<std::uint16_t>(value);
  switch (static_cast<Phase1Attribute>(attribute.type)) {
    case Phase1Attribute::encryption:
      return line(9, "Encryption Algorithm", numbered(small == 7 ? "AES" : phase1_cipher_name(small, 0), value));
    case Phase1Attribute::hash: return line(9, "Authentication Algorithm", numbered(phase1_hash_name(small), value));
    case Phase1Attribute::authentication: {
      const std::string_view known = name(static_cast<AuthMethod>(small));
      return line(9, "Authentication Method", numbered(known.empty() ? "UNKNOWN" : std::string(known), value));
    }
    case Phase1Attribute::group: return line(9, "Group Description", numbered(group_name(small), value));
    case Phase1Attribute::life_type:
      return line(9, "Expiry Type", numbered(value == life_seconds ? "SECONDS" : "KBYTES", value));
    case Phase1Attribute::life_duration: return line(9, "Expiry Value", fmt::format("{}", value));
    case Phase1Attribute::key_length: return line(9, "Key Length", fmt::format("{}", value));
  }
  return line(9, fmt::format("Attribute {}", attribute.type), fmt::format("{}", value));
}

std::string phase2_attribute(const Attribute& attribute) {
  const std::uint64_t value = attribute.number().value_or(0);
  const auto small = static_cast<std::uint16_t>(value);
  switch (static_cast<Phase2Attribute>(attribute.type)) {
    case Phase2Attribute::life_type:
      return line(9, "Expiry Type", numbered(value == life_seconds ? "SECONDS" : "KBYTES", value));
    case Phase2Attribute::life_duration: return line(9, "Expiry Value", fmt::format("{}", value));
    case Phase2Attribute::group: return line(9, "Group Description", numbered(group_name(small), value));
    case Phase2Attribute::encapsulation: {
      const bool tunnel = value == 1 || value == 3 || value == 61443;
      const std::string word = value <= 2 ? "" : "UDP_ENCAP_";
      return line(9, "Encapsulation Mode", numbered(word + (tunnel ? "TUNNEL" : "TRANSPORT"), value));
    }
    case Phase2Attribute::authentication:
      return line(9, "Authentication Algorithm", numbered(phase1_hash_name(small), value));
    case Phase2Attribute::key_length: return line(9, "Key Length", fmt::format("{}", value));
  }
  return line(9, fmt::format("Attribute {}", attribute.type), fmt::format("{}", value));
}

std::string_view protocol_word(Protocol protocol) {
  switch (protocol) {
    case Protocol::isakmp: return "ISAKMP";
    case Protocol::ah: return "AH";
    case Protocol::esp: return "ESP";
    case Protocol::ipcomp: return "IPCOMP";
  }
  return "UNKNOWN";
}

std::string sa_text(ByteView body) {
  const auto sa = parse_sa(body);
  if (!sa) return "     " + sa.error().cause + "\n";
  std::string text = fmt::format("     DOI: {}({})  Situation: {:08x}\n", sa->doi == doi_ipsec ? "IPSEC" : "ISAKMP",
                                 sa->doi, sa->situation);
  for (const WireProposal& proposal : sa->proposals) {
    text += fmt::format("     Proposal#: {}  Protocol: {}({})  #Trans: {}  SPI: {}\n", proposal.number,
                        protocol_word(proposal.protocol), static_cast<unsigned>(proposal.protocol),
                        proposal.transforms.size(), to_hex(proposal.spi));
    while (text.ends_with(" \n")) text.erase(text.size() - 2, 1);
    const bool phase1 = proposal.protocol == Protocol::isakmp;
    for (const WireTransform& transform : proposal.transforms) {
      text += fmt::format("       Transform#: {}\n", transform.number);
      const std::string id = phase1                               ? "IKE"
                             : proposal.protocol == Protocol::esp ? esp_transform_name(transform.id)
                                                                  : std::string(protocol_word(proposal.protocol));
      text += line(9, "Transform Id", numbered(id, transform.id));
      for (const Attribute& attribute : transform.attributes)
        text += phase1 ? phase1_attribute(attribute) : phase2_attribute(attribute);
    }
  }
  return text;
}

std::string id_text(ByteView body) {
  if (body.size() < 4) return "     too short\n";
  const auto type = static_cast<IdType>(body[0]);
  std::string value = to_hex(body.subspan(4));
  if (const auto traffic = parse_traffic_id(body)) {
    value = to_string(*traffic);
  } else {
    value = to_string(Identity{type, Bytes(body.begin() + 4, body.end())});
  }
  return fmt::format("     Type: {}({})  Protocol: {}  Port: {}\n     Value: {}\n", name(type),
                     static_cast<unsigned>(type), body[1], load_be16(body.data() + 2), value);
}

std::string notification_text(ByteView body) {
  const auto notification = parse_notification(body);
  if (!notification) return "     " + notification.error().cause + "\n";
  return fmt::format("     DOI: {}  Protocol: {}  Type: {}({})\n     SPI: {}\n", notification->doi,
                     notification->protocol, name(notification->type), static_cast<unsigned>(notification->type),
                     to_hex(notification->spi));
}

std::string deletion_text(ByteView body) {
  const auto deletion = parse_deletion(body);
  if (!deletion) return "     " + deletion.error().cause + "\n";
  std::string text = fmt::format("     DOI: {}  Protocol: {}  #SPIs: {}\n", deletion->doi, deletion->protocol,
                                 deletion->spis.size());
  for (const ByteView spi : deletion->spis) text += fmt::format("     SPI: {}\n", to_hex(spi));
  return text;
}

std::string xauth_value(XauthAttribute attribute, const AttributeView& view) {
  if (is_secret(attribute)) return view.long_value.empty() && !view.is_short ? "" : "*****";
  if (!view.is_short) return printable(view.long_value);
  if (attribute == XauthAttribute::type)
    return numbered(view.short_value == xauth_generic ? "GENERIC" : "OTHER", view.short_value);
  if (attribute == XauthAttribute::status)
    return numbered(view.short_value == xauth_ok ? "OK" : "FAIL", view.short_value);
  return fmt::format("{}", view.short_value);
}

std::string attributes_text(ByteView body) {
  const auto payload = parse_attribute_payload(body);
  if (!payload) return "     " + payload.error().cause + "\n";
  std::string text = fmt::format("     Type: {}({})  Identifier: {}\n", name(payload->type),
                                 static_cast<unsigned>(payload->type), payload->identifier);
  for (const AttributeView& view : payload->attributes) {
    const auto attribute = static_cast<XauthAttribute>(view.type);
    if (!name(attribute).empty()) {
      text += line(7, name(attribute), xauth_value(attribute, view));
    } else {
      text += line(7, fmt::format("Attribute {}", view.type),
                   view.is_short ? fmt::format("{}", view.short_value) : to_hex(view.long_value));
    }
    while (text.ends_with(" \n")) text.erase(text.size() - 2, 1);
  }
  return text;
}

std::string body_text(const Payload& payload) {
  switch (payload.type) {
    case PayloadType::sa: return sa_text(payload.body);
    case PayloadType::identification: return id_text(payload.body);
    case PayloadType::notification: return notification_text(payload.body);
    case PayloadType::deletion: return deletion_text(payload.body);
    case PayloadType::attributes: return attributes_text(payload.body);
    case PayloadType::certificate:
    case PayloadType::certificate_request:
      return payload.body.empty() ? "     too short\n" : fmt::format("     Encoding: {}\n", payload.body[0]);
    case PayloadType::signature:
    case PayloadType::vendor_id: return fmt::format("     {}\n", to_hex(payload.body));
    default: return {};
  }
}

}  // namespace

std::string decode_message(std::string_view direction, ByteView message, bool as_sent) {
  const auto header = parse_header(message);
  if (!header) return fmt::format("ISAKMP {} Message: {}", direction, header.error().cause);
  std::string text = fmt::format("ISAKMP {} Message\n   Cookie: {:016x}:{:016x}\n", direction,
                                 header->initiator_cookie, header->responder_cookie);
  text += fmt::format("   Xchg Type: {}({})    Ver: {:02x}    Flags: {:02x}\n", name(header->exchange),
                      static_cast<unsigned>(header->exchange), header->version, header->flags);
  text += fmt::format("   MessageID: {:08x}     Total Length: {}\n", header->message_id, header->length);
  const bool padded = !as_sent || (header->flags & flag_encrypted) != 0;
  const auto chain = parse_chain(header->next_payload, message.subspan(header_bytes), padded);
  if (!chain) return text + "   " + chain.error().cause;
  for (std::size_t i = 0; i < chain->payloads.size(); ++i) {
    const Payload& payload = chain->payloads[i];
    const std::string word = name(payload.type) == "Unknown"
                                 ? fmt::format("Unknown ({})", static_cast<unsigned>(payload.type))
                                 : std::string(name(payload.type));
    text += fmt::format("   Payload #: {}  Length: {}  Type: {}\n", i, payload.whole.size(), word);
    text += body_text(payload);
  }
  text.pop_back();
  return text;
}

std::string decode_raw(std::string_view direction, const Endpoint& peer, const Endpoint& local, ByteView message) {
  constexpr std::size_t per_line = 41;  // bytes
  std::string text = fmt::format("ISAKMP PKTRAW {}: Peer: {} Local: {} Port: {}", direction, to_string(peer.address),
                                 to_string(local.address), peer.port);
  for (std::size_t at = 0; at < message.size(); at += per_line)
    text += "\n  " + to_hex(message.subspan(at, std::min(per_line, message.size() - at)));
  return text;
}

}  // namespace arrouter::isakmp
