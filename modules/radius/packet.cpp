#include "modules/radius/packet.h"

#include <algorithm>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter::radius {

namespace {

constexpr std::size_t block_bytes = 16, attribute_header = 2, authenticator_at = 4;

struct AttributeName {
  Type type;
  std::string_view name;
  enum class Shape : std::uint8_t { text, number, address, secret } shape;
};
using Shape = AttributeName::Shape;
constexpr AttributeName attribute_names[] = {
    {Type::user_name, "User-Name", Shape::text},
    {Type::user_password, "User-Password", Shape::secret},
    {Type::nas_ip_address, "NAS-IP-Address", Shape::address},
    {Type::service_type, "Service-Type", Shape::number},
    {Type::reply_message, "Reply-Message", Shape::text},
    {Type::calling_station_id, "Calling-Station-Id", Shape::text},
    {Type::nas_identifier, "NAS-Identifier", Shape::text},
    {Type::nas_port_type, "NAS-Port-Type", Shape::number},
    {Type::message_authenticator, "Message-Authenticator", Shape::secret},
};

std::string_view code_name(std::uint8_t code) {
  switch (Code{code}) {
    case Code::access_request: return "Access-Request";
    case Code::access_accept: return "Access-Accept";
    case Code::access_reject: return "Access-Reject";
    case Code::access_challenge: return "Access-Challenge";
  }
  return "unknown code";
}

std::string shown_value(Shape shape, const Attribute& attribute) {
  const auto number = attribute.number();
  if (shape == Shape::number && number) return std::to_string(*number);
  if (shape == Shape::address && number) return to_string(Ipv4Address{*number});
  if (shape == Shape::secret) return "*****";
  return printable({reinterpret_cast<const char*>(attribute.value.data()), attribute.value.size()});
}

/// Those of a packet's attributes that are whole, and where the value of the Message-Authenticator begins.
struct Attributes {
  std::vector<Attribute> all;
  std::size_t message_authenticator_at = 0;  // 0: there is none
  bool whole = false;
};

Attributes read_attributes(ByteView packet) {
  Attributes read;
  ByteReader reader(packet.subspan(header_bytes));
  while (reader.remaining() != 0) {
    const std::size_t value_at = packet.size() - reader.remaining() + attribute_header;
    const Type type{reader.u8()};
    const std::size_t length = reader.u8();
    if (!reader.ok() || length < attribute_header) return read;
    const ByteView value = reader.take(length - attribute_header);
    if (!reader.ok()) return read;
    if (type == Type::message_authenticator) {
      if (value.size() != block_bytes || read.message_authenticator_at != 0) return read;
      read.message_authenticator_at = value_at;
    }
    read.all.emplace_back(type, value);
  }
  read.whole = true;
  return read;
}

void put(Bytes& packet, const Attribute& attribute) {
  packet.push_back(static_cast<std::uint8_t>(attribute.type));
  packet.push_back(static_cast<std::uint8_t>(attribute_header + attribute.value.size()));
  packet.insert(packet.end(), attribute.value.begin(), attribute.value.end());
}

/// HMAC-MD5 over the packet with the request's authenticator in it and zeros where the result stands.
SecretBytes message_authenticator(enco::EncoApi& enco, ByteView packet, const Authenticator& request, std::size_t at,
                                  ByteView secret) {
  const Authenticator zeros{};
  const std::array<ByteView, 5> parts{packet.first(authenticator_at), request, packet.subspan(header_bytes, at - header_bytes), zeros,
                                      packet.subspan(at + zeros.size())};
  return enco.hmac(enco::Hash::md5, secret, parts);
}

/// The packet without what may follow it in the datagram; empty when it cannot be one (RFC 2865 3).
ByteView packet_in(ByteView datagram) {
  if (datagram.size() < header_bytes) return {};
  const std::size_t length = load_be16(datagram.data() + 2);
  if (length < header_bytes || length > longest_packet || length > datagram.size()) return {};
  return datagram.first(length);
}

}  // namespace

Attribute::Attribute(Type of, std::uint32_t number) : type(of), value(4) { store_be32(value.data(), number); }
Attribute::Attribute(Type of, std::string_view text) : Attribute(of, as_bytes(text)) {}

