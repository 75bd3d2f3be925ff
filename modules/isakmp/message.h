// ISAKMP messages on the wire (RFC 2408 3.1, 3.2): header and payload chain, nothing of what payloads mean.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "modules/isakmp/numbers.h"
#include "os/base/bytes.h"

namespace arrouter::isakmp {

inline constexpr std::size_t header_bytes = 28, generic_header_bytes = 4;

struct Header {
  std::uint64_t initiator_cookie = 0, responder_cookie = 0;
  PayloadType next_payload = PayloadType::none;
  std::uint8_t version = 0x10;
  ExchangeType exchange = ExchangeType::main;
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;
};

/// Why a message is refused: the notify that says so, and a line for the log.
struct ParseError {
  NotifyType notify = NotifyType::payload_malformed;
  std::string cause;
};

/// The fixed header; refuses wrong lengths and major versions other than 1.
std::expected<Header, ParseError> parse_header(ByteView message);
void write_header(Bytes& out, const Header& header);

/// One payload; both views point into the message.
struct Payload {
  PayloadType type = PayloadType::none;
  ByteView body;    // without the generic header
  ByteView whole;   // with it
};

/// The payloads of a message in order, private and reserved ones included.
struct PayloadChain {
  std::vector<Payload> payloads;
  ByteView bytes;  // all of them, without padding
  const Payload* find(PayloadType type) const;
  std::size_t count(PayloadType type) const;
  /// The bytes after the first payload: what HASH(1) and HASH(2) of RFC 2409 5.5 cover.
  ByteView after_first() const;
};
/// `padded`: bytes may follow the last payload (decrypted messages); in clear no more than fill up a word with zeros.
std::expected<PayloadChain, ParseError> parse_chain(PayloadType first, ByteView bytes, bool padded);

/// Payloads of a message being built.
struct PayloadOut {
  PayloadType type;
  Bytes body;
};
using PayloadList = std::vector<PayloadOut>;
Bytes encode_chain(const PayloadList& payloads);

/// Bodies of the small payloads.
struct Notification {
  std::uint32_t doi = doi_ipsec;
  std::uint8_t protocol = 1;
  NotifyType type = NotifyType::none;
  ByteView spi, data;
};
std::expected<Notification, ParseError> parse_notification(ByteView body);
Bytes encode_notification(const Notification& notification);

struct Deletion {
  std::uint32_t doi = doi_ipsec;
  std::uint8_t protocol = 1;
  std::vector<ByteView> spis;
};
std::expected<Deletion, ParseError> parse_deletion(ByteView body);
Bytes encode_deletion(std::uint8_t protocol, const std::vector<Bytes>& spis);

}  // namespace arrouter::isakmp
