#include "modules/log/srlp.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::logging::srlp {

namespace {

constexpr std::string_view mark = "ARL1";
constexpr std::size_t seal_at = 26, seal_bytes = 16;
constexpr std::uint8_t highest_severity = 7;
constexpr std::int64_t latest = std::int64_t{1} << 52;  // milliseconds; far beyond any date a screen can show

/// The texts of a message in the order of the datagram, with the room each has; a whole one fits into an Ethernet
/// frame.
struct Text {
  std::string Entry::*text;
  std::size_t longest;
};
constexpr Text texts[] = {
    {&Entry::type, 5}, {&Entry::subtype, 5}, {&Entry::file, 60}, {&Entry::reference, 250}, {&Entry::message, 1024}};

Bytes seal_of(Bytes datagram, std::string_view password, const Seal& seal) {
  std::fill_n(datagram.begin() + seal_at, seal_bytes, std::uint8_t{0});
  const SecretBytes code = seal(as_bytes(password), datagram);
  return {code.begin(), code.end()};
}

}  // namespace

Bytes encode(const Entry& entry, std::string_view password, const Seal& seal) {
  Bytes datagram;
  ByteWriter out(datagram);
  out.bytes(as_bytes(mark));
  out.u8(static_cast<std::uint8_t>(entry.hops + 1));
  out.u8(static_cast<std::uint8_t>(entry.severity));
  out.u16(entry.module);
  out.u16(entry.device);
  out.u32(entry.line);
  out.u32(entry.origin.value);
  out.u64(static_cast<std::uint64_t>(entry.time.time_since_epoch().count()));
  out.zeros(seal_bytes);
  for (const auto& [text, longest] : texts) {
    const std::string_view cut = std::string_view(entry.*text).substr(0, longest);
    out.u16(static_cast<std::uint16_t>(cut.size()));
    out.bytes(as_bytes(cut));
  }
  if (!password.empty()) std::ranges::copy(seal_of(datagram, password, seal), datagram.begin() + seal_at);
  return datagram;
}

std::optional<Entry> decode(ByteView datagram) {
  ByteReader in(datagram);
  if (!std::ranges::equal(in.take(mark.size()), as_bytes(mark))) return std::nullopt;
  Entry entry;
  entry.hops = in.u8();
  const std::uint8_t severity = in.u8();
  entry.severity = static_cast<LogSeverity>(severity);
  entry.module = in.u16();
  entry.device = in.u16();
  entry.line = in.u32();
  entry.origin = Ipv4Address(in.u32());
  const auto time = static_cast<std::int64_t>(in.u64());
  entry.time = WallTime(std::chrono::milliseconds(time));
  in.take(seal_bytes);
  for (const auto& [text, longest] : texts) {
    const std::size_t length = in.u16();
    const ByteView letters = in.take(length);
    if (!in.ok() || length > longest) return std::nullopt;
    entry.*text = printable({reinterpret_cast<const char*>(letters.data()), letters.size()});
  }
  const bool whole = in.ok() && in.remaining() == 0;
  const bool sound =
      entry.hops >= 1 && entry.hops <= most_hops && severity <= highest_severity && time >= 0 && time < latest;
  return whole && sound ? std::optional(std::move(entry)) : std::nullopt;
}

bool sealed_with(ByteView datagram, std::string_view password, const Seal& seal) {
  return equal_constant_time(datagram.subspan(seal_at, seal_bytes),
                             seal_of({datagram.begin(), datagram.end()}, password, seal));
}

}  // namespace arrouter::logging::srlp
