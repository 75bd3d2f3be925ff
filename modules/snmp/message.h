// SNMP messages of version 1 (RFC 1157) and of version 2 with communities (RFC 1901, RFC 3416).
#pragma once

#include <expected>

#include "modules/snmp/value.h"
#include "os/base/bytes.h"

namespace arrouter::snmp {

enum class Version : std::uint8_t { v1 = 0, v2c = 1 };

enum class PduType : std::uint8_t {
  get = 0xa0,
  get_next = 0xa1,
  response = 0xa2,
  set = 0xa3,
  trap_v1 = 0xa4,
  get_bulk = 0xa5,
  inform = 0xa6,
  trap_v2 = 0xa7,
  report = 0xa8,
};

/// error-status; those above general belong to version 2.
enum class ErrorStatus : std::uint8_t {
  none = 0,
  too_big = 1,
  no_such_name = 2,
  bad_value = 3,
  read_only = 4,
  general = 5,
  no_access = 6,
  wrong_type = 7,
  wrong_length = 8,
  wrong_value = 10,
  no_creation = 11,
  not_writable = 17,
};
/// What version 1 calls it (RFC 3584 4.4).
ErrorStatus as_v1(ErrorStatus status);

struct Pdu {
  PduType type = PduType::get;
  std::int64_t request_id = 0;
  std::int64_t error_status = 0;  // non-repeaters of a get_bulk
  std::int64_t error_index = 0;   // max-repetitions of a get_bulk
  std::vector<Binding> bindings;
};

struct Message {
  Version version = Version::v1;
  std::string community;
  Pdu pdu;  // only its type is known of a trap of version 1
};

enum class DecodeError : std::uint8_t { parse, version };
std::expected<Message, DecodeError> decode(ByteView datagram);

Bytes encode(const Message& message);
/// One element of a variable-bindings list.
Bytes encode(const Binding& binding);
/// A response whose bindings are encoded already.
Bytes encode_response(const Message& request, ErrorStatus status, std::size_t index, ByteView bindings);

/// A Trap-PDU of version 1; the specific number counts when `generic` is 6.
struct TrapV1 {
  std::string community;
  Oid enterprise;
  Ipv4Address agent;
  unsigned generic = 6, specific = 0;
  std::uint64_t up_time = 0;  // hundredths of a second
  std::vector<Binding> bindings;
};
Bytes encode(const TrapV1& trap);

}  // namespace arrouter::snmp
