#include "modules/isakmp/message.h"

#include <algorithm>
#include <fmt/format.h>

#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {
std::unexpected<ParseError> malformed(std::string cause) {
  return std::unexpected(ParseError{NotifyType::payload_malformed, std::move(cause)});
}
// Pluto and its heirs round up the length of all their messages, of those in clear too.
bool fills_word(ByteView rest) {
  return rest.size() < 4 && std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; });
}
}  // namespace

std::expected<Header, ParseError> parse_header(ByteView message) {
  if (message.size() < header_bytes) return malformed("shorter than a header");
  if (message.size() > limits::isakmp_message) return malformed("longer than is accepted");
  ByteReader reader(message);
  Header header;
  header.initiator_cookie = reader.u64();
  header.responder_cookie = reader.u64();
  header.next_payload = static_cast<PayloadType>(reader.u8());
  header.version = reader.u8();
  header.exchange = static_cast<ExchangeType>(reader.u8());
  header.flags = reader.u8();
  header.message_id = reader.u32();
  header.length = reader.u32();
  if (header.version >> 4 != 1)
    return std::unexpected(ParseError{NotifyType::invalid_major_version,
                                      fmt::format("version {}.{}", header.version >> 4, header.version & 15)});
  if (header.length != message.size())
    return malformed(fmt::format("length field {} in a datagram of {} bytes", header.length, message.size()));
  if (header.initiator_cookie == 0)
    return std::unexpected(ParseError{NotifyType::invalid_cookie, "initiator cookie is zero"});
  return header;
}

void write_header(Bytes& out, const Header& header) {
  ByteWriter writer(out);
  writer.u64(header.initiator_cookie);
  writer.u64(header.responder_cookie);
  writer.u8(static_cast<std::uint8_t>(header.next_payload));
  writer.u8(header.version);
  writer.u8(static_cast<std::uint8_t>(header.exchange));
  writer.u8(header.flags);
  writer.u32(header.message_id);
  writer.u32(header.length);
}

const Payload* PayloadChain::find(PayloadType type) const {
  for (const Payload& payload : payloads)
    if (payload.type == type) return &payload;
  return nullptr;
}

std::size_t PayloadChain::count(PayloadType type) const {
  std::size_t count = 0;
  for (const Payload& payload : payloads) count += payload.type == type ? 1 : 0;
  return count;
}

ByteView PayloadChain::after_first() const {
  return payloads.empty() ? ByteView{} : bytes.subspan(payloads.front().whole.size());
}

std::expected<PayloadChain, ParseError> parse_chain(PayloadType first, ByteView bytes, bool padded) {
  PayloadChain chain;
  std::size_t at = 0;
  PayloadType type = first;
  while (type != PayloadType::none) {
    if (chain.payloads.size() == limits::isakmp_payloads) return malformed("too many payloads");
    const ByteView left = bytes.subspan(at);
    if (left.size() < generic_header_bytes) return malformed("payload header cut off");
    const std::size_t length = load_be16(left.data() + 2);
    if (length < generic_header_bytes || length > left.size())
      return malformed(fmt::format("payload {} with length {} where {} bytes are left", static_cast<unsigned>(type),
                                   length, left.size()));
    // RFC 2408 3.2: the reserved byte must be zero; after decryption with a wrong key it hardly ever is.
    if (left[1] != 0) return malformed("reserved byte of a payload header not zero");
    chain.payloads.push_back({type, left.subspan(generic_header_bytes, length - generic_header_bytes),
                              left.first(length)});
    type = static_cast<PayloadType>(left[0]);
    at += length;
  }
  if (!padded && !fills_word(bytes.subspan(at))) return malformed("bytes after the last payload");
  chain.bytes = bytes.first(at);
  return chain;
}

Bytes encode_chain(const PayloadList& payloads) {
  std::size_t length = 0;
  for (const PayloadOut& payload : payloads) length += generic_header_bytes + payload.body.size();
  Bytes out;
  out.reserve(length);  // a password must not stay behind in memory that was outgrown
  ByteWriter writer(out);
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const PayloadType next = i + 1 < payloads.size() ? payloads[i + 1].type : PayloadType::none;
    writer.u8(static_cast<std::uint8_t>(next));
    writer.u8(0);
    writer.u16(static_cast<std::uint16_t>(payloads[i].body.size() + generic_header_bytes));
    writer.bytes(payloads[i].body);
  }
  return out;
}

std::expected<Notification, ParseError> parse_notification(ByteView body) {
  ByteReader reader(body);
  Notification notification;
  notification.doi = reader.u32();
  notification.protocol = reader.u8();
  const std::size_t spi_length = reader.u8();
  notification.type = static_cast<NotifyType>(reader.u16());
  notification.spi = reader.take(spi_length);
  if (!reader.ok()) return malformed("notification cut off");
  notification.data = reader.rest();
  return notification;
}

Bytes encode_notification(const Notification& notification) {
  Bytes body;
  ByteWriter writer(body);
  writer.u32(notification.doi);
  writer.u8(notification.protocol);
  writer.u8(static_cast<std::uint8_t>(notification.spi.size()));
  writer.u16(static_cast<std::uint16_t>(notification.type));
  writer.bytes(notification.spi);
  writer.bytes(notification.data);
  return body;
}

std::expected<Deletion, ParseError> parse_deletion(ByteView body) {
  ByteReader reader(body);
  Deletion deletion;
  deletion.doi = reader.u32();
  deletion.protocol = reader.u8();
  const std::size_t spi_length = reader.u8();
  const std::size_t count = reader.u16();
  if (!reader.ok() || spi_length == 0 || reader.remaining() != spi_length * count)
    return malformed("delete payload whose SPIs do not fill it");
  for (std::size_t i = 0; i < count; ++i) deletion.spis.push_back(reader.take(spi_length));
  return deletion;
}

Bytes encode_deletion(std::uint8_t protocol, const std::vector<Bytes>& spis) {
  Bytes body;
  ByteWriter writer(body);
  writer.u32(doi_ipsec);
  writer.u8(protocol);
  writer.u8(static_cast<std::uint8_t>(spis.front().size()));
  writer.u16(static_cast<std::uint16_t>(spis.size()));
  for (const Bytes& spi : spis) writer.bytes(spi);
  return body;
}

}  // namespace arrouter::isakmp
