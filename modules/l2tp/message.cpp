#include "modules/l2tp/message.h"

#include <algorithm>
#include <array>

namespace arrouter::l2tp {
namespace {

namespace flag {
constexpr std::uint16_t control = 0x8000, length = 0x4000, sequence = 0x0800, offset = 0x0200, version = 0x000f;
}
constexpr std::uint16_t version_2 = 2;
constexpr std::size_t sequence_at = 8;
constexpr std::uint16_t avp_mandatory = 0x8000, avp_hidden = 0x4000, avp_length = 0x03ff;
constexpr std::size_t avp_header = 6;
constexpr std::uint16_t protocol_version = 0x0100;  // 1.0

enum class Attribute : std::uint16_t {
  message_type = 0, result_code = 1, protocol_version = 2, framing = 3, bearer = 4, tie_breaker = 5, firmware = 6,
  host_name = 7, vendor_name = 8, assigned_tunnel = 9, receive_window = 10, challenge = 11, challenge_response = 13,
  assigned_session = 14, call_serial = 15, framing_type = 19, called_number = 21, speed = 24, proxy_name = 30, random_vector = 36,
  last_ = 39  // Sequencing Required, the last of RFC 2661
};

struct Avp {
  bool hidden = false;
  std::uint16_t attribute = 0;
  ByteView value;
};

Result bad(std::uint16_t error, std::string text) { return {result::general_error, error, std::move(text)}; }

/// RFC 2661 4.3: the value is XORed with a chain of MD5s; inside, its true length stands in front.
std::optional<Bytes> reveal(const Avp& avp, std::string_view secret, ByteView random_vector, const Md5& md5) {
  if (secret.empty() || random_vector.empty()) return std::nullopt;
  constexpr std::size_t block = 16;
  std::array<std::uint8_t, 2> type{};
  store_be16(type.data(), avp.attribute);
  Bytes pad = md5({type, as_bytes(secret), random_vector});
  Bytes clear;
  for (std::size_t at = 0; at < avp.value.size(); at += block) {
    const ByteView cipher = avp.value.subspan(at, std::min(block, avp.value.size() - at));
    if (at > 0) pad = md5({as_bytes(secret), avp.value.subspan(at - block, block)});
    for (std::size_t i = 0; i < cipher.size(); ++i) clear.push_back(cipher[i] ^ pad[i]);
  }
  if (clear.size() < 2) return std::nullopt;
  const std::size_t length = load_be16(clear.data());
  if (length > clear.size() - 2) return std::nullopt;
  return Bytes(clear.begin() + 2, clear.begin() + 2 + static_cast<std::ptrdiff_t>(length));
}

std::string text_of(ByteView value) { return {value.begin(), value.end()}; }

/// Puts AVPs into a Control. Fields that have a fixed length must have it.
class Interpreter {
 public:
  explicit Interpreter(Control& out) : out_(out) {}
  /// False: of the wrong length.
  bool take(Attribute attribute, ByteView value) {
    ByteReader in(value);
    switch (attribute) {
      case Attribute::result_code: return take_result(in);
      case Attribute::framing: return number(in, out_.framing);
      case Attribute::bearer: return number(in, out_.bearer);
      case Attribute::tie_breaker: return number(in, out_.tie_breaker);
      case Attribute::firmware: return number(in, out_.firmware);
      case Attribute::host_name: return text(value, out_.host_name);
      case Attribute::vendor_name: return text(value, out_.vendor_name);
      case Attribute::called_number: return text(value, out_.called_number);
      case Attribute::proxy_name: return text(value, out_.proxy_name);
      case Attribute::assigned_tunnel: return id(in, out_.assigned_tunnel);
      case Attribute::assigned_session: return id(in, out_.assigned_session);
      case Attribute::receive_window: return number(in, out_.receive_window);
      case Attribute::call_serial: return number(in, out_.call_serial);
      case Attribute::speed: return number(in, out_.speed);
      case Attribute::challenge: return bytes(value, out_.challenge);
      case Attribute::challenge_response: return bytes(value, out_.challenge_response);
      default: return true;  // known to the RFC, of no use here
    }
  }