std::optional<std::uint32_t> Attribute::number() const {
  if (value.size() != 4) return std::nullopt;
  return load_be32(value.data());
}

const Attribute* Answer::find(Type type) const {
  const auto found = std::ranges::find(attributes, type, &Attribute::type);
  return found == attributes.end() ? nullptr : &*found;
}

Bytes hide_password(enco::EncoApi& enco, ByteView password, ByteView secret, const Authenticator& request) {
  const std::size_t blocks = std::max<std::size_t>(1, (password.size() + block_bytes - 1) / block_bytes);
  Bytes hidden(blocks * block_bytes);
  std::ranges::copy(password, hidden.begin());
  ByteView chain = request;
  for (std::size_t at = 0; at < hidden.size(); at += block_bytes) {
    const std::array<ByteView, 2> parts{secret, chain};
    const Bytes digest = enco.hash(enco::Hash::md5, parts);
    for (std::size_t i = 0; i < block_bytes; ++i) hidden[at + i] ^= digest[i];
    chain = ByteView(hidden).subspan(at, block_bytes);
  }
  return hidden;
}

Bytes make_request(enco::EncoApi& enco, std::uint8_t identifier, const Authenticator& authenticator,
                   const std::vector<Attribute>& attributes, ByteView secret) {
  Bytes packet(header_bytes);
  packet[0] = static_cast<std::uint8_t>(Code::access_request);
  packet[1] = identifier;
  std::ranges::copy(authenticator, packet.begin() + authenticator_at);
  // It comes first, so that nobody can work out a collision over what stands before it (CVE-2024-3596).
  put(packet, {Type::message_authenticator, Authenticator{}});
  for (const Attribute& attribute : attributes) put(packet, attribute);
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  constexpr std::size_t at = header_bytes + attribute_header;
  std::ranges::copy(message_authenticator(enco, packet, authenticator, at, secret),
                    packet.begin() + static_cast<std::ptrdiff_t>(at));
  return packet;
}

std::optional<std::uint8_t> identifier_of(ByteView datagram) {
  if (datagram.size() < header_bytes) return std::nullopt;
  return datagram[1];
}

std::expected<Reply, Flaw> read_reply(enco::EncoApi& enco, ByteView datagram, const Authenticator& request,
                                      ByteView secret) {
  const ByteView packet = packet_in(datagram);
  if (packet.empty()) return std::unexpected(Flaw::malformed);
  const Code code{packet[0]};
  if (code != Code::access_accept && code != Code::access_reject && code != Code::access_challenge)
    return std::unexpected(Flaw::unknown_code);
  Attributes attributes = read_attributes(packet);
  if (!attributes.whole) return std::unexpected(Flaw::malformed);

  const std::array<ByteView, 4> parts{packet.first(authenticator_at), request, packet.subspan(header_bytes), secret};
  const Bytes proof = enco.hash(enco::Hash::md5, parts);
  if (!equal_constant_time(proof, packet.subspan(authenticator_at, block_bytes))) return std::unexpected(Flaw::bad_authenticator);
  const std::size_t at = attributes.message_authenticator_at;
  if (at != 0) {
    const SecretBytes wanted = message_authenticator(enco, packet, request, at, secret);
    if (!equal_constant_time(wanted, packet.subspan(at, block_bytes))) return std::unexpected(Flaw::bad_authenticator);
  }
  return Reply{code, at != 0, std::move(attributes.all)};
}

std::string describe(ByteView datagram) {
  const ByteView packet = packet_in(datagram);
  if (packet.empty()) return fmt::format("{} bytes that are no RADIUS packet\n", datagram.size());
  std::string text = fmt::format("{}, identifier {}, length {}\n", code_name(packet[0]), packet[1], packet.size());
  for (const Attribute& attribute : read_attributes(packet).all) {
    const auto known = std::ranges::find(attribute_names, attribute.type, &AttributeName::type);
    if (known == std::end(attribute_names)) {
      text += fmt::format("  {}: {}\n", static_cast<unsigned>(attribute.type), to_hex(attribute.value));
    } else {
      text += fmt::format("  {}: {}\n", known->name, shown_value(known->shape, attribute));
    }
  }
  return text;
}

}  // namespace arrouter::radius
