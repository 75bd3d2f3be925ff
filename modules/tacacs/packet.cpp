#include "modules/tacacs/packet.h"

namespace arrouter::tacacs {

namespace {

constexpr std::uint8_t simple_version = 0, login = 1, answer = 2, yes = 1, no = 2;
constexpr std::size_t header_bytes = 6;

}  // namespace

SecretBytes login_request(std::uint16_t nonce, std::string_view user, ByteView password) {
  SecretBytes packet(header_bytes);
  packet[0] = simple_version;
  packet[1] = login;
  store_be16(packet.data() + 2, nonce);
  packet[4] = static_cast<std::uint8_t>(user.size());
  packet[5] = static_cast<std::uint8_t>(password.size());
  packet.insert(packet.end(), user.begin(), user.end());
  packet.insert(packet.end(), password.begin(), password.end());
  return packet;
}

std::optional<Reply> read_reply(ByteView datagram) {
  ByteReader reader(datagram);
  const std::uint8_t version = reader.u8(), type = reader.u8();
  const std::uint16_t nonce = reader.u16();
  const std::uint8_t response = reader.u8();
  reader.u8();  // why: for people
  if (!reader.ok() || version != simple_version || type != answer || (response != yes && response != no))
    return std::nullopt;
  return Reply{nonce, response == yes};
}

}  // namespace arrouter::tacacs