 private:
  template <class T>
  static bool number(ByteReader& in, std::optional<T>& to) {
    if (in.remaining() != sizeof(T)) return false;
    if constexpr (sizeof(T) == 2) to = in.u16();
    if constexpr (sizeof(T) == 4) to = in.u32();
    if constexpr (sizeof(T) == 8) to = in.u64();
    return true;
  }
  static bool id(ByteReader& in, std::uint16_t& to) {
    if (in.remaining() != sizeof to) return false;
    to = in.u16();
    return to != 0;
  }
  static bool text(ByteView value, std::string& to) {
    to = text_of(value);
    return true;
  }
  static bool bytes(ByteView value, Bytes& to) {
    to.assign(value.begin(), value.end());
    return !value.empty();
  }
  bool take_result(ByteReader& in) {
    Result result;
    result.code = in.u16();
    if (!in.ok()) return false;
    if (in.remaining() >= 2) result.error = in.u16();
    result.text = text_of(in.rest());
    out_.result = std::move(result);
    return true;
  }
  Control& out_;
};

class Writer {
 public:
  explicit Writer(Bytes& out) : write_(out) {}
  void number(Attribute attribute, std::uint16_t value, bool mandatory = true) {
    begin(attribute, mandatory, 2);
    write_.u16(value);
  }
  template <class T>
  void number(Attribute attribute, const std::optional<T>& value, bool mandatory = true) {
    if (!value) return;
    begin(attribute, mandatory, sizeof(T));
    if constexpr (sizeof(T) == 2) write_.u16(*value);
    if constexpr (sizeof(T) == 4) write_.u32(*value);
    if constexpr (sizeof(T) == 8) write_.u64(*value);
  }
  void bytes(Attribute attribute, ByteView value, bool mandatory = true) {
    if (value.empty()) return;
    begin(attribute, mandatory, value.size());
    write_.bytes(value);
  }
  void result(const Result& result) {
    begin(Attribute::result_code, true, 4 + result.text.size());
    write_.u16(result.code);
    write_.u16(result.error);
    write_.bytes(as_bytes(result.text));
  }

