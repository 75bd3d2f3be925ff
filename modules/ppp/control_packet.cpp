#include "modules/ppp/control_packet.h"

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {

std::optional<ControlPacket> parse_control(ByteView packet) {
  ByteReader reader(packet);
  ControlPacket parsed;
  parsed.code = reader.u8();
  parsed.id = reader.u8();
  const std::size_t length = reader.u16();
  if (!reader.ok() || length < control_header || length > packet.size()) return std::nullopt;
  parsed.data = packet.subspan(control_header, length - control_header);
  return parsed;
}

Bytes control_packet(std::uint8_t code, std::uint8_t id, ByteView data) {
  Bytes packet;
  packet.reserve(control_header + data.size());
  ByteWriter writer(packet);
  writer.u8(code);
  writer.u8(id);
  writer.u16(static_cast<std::uint16_t>(control_header + data.size()));
  writer.bytes(data);
  return packet;
}

std::optional<std::vector<Option>> parse_options(ByteView data) {
  std::vector<Option> options;
  ByteReader reader(data);
  while (reader.remaining() > 0) {
    Option option;
    option.type = reader.u8();
    const std::size_t length = reader.u8();
    if (!reader.ok() || length < 2) return std::nullopt;
    option.value = reader.take(length - 2);
    if (!reader.ok()) return std::nullopt;
    options.push_back(option);
  }
  return options;
}

void add_option(Bytes& to, std::uint8_t type, ByteView value) {
  ByteWriter writer(to);
  writer.u8(type);
  writer.u8(static_cast<std::uint8_t>(value.size() + 2));
  writer.bytes(value);
}

void add_option16(Bytes& to, std::uint8_t type, std::uint16_t value) {
  std::uint8_t bytes[2];
  store_be16(bytes, value);
  add_option(to, type, bytes);
}

void add_option32(Bytes& to, std::uint8_t type, std::uint32_t value) {
  std::uint8_t bytes[4];
  store_be32(bytes, value);
  add_option(to, type, bytes);
}

}  // namespace arrouter::ppp
