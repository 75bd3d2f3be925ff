#include "modules/ntp/packet.h"

namespace arrouter::ntp {

namespace {

constexpr std::size_t header_bytes = 48;
constexpr std::int64_t unix_epoch = 2'208'988'800;  // seconds from 1900 to 1970
constexpr std::uint64_t era_s = 1ULL << 32;
constexpr std::uint64_t second_half = 1ULL << 31;  // of an era: from 1968 on

/// 16 bits of seconds and 16 of their fraction.
Duration from_short(std::uint32_t value) {
  return Duration(static_cast<std::int64_t>((std::uint64_t{value} * 1'000'000'000) >> 16));
}

std::uint32_t to_short(Duration value) {
  const std::uint64_t ns = value < Duration::zero() ? 0 : static_cast<std::uint64_t>(value.count());
  const std::uint64_t seconds = ns / 1'000'000'000;
  if (seconds > 0xffff) return 0xffffffff;
  return static_cast<std::uint32_t>(seconds << 16 | ((ns % 1'000'000'000) << 16) / 1'000'000'000);
}

}  // namespace

Timestamp to_timestamp(WallTime utc) {
  const std::int64_t ms = utc.time_since_epoch().count();
  const std::int64_t seconds = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
  const auto fraction = static_cast<std::uint64_t>(ms - seconds * 1000);
  // Rounded up, so that the same millisecond comes back.
  return static_cast<std::uint64_t>(seconds + unix_epoch) << 32 | ((fraction << 32) + 999) / 1000;
}

WallTime from_timestamp(Timestamp time) {
  std::uint64_t seconds = time >> 32;
  if (seconds < second_half) seconds += era_s;
  const std::uint64_t fraction_ms = ((time & 0xffffffff) * 1000) >> 32;
  return WallTime(std::chrono::milliseconds((static_cast<std::int64_t>(seconds) - unix_epoch) * 1000 +
                                            static_cast<std::int64_t>(fraction_ms)));
}

std::optional<Packet> decode(ByteView datagram) {
  if (datagram.size() < header_bytes) return std::nullopt;
  ByteReader in(datagram);
  Packet packet;
  const std::uint8_t first = in.u8();
  packet.leap = first >> 6;
  packet.version = first >> 3 & 7;
  const std::uint8_t mode = first & 7;
  if (packet.version < 1 || packet.version > 4 || mode < 1 || mode > 4) return std::nullopt;
  packet.mode = static_cast<Mode>(mode);
  packet.stratum = in.u8();
  packet.poll = static_cast<std::int8_t>(in.u8());
  packet.precision = static_cast<std::int8_t>(in.u8());
  packet.root_delay = from_short(in.u32());
  packet.root_dispersion = from_short(in.u32());
  packet.reference_id = in.u32();
  packet.reference = in.u64();
  packet.origin = in.u64();
  packet.receive = in.u64();
  packet.transmit = in.u64();
  return packet;
}

Bytes encode(const Packet& packet) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(packet.leap << 6 | packet.version << 3 | static_cast<std::uint8_t>(packet.mode)));
  out.u8(packet.stratum);
  out.u8(static_cast<std::uint8_t>(packet.poll));
  out.u8(static_cast<std::uint8_t>(packet.precision));
  out.u32(to_short(packet.root_delay));
  out.u32(to_short(packet.root_dispersion));
  out.u32(packet.reference_id);
  out.u64(packet.reference);
  out.u64(packet.origin);
  out.u64(packet.receive);
  out.u64(packet.transmit);
  return bytes;
}

}  // namespace arrouter::ntp
