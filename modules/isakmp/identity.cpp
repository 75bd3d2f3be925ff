#include "modules/isakmp/identity.h"

#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/distinguished_name.h"
#include "os/base/text.h"

namespace arrouter::isakmp {

namespace {

constexpr std::size_t longest_shown = 64, longest_shown_dn = 160;

std::unexpected<ParseError> bad_id(std::string cause) {
  return std::unexpected(ParseError{NotifyType::invalid_id_information, std::move(cause)});
}

bool is_name(IdType type) { return type == IdType::fqdn || type == IdType::user_fqdn; }

}  // namespace

std::string printable(ByteView data) {
  std::string text;
  for (const std::uint8_t byte : data.first(std::min(data.size(), longest_shown)))
    text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '?';
  return text;
}

Identity Identity::of(Ipv4Address address) {
  Identity identity;
  identity.data.resize(4);
  store_be32(identity.data.data(), address.value);
  return identity;
}

Identity identity_from_text(std::string_view text) {
  if (const auto address = parse_ipv4(text)) return Identity::of(*address);
  if (text.find('=') != std::string_view::npos)
    if (auto name = distinguished_name(text)) return {IdType::der_dn, std::move(*name)};
  const ByteView data = as_bytes(text);
  return {text.find('@') != std::string_view::npos ? IdType::user_fqdn : IdType::fqdn, {data.begin(), data.end()}};
}

std::string to_string(const Identity& identity) {
  if (identity.type == IdType::ipv4_address && identity.data.size() == 4)
    return to_string(Ipv4Address(load_be32(identity.data.data())));
  if (is_name(identity.type)) return printable(identity.data);
  if (identity.type == IdType::der_dn)
    if (const auto name = distinguished_name_text(identity.data)) return name->substr(0, longest_shown_dn);
  const ByteView data = identity.data;
  return fmt::format("{}:{}", name(identity.type), to_hex(data.first(std::min(data.size(), longest_shown / 2))));
}

std::string full_name(const Identity& identity) {
  if (is_name(identity.type) || identity.type == IdType::key_id)
    return {identity.data.begin(), identity.data.end()};
  if (identity.type == IdType::der_dn)
    if (auto name = distinguished_name_text(identity.data)) return std::move(*name);
  return to_string(identity);
}

bool names_fit(const EndNames& demanded, const EndNames& shown) {
  const auto fits = [](const std::string& wanted, const std::string& name) {
    return wanted.empty() || same_identity(identity_from_text(wanted), identity_from_text(name));
  };
  return fits(demanded.local, shown.local) && fits(demanded.remote, shown.remote);
}

std::string to_string(const EndNames& shown) {
  return fmt::format("{} and {}", printable(as_bytes(shown.local)), printable(as_bytes(shown.remote)));
}

bool same_identity(const Identity& left, const Identity& right) {
  const auto group_name = [](const Identity& typed, const Identity& sent) {
    return typed.type == IdType::fqdn && sent.type == IdType::key_id && typed.data == sent.data;
  };
  if (group_name(left, right) || group_name(right, left)) return true;
  if (left.type != right.type) return false;
  if (left.type == IdType::der_dn) return same_distinguished_name(left.data, right.data);
  if (!is_name(left.type)) return left.data == right.data;
  return equal_ignoring_case({reinterpret_cast<const char*>(left.data.data()), left.data.size()},
                             {reinterpret_cast<const char*>(right.data.data()), right.data.size()});
}

std::expected<Identity, ParseError> parse_identity(ByteView body) {
  ByteReader reader(body);
  Identity identity;
  identity.type = static_cast<IdType>(reader.u8());
  const std::uint8_t protocol = reader.u8();
  const std::uint16_t port = reader.u16();
  if (!reader.ok()) return bad_id("ID payload cut off");
  const ByteView data = reader.rest();
  identity.data.assign(data.begin(), data.end());
  // RFC 2407 4.6.2 allows 0/0 and 17/500; NAT-T peers name 4500, and some put a port without the protocol.
  if ((protocol != 0 && protocol != 17) || (port != 0 && port != isakmp_port && port != floated_port))
    return bad_id(fmt::format("phase 1 ID with protocol {} and port {}", protocol, port));
  if (identity.type == IdType::ipv4_address && identity.data.size() != 4) return bad_id("address ID of wrong length");
  if (identity.data.empty()) return bad_id("empty ID");
  return identity;
}

Bytes encode_identity(const Identity& identity) {
  Bytes body;
  ByteWriter writer(body);
  writer.u8(static_cast<std::uint8_t>(identity.type));
  writer.zeros(3);
  writer.bytes(identity.data);
  return body;
}

std::expected<TrafficId, ParseError> parse_traffic_id(ByteView body, std::optional<Ipv4Address> seen_at) {
  ByteReader reader(body);
  TrafficId id;
  const auto type = static_cast<IdType>(reader.u8());
  id.protocol = reader.u8();
  id.port = reader.u16();
  if (type == IdType::fqdn && seen_at && reader.ok() && reader.remaining() != 0) {
    id.first = *seen_at;
    return id;
  }
  id.first = Ipv4Address(reader.u32());
  switch (type) {
    case IdType::ipv4_address: id.kind = TrafficId::Kind::address; break;
    case IdType::ipv4_subnet: id.kind = TrafficId::Kind::subnet; break;
    case IdType::ipv4_range: id.kind = TrafficId::Kind::range; break;
    default: return bad_id(fmt::format("phase 2 ID of type {}", name(type)));
  }
  if (id.kind != TrafficId::Kind::address) id.second = Ipv4Address(reader.u32());
  if (!reader.ok() || reader.remaining() != 0) return bad_id("phase 2 ID of wrong length");
  if (id.kind == TrafficId::Kind::subnet && !prefix_length(id.second)) return bad_id("phase 2 ID with a torn mask");
  if (id.kind == TrafficId::Kind::range && id.second < id.first) return bad_id("phase 2 ID with its range reversed");
  return id;
}

Bytes encode_traffic_id(const TrafficId& id) {
  Bytes body;
  ByteWriter writer(body);
  const IdType type = id.kind == TrafficId::Kind::address  ? IdType::ipv4_address
                      : id.kind == TrafficId::Kind::subnet ? IdType::ipv4_subnet
                                                           : IdType::ipv4_range;
  writer.u8(static_cast<std::uint8_t>(type));
  writer.u8(id.protocol);
  writer.u16(id.port);
  writer.u32(id.first.value);
  if (id.kind != TrafficId::Kind::address) writer.u32(id.second.value);
  return body;
}

std::string to_string(const TrafficId& id) {
  std::string text = to_string(id.first);
  if (id.kind == TrafficId::Kind::subnet) text += "/" + to_string(id.second);
  if (id.kind == TrafficId::Kind::range) text += "-" + to_string(id.second);
  if (id.protocol != 0 || id.port != 0) text += fmt::format(" protocol {} port {}", id.protocol, id.port);
  return text;
}

}  // namespace arrouter::isakmp
