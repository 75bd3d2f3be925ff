// L2TP messages (RFC 2661): the common header, and control messages with their attribute value pairs.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "os/base/bytes.h"

namespace arrouter::l2tp {

/// RFC 2661 3.2; `none` is the message without a body that only acknowledges.
enum class MessageType : std::uint16_t {
  none = 0, sccrq = 1, sccrp = 2, scccn = 3, stopccn = 4, hello = 6, ocrq = 7, ocrp = 8, occn = 9, icrq = 10, icrp = 11,
  iccn = 12, cdn = 14, wen = 15, sli = 16
};
std::string_view name_of(MessageType type);  // "SCCRQ"

/// Result codes of StopCCN and CDN, and the error codes behind result 2 (RFC 2661 4.4.2).
namespace result {
inline constexpr std::uint16_t clear = 1, general_error = 2, channel_exists = 3, not_authorized = 4, bad_version = 5,
                               shutting_down = 6, fsm_error = 7;  // of StopCCN
inline constexpr std::uint16_t lost_carrier = 1, administrative = 3, no_facilities = 4;  // of CDN; 2 as above
}  // namespace result
namespace error {
inline constexpr std::uint16_t none = 0, no_connection = 1, bad_length = 2, bad_value = 3, no_resources = 4, bad_id = 5,
                               unknown_mandatory = 8;
}

/// Why something ends, as the AVP says it.
struct Result {
  std::uint16_t code = result::clear, error = error::none;
  std::string text;
  bool operator==(const Result&) const = default;
};

/// The fixed part of any message. `payload` lives as long as what it was read from.
struct Header {
  bool control = false;
  std::uint16_t tunnel = 0, session = 0;  // the receiver's ids
  std::uint16_t ns = 0, nr = 0;           // of control messages
  ByteView payload;                       // AVPs, or a PPP frame
};
/// nullopt: no L2TP version 2, or shorter than its own fields say.
std::optional<Header> read_header(ByteView datagram);

/// A control message; what is unset was not there, or is not to be sent.
struct Control {
  MessageType type = MessageType::none;
  std::uint16_t assigned_tunnel = 0, assigned_session = 0;
  std::optional<std::uint16_t> receive_window = {}, firmware = {};
  std::optional<std::uint32_t> framing = {}, bearer = {}, call_serial = {}, speed = {};
  std::optional<std::uint64_t> tie_breaker = {};
  std::optional<Result> result = {};
  std::string host_name = {}, vendor_name = {}, called_number = {}, proxy_name = {};
  Bytes challenge = {}, challenge_response = {};
  bool operator==(const Control&) const = default;
};

/// MD5 over the parts one after the other; ENCO's.
using Md5 = std::function<Bytes(std::initializer_list<ByteView>)>;

/// Header and AVPs of a message to tunnel and session; Ns and Nr stay zero for set_sequence().
Bytes encode(const Control& message, std::uint16_t tunnel, std::uint16_t session);
void set_sequence(Bytes& message, std::uint16_t ns, std::uint16_t nr);

/// What is wrong with a message, as StopCCN or CDN tells it. Hidden AVPs (RFC 2661 4.3) are opened with `secret`.
/// Unknown attributes without the mandatory bit are passed over, those with it are an error.
std::expected<Control, Result> decode(ByteView payload, std::string_view secret, const Md5& md5);

/// RFC 2661 5.1.1: the answer to a challenge in a message of type `in`.
Bytes challenge_response(MessageType in, std::string_view secret, ByteView challenge, const Md5& md5);

/// A data message's header: 6 bytes, no options.
inline constexpr std::size_t data_header = 6;
void write_data_header(std::uint8_t* at, std::uint16_t tunnel, std::uint16_t session);

}  // namespace arrouter::l2tp
