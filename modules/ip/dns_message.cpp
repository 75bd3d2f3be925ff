#include "modules/ip/dns_message.h"
#include <utility>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {

namespace {

constexpr std::size_t longest_label = 63, longest_name = 253;
constexpr std::uint8_t pointer_bits = 0xc0;
constexpr std::uint16_t internet = 1;
constexpr std::uint16_t response_bit = 0x8000, truncated_bit = 0x0200, recursion_desired_bit = 0x0100,
                        recursion_available_bit = 0x0080;
constexpr std::size_t header_bytes = 12;

/// Reads names, which may go on anywhere before the place where they stand.
class Reader {
 public:
  explicit Reader(ByteView message) : message_(message) {}
  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }
  void skip_to(std::size_t position) { at_ = position; }
  std::uint16_t u16() { return has(2) ? load_be16(advance(2)) : std::uint16_t{0}; }
  std::uint32_t u32() { return has(4) ? load_be32(advance(4)) : 0; }

  /// Each pointer must lead further back than the one before it, so this ends.
  std::string name() {
    std::string text;
    std::size_t at = at_, barrier = at_;
    bool jumped = false;
    while (ok_) {
      if (at >= message_.size()) return fail();
      const std::uint8_t length = message_[at];
      if ((length & pointer_bits) == pointer_bits) {
        if (at + 2 > message_.size()) return fail();
        const std::size_t target = load_be16(message_.data() + at) & 0x3fff;
        if (!jumped) at_ = at + 2;
        if (target >= barrier) return fail();
        jumped = true;
        at = barrier = target;
        continue;
      }
      if (length > longest_label || at + 1 + length > message_.size()) return fail();
      ++at;
      if (length == 0) break;
      if (text.size() + length + (text.empty() ? 0 : 1) > longest_name) return fail();
      if (!text.empty()) text.push_back('.');
      const std::string_view label(reinterpret_cast<const char*>(message_.data() + at), length);
      if (label.find('.') != std::string_view::npos) return fail();  // would read as two
      text += label;
      at += length;
    }
    if (!jumped) at_ = at;
    return to_lower(text);
  }

 private:
  bool has(std::size_t bytes) {
    ok_ = ok_ && at_ + bytes <= message_.size();
    return ok_;
  }
  const std::uint8_t* advance(std::size_t bytes) { return message_.data() + std::exchange(at_, at_ + bytes); }
  std::string fail() {
    ok_ = false;
    return {};
  }
  ByteView message_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// One record of the answer section; nullopt: of a type that is passed over.
std::optional<DnsRecord> read_record(Reader& in, std::size_t size) {
  DnsRecord record;
  record.name = in.name();
  const std::uint16_t type = in.u16(), record_class = in.u16();
  record.type = static_cast<DnsType>(type);
  record.ttl_s = in.u32();
  const std::size_t length = in.u16(), begin = in.position();
  if (!in.ok() || begin + length > size) {
    in.skip_to(size + 1);
    return std::nullopt;
  }
  bool known = record_class == internet;
  if (known && record.type == DnsType::address && length == 4) {
    record.address = Ipv4Address(in.u32());
  } else if (known && record.type == DnsType::alias) {
    record.target = in.name();
  } else if (known && record.type == DnsType::mail_exchanger) {
    record.preference = in.u16();
    record.target = in.name();
  } else {
    known = false;
  }
  // Data that does not fill its field exactly is passed over too.
  known = known && in.ok() && in.position() == begin + length;
  in.skip_to(begin + length);
  return known ? std::optional(std::move(record)) : std::nullopt;
}

void write_name(ByteWriter& out, std::string_view name) {
  if (!name.empty()) {
    for (const std::string_view label : split(name, '.')) {
      out.u8(static_cast<std::uint8_t>(label.size()));
      out.bytes(as_bytes(label));
    }
  }
  out.u8(0);
}

}  // namespace

std::optional<std::string> dns_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > longest_name) return std::nullopt;
  for (const std::string_view label : split(text, '.')) {
    if (label.empty() || label.size() > longest_label) return std::nullopt;
    for (const char c : label) {
      if (c <= ' ' || c > '~') return std::nullopt;
    }
  }
  return to_lower(text);
}

std::optional<DnsMessage> decode_dns(ByteView datagram) {
  if (datagram.size() < header_bytes) return std::nullopt;
  Reader in(datagram);
  DnsMessage message;
  message.id = in.u16();
  const std::uint16_t flags = in.u16();
  message.response = (flags & response_bit) != 0;
  message.opcode = flags >> 11 & 0xf;
  message.truncated = (flags & truncated_bit) != 0;
  message.recursion_desired = (flags & recursion_desired_bit) != 0;
  message.status = static_cast<DnsStatus>(flags & 0xf);
  const std::uint16_t questions = in.u16(), answers = in.u16();
  in.skip_to(header_bytes);
  if (questions != 1) return std::nullopt;
  message.question.name = in.name();
  message.question.type = in.u16();
  message.question.record_class = in.u16();
  if (!in.ok()) return std::nullopt;
  for (std::size_t i = 0; i < answers; ++i) {
    if (auto record = read_record(in, datagram.size()); record && message.answers.size() < limits::dns_records)
      message.answers.push_back(std::move(*record));
    // A truncated answer is as good as what it holds.
    if (!in.ok() || in.position() > datagram.size()) return message.truncated ? std::optional(message) : std::nullopt;
  }
  return message;
}

Bytes encode_dns(const DnsMessage& message) {
  Bytes bytes;
  ByteWriter out(bytes);
  std::uint16_t flags = static_cast<std::uint16_t>(message.status);
  if (message.response) flags |= response_bit | recursion_available_bit;
  if (message.truncated) flags |= truncated_bit;
  if (message.recursion_desired) flags |= recursion_desired_bit;
  out.u16(message.id);
  out.u16(flags);
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(message.answers.size()));
  out.u32(0);
  write_name(out, message.question.name);
  out.u16(message.question.type);
  out.u16(message.question.record_class);
  for (const DnsRecord& record : message.answers) {
    write_name(out, record.name);
    out.u16(static_cast<std::uint16_t>(DnsType::address));
    out.u16(internet);
    out.u32(record.ttl_s);
    out.u16(4);
    out.u32(record.address.value);
  }
  return bytes;
}

}  // namespace arrouter::ip