 private:
  void begin(Attribute attribute, bool mandatory, std::size_t length) {
    write_.u16(static_cast<std::uint16_t>((mandatory ? avp_mandatory : 0) | (avp_header + length)));
    write_.u16(0);  // IETF
    write_.u16(static_cast<std::uint16_t>(attribute));
  }
  ByteWriter write_;
};

}  // namespace

std::string_view name_of(MessageType type) {
  switch (type) {
    case MessageType::none: return "ZLB";
    case MessageType::sccrq: return "SCCRQ";
    case MessageType::sccrp: return "SCCRP";
    case MessageType::scccn: return "SCCCN";
    case MessageType::stopccn: return "StopCCN";
    case MessageType::hello: return "HELLO";
    case MessageType::ocrq: return "OCRQ";
    case MessageType::ocrp: return "OCRP";
    case MessageType::occn: return "OCCN";
    case MessageType::icrq: return "ICRQ";
    case MessageType::icrp: return "ICRP";
    case MessageType::iccn: return "ICCN";
    case MessageType::cdn: return "CDN";
    case MessageType::wen: return "WEN";
    case MessageType::sli: return "SLI";
  }
  return "unknown";
}

std::optional<Header> read_header(ByteView datagram) {
  ByteReader in(datagram);
  const std::uint16_t flags = in.u16();
  if (!in.ok() || (flags & flag::version) != version_2) return std::nullopt;
  Header header;
  header.control = (flags & flag::control) != 0;
  std::size_t length = datagram.size();
  if ((flags & flag::length) != 0) length = in.u16();
  header.tunnel = in.u16();
  header.session = in.u16();
  if ((flags & flag::sequence) != 0) {
    header.ns = in.u16();
    header.nr = in.u16();
  }
  if ((flags & flag::offset) != 0) in.take(in.u16());
  const std::size_t read = datagram.size() - in.remaining();
  if (!in.ok() || length < read || length > datagram.size()) return std::nullopt;
  // RFC 2661 3.1: length and sequence are never missing from a control message.
  if (header.control && (flags & (flag::length | flag::sequence)) != (flag::length | flag::sequence)) return std::nullopt;
  header.payload = in.take(length - read);
  return header;
}

Bytes encode(const Control& message, std::uint16_t tunnel, std::uint16_t session) {
  Bytes out;
  ByteWriter header(out);
  header.u16(flag::control | flag::length | flag::sequence | version_2);
  header.u16(0);
  header.u16(tunnel);
  header.u16(session);
  header.u32(0);
  if (message.type != MessageType::none) {
    Writer avps(out);
    const bool opening = message.type == MessageType::sccrq || message.type == MessageType::sccrp;
    avps.number(Attribute::message_type, static_cast<std::uint16_t>(message.type));
    if (message.result) avps.result(*message.result);
    if (opening) avps.number(Attribute::protocol_version, protocol_version);
    const bool call = message.type == MessageType::iccn || message.type == MessageType::occn;
    avps.number(call ? Attribute::framing_type : Attribute::framing, message.framing);
    avps.number(Attribute::bearer, message.bearer);
    avps.number(Attribute::tie_breaker, message.tie_breaker, false);
    avps.number(Attribute::firmware, message.firmware, false);
    avps.bytes(Attribute::host_name, as_bytes(message.host_name));
    avps.bytes(Attribute::vendor_name, as_bytes(message.vendor_name), false);
    if (message.assigned_tunnel != 0) avps.number(Attribute::assigned_tunnel, message.assigned_tunnel);
    avps.number(Attribute::receive_window, message.receive_window);
    avps.bytes(Attribute::challenge, message.challenge);
    avps.bytes(Attribute::challenge_response, message.challenge_response);
    if (message.assigned_session != 0) avps.number(Attribute::assigned_session, message.assigned_session);
    avps.number(Attribute::call_serial, message.call_serial);
    avps.bytes(Attribute::called_number, as_bytes(message.called_number));
    avps.number(Attribute::speed, message.speed);
    avps.bytes(Attribute::proxy_name, as_bytes(message.proxy_name), false);
  }
  header.patch_u16(2, static_cast<std::uint16_t>(out.size()));
  return out;
}

void set_sequence(Bytes& message, std::uint16_t ns, std::uint16_t nr) {
  store_be16(message.data() + sequence_at, ns);
  store_be16(message.data() + sequence_at + 2, nr);
}

std::expected<Control, Result> decode(ByteView payload, std::string_view secret, const Md5& md5) {
  Control message;
  if (payload.empty()) return message;
  Interpreter interpreter(message);
  ByteReader in(payload);
  ByteView random_vector;
  for (bool first = true; in.remaining() > 0; first = false) {
    const std::uint16_t bits = in.u16();
    const std::size_t length = bits & avp_length;
    const std::uint16_t vendor = in.u16();
    Avp avp{(bits & avp_hidden) != 0, in.u16(), {}};
    if (!in.ok() || length < avp_header) return std::unexpected(bad(error::bad_length, "bad AVP length"));
    avp.value = in.take(length - avp_header);
    if (!in.ok()) return std::unexpected(bad(error::bad_length, "bad AVP length"));
    const bool known = vendor == 0 && avp.attribute <= static_cast<std::uint16_t>(Attribute::last_);
    if (first) {
      const bool typed = known && avp.attribute == 0 && !avp.hidden && avp.value.size() == 2;
      if (!typed) return std::unexpected(bad(error::bad_value, "no Message Type AVP"));
      message.type = static_cast<MessageType>(load_be16(avp.value.data()));
      const bool understood = name_of(message.type) != "unknown";
      if (!understood && (bits & avp_mandatory) != 0) {
        return std::unexpected(bad(error::unknown_mandatory, "unknown mandatory message"));
      }
      continue;
    }
    if (!known) {
      if ((bits & avp_mandatory) == 0) continue;
      return std::unexpected(bad(error::unknown_mandatory, "unknown mandatory AVP"));
    }
    const auto attribute = static_cast<Attribute>(avp.attribute);
    if (attribute == Attribute::random_vector) random_vector = avp.value;
    std::optional<Bytes> revealed;
    if (avp.hidden) {
      revealed = reveal(avp, secret, random_vector, md5);
      if (!revealed && (bits & avp_mandatory) == 0) continue;
      if (!revealed) return std::unexpected(bad(error::bad_value, "hidden AVP cannot be read"));
    }
    if (!interpreter.take(attribute, revealed ? ByteView(*revealed) : avp.value)) {
      return std::unexpected(bad(error::bad_value, "bad AVP value"));
    }
  }
  return message;
}

Bytes challenge_response(MessageType in, std::string_view secret, ByteView challenge, const Md5& md5) {
  const std::array<std::uint8_t, 1> id{static_cast<std::uint8_t>(in)};
  return md5({id, as_bytes(secret), challenge});
}

void write_data_header(std::uint8_t* at, std::uint16_t tunnel, std::uint16_t session) {
  store_be16(at, version_2);
  store_be16(at + 2, tunnel);
  store_be16(at + 4, session);
}

}  // namespace arrouter::l2tp
