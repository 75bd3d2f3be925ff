#include "modules/tacplus/packet.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace arrouter::tacplus {

namespace {

constexpr std::uint8_t login = 1, login_service = 1, user_level = 1, method_tacacs_plus = 6, abort_flag = 1;
constexpr std::string_view shell_arguments[] = {"service=shell", "cmd="};

void append(SecretBytes& body, std::string_view text) { body.insert(body.end(), text.begin(), text.end()); }

std::uint8_t length_of(std::string_view text) { return static_cast<std::uint8_t>(text.size()); }

std::string text_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

bool known(AuthenStatus status) {
  return (status >= AuthenStatus::pass && status <= AuthenStatus::error) || status == AuthenStatus::follow;
}

bool known(AuthorStatus status) {
  switch (status) {
    case AuthorStatus::pass_add:
    case AuthorStatus::pass_replace:
    case AuthorStatus::fail:
    case AuthorStatus::error:
    case AuthorStatus::follow:
      return true;
  }
  return false;
}

}  // namespace

Header read_header(ByteView bytes) {
  ByteReader reader(bytes);
  Header header;
  header.version = reader.u8();
  header.type = PacketType{reader.u8()};
  header.sequence = reader.u8();
  header.flags = reader.u8();
  header.session = reader.u32();
  header.length = reader.u32();
  return header;
}

SecretBytes obfuscated(enco::EncoApi& enco, const Header& header, ByteView key, ByteView body) {
  SecretBytes hidden(body.begin(), body.end());
  if (key.empty()) return hidden;
  std::array<std::uint8_t, 4> session{};
  store_be32(session.data(), header.session);
  const std::array<std::uint8_t, 2> turn{header.version, header.sequence};
  Bytes digest;
  for (std::size_t at = 0; at < hidden.size(); ++at) {
    const std::size_t place = digest.empty() ? 0 : at % digest.size();
    if (place == 0) {
      const std::array<ByteView, 4> parts{session, key, turn, digest};
      digest = enco.hash(enco::Hash::md5, parts);
    }
    hidden[at] ^= digest[place];
  }
  return hidden;
}

SecretBytes make_packet(enco::EncoApi& enco, Header header, ByteView key, ByteView body) {
  SecretBytes packet(header_bytes);
  packet[0] = header.version;
  packet[1] = static_cast<std::uint8_t>(header.type);
  packet[2] = header.sequence;
  packet[3] = header.flags;
  store_be32(packet.data() + 4, header.session);
  store_be32(packet.data() + 8, static_cast<std::uint32_t>(body.size()));
  const SecretBytes hidden = obfuscated(enco, header, key, body);
  packet.insert(packet.end(), hidden.begin(), hidden.end());
  return packet;
}

SecretBytes start_body(const Person& person, AuthenType type) {
  const ByteView data = type == AuthenType::pap ? ByteView(person.password) : ByteView();
  SecretBytes body{login,
                   user_level,
                   static_cast<std::uint8_t>(type),
                   login_service,
                   length_of(person.user),
                   length_of(person.port),
                   length_of(person.remote),
                   static_cast<std::uint8_t>(data.size())};
  for (const std::string* text : {&person.user, &person.port, &person.remote}) append(body, *text);
  body.insert(body.end(), data.begin(), data.end());
  return body;
}

SecretBytes continue_body(ByteView answer) {
  SecretBytes body(5);
  store_be16(body.data(), static_cast<std::uint16_t>(answer.size()));
  body.insert(body.end(), answer.begin(), answer.end());
  return body;
}

SecretBytes abort_body() { return {0, 0, 0, 0, abort_flag}; }

SecretBytes authorization_body(const Person& person, AuthenType authenticated_by) {
  SecretBytes body{method_tacacs_plus,
                   user_level,
                   static_cast<std::uint8_t>(authenticated_by),
                   login_service,
                   length_of(person.user),
                   length_of(person.port),
                   length_of(person.remote),
                   static_cast<std::uint8_t>(std::size(shell_arguments))};
  for (const std::string_view argument : shell_arguments) body.push_back(length_of(argument));
  for (const std::string* text : {&person.user, &person.port, &person.remote}) append(body, *text);
  for (const std::string_view argument : shell_arguments) append(body, argument);
  return body;
}

std::optional<AuthenReply> read_authentication(ByteView body) {
  ByteReader reader(body);
  AuthenReply reply;
  reply.status = AuthenStatus{reader.u8()};
  reader.u8();  // whether to echo the answer
  const std::size_t message = reader.u16(), data = reader.u16();
  reply.message = text_of(reader.take(message));
  reader.take(data);
  if (!reader.ok() || reader.remaining() != 0 || !known(reply.status)) return std::nullopt;
  return reply;
}

std::optional<AuthorReply> read_authorization(ByteView body) {
  ByteReader reader(body);
  AuthorReply reply;
  reply.status = AuthorStatus{reader.u8()};
  const std::size_t count = reader.u8(), message = reader.u16(), data = reader.u16();
  const ByteView lengths = reader.take(count);
  reply.message = text_of(reader.take(message));
  reader.take(data);
  for (const std::uint8_t length : lengths) reply.arguments.push_back(text_of(reader.take(length)));
  if (!reader.ok() || reader.remaining() != 0 || !known(reply.status)) return std::nullopt;
  return reply;
}

}  // namespace arrouter::tacplus
