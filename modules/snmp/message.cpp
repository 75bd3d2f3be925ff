#include "modules/snmp/message.h"

#include "modules/snmp/ber.h"
#include "os/base/limits.h"

namespace arrouter::snmp {

namespace {

constexpr std::uint8_t sequence = 0x30;

bool known(std::uint8_t tag) {
  return tag >= static_cast<std::uint8_t>(PduType::get) && tag <= static_cast<std::uint8_t>(PduType::report);
}

/// Version 1 has neither bulk requests nor what came with it.
bool belongs_to(Version version, PduType type) {
  if (version == Version::v1) return type <= PduType::trap_v1;
  return type != PduType::trap_v1;
}

bool read_pdu(BerReader& reader, Pdu& pdu) {
  BerReader fields(reader.element(static_cast<std::uint8_t>(pdu.type)));
  if (pdu.type == PduType::trap_v1) return reader.at_end();
  pdu.request_id = fields.integer();
  pdu.error_status = fields.integer();
  pdu.error_index = fields.integer();
  BerReader list(fields.element(sequence));
  while (fields.ok() && list.ok() && !list.at_end()) {
    if (pdu.bindings.size() >= limits::snmp_bindings) return false;
    BerReader pair(list.element(sequence));
    Oid name = pair.oid();
    Value value = pair.value();
    if (!pair.at_end()) return false;
    pdu.bindings.push_back({std::move(name), std::move(value)});
  }
  return list.at_end() && fields.at_end() && reader.at_end();
}

}  // namespace

ErrorStatus as_v1(ErrorStatus status) {
  switch (status) {
    case ErrorStatus::wrong_type:
    case ErrorStatus::wrong_length:
    case ErrorStatus::wrong_value:
      return ErrorStatus::bad_value;
    case ErrorStatus::no_access:
    case ErrorStatus::no_creation:
    case ErrorStatus::not_writable:
      return ErrorStatus::no_such_name;
    default:
      return status;
  }
}

std::expected<Message, DecodeError> decode(ByteView datagram) {
  BerReader outside(datagram);
  BerReader fields(outside.element(sequence));
  const std::int64_t version = fields.integer();
  if (!outside.at_end() || !fields.ok()) return std::unexpected(DecodeError::parse);
  if (version != 0 && version != 1) return std::unexpected(DecodeError::version);
  Message message;
  message.version = static_cast<Version>(version);
  message.community = fields.octets();
  if (!fields.ok() || !known(fields.next_tag())) return std::unexpected(DecodeError::parse);
  message.pdu.type = static_cast<PduType>(fields.next_tag());
  if (!belongs_to(message.version, message.pdu.type) || !read_pdu(fields, message.pdu)) {
    return std::unexpected(DecodeError::parse);
  }
  return message;
}

Bytes encode(const Binding& binding) {
  BerWriter out;
  const std::size_t pair = out.open(sequence);
  out.oid(binding.name);
  out.value(binding.value);
  out.close(pair);
  return out.bytes();
}

namespace {

Bytes encode_list(const std::vector<Binding>& bindings) {
  Bytes list;
  for (const Binding& binding : bindings) {
    const Bytes one = encode(binding);
    list.insert(list.end(), one.begin(), one.end());
  }
  return list;
}

Bytes encode_pdu(Version version, std::string_view community, const Pdu& pdu, ByteView bindings) {
  BerWriter out;
  const std::size_t whole = out.open(sequence);
  out.integer(static_cast<std::int64_t>(version));
  out.octets(community);
  const std::size_t inner = out.open(static_cast<std::uint8_t>(pdu.type));
  out.integer(pdu.request_id);
  out.integer(pdu.error_status);
  out.integer(pdu.error_index);
  const std::size_t list = out.open(sequence);
  out.raw(bindings);
  out.close(list);
  out.close(inner);
  out.close(whole);
  return out.bytes();
}

}  // namespace

Bytes encode(const Message& message) {
  return encode_pdu(message.version, message.community, message.pdu, encode_list(message.pdu.bindings));
}

Bytes encode_response(const Message& request, ErrorStatus status, std::size_t index, ByteView bindings) {
  Pdu pdu;
  pdu.type = PduType::response;
  pdu.request_id = request.pdu.request_id;
  pdu.error_status = static_cast<std::int64_t>(status);
  pdu.error_index = static_cast<std::int64_t>(index);
  return encode_pdu(request.version, request.community, pdu, bindings);
}

Bytes encode(const TrapV1& trap) {
  BerWriter out;
  const std::size_t whole = out.open(sequence);
  out.integer(static_cast<std::int64_t>(Version::v1));
  out.octets(trap.community);
  const std::size_t inner = out.open(static_cast<std::uint8_t>(PduType::trap_v1));
  out.oid(trap.enterprise);
  out.value(Value::of_address(trap.agent));
  out.integer(trap.generic);
  out.integer(trap.specific);
  out.value(Value::of_ticks(trap.up_time));
  const std::size_t list = out.open(sequence);
  out.raw(encode_list(trap.bindings));
  out.close(list);
  out.close(inner);
  out.close(whole);
  return out.bytes();
}

}  // namespace arrouter::snmp
