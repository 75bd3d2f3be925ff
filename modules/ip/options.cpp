#include "modules/ip/options.h"

namespace arrouter::ip {
namespace {

constexpr std::uint8_t timestamp_only = 0, timestamp_prespecified = 3;

/// Route options need room for whole addresses behind their three bytes, and a pointer of 4 or more.
bool sound_route(ByteView option) { return option.size() >= 3 && option[2] >= 4 && (option.size() - 3) % 4 == 0; }

}  // namespace

Options check_options(ByteView header) {
  Options found;
  const auto bad = [](std::size_t at) {
    Options mistake;
    mistake.bad_at = static_cast<std::uint8_t>(at);
    return mistake;
  };
  for (std::size_t at = wire::ipv4_header; at < header.size();) {
    const std::uint8_t kind = header[at];
    if (kind == static_cast<std::uint8_t>(OptionKind::end)) break;
    if (kind == static_cast<std::uint8_t>(OptionKind::nop)) {
      ++at;
      continue;
    }
    if (at + 1 >= header.size()) return bad(at);
    const std::size_t length = header[at + 1];
    if (length < 2 || at + length > header.size()) return bad(at + 1);
    const ByteView option = header.subspan(at, length);
    switch (static_cast<OptionKind>(kind)) {
      case OptionKind::loose:
      case OptionKind::strict:
        if (found.source_route != 0) return bad(at);
        if (!sound_route(option)) return bad(at + 2);
        found.source_route = at;
        found.strict = kind == static_cast<std::uint8_t>(OptionKind::strict);
        break;
      case OptionKind::record_route:
        if (found.record_route != 0) return bad(at);
        if (!sound_route(option)) return bad(at + 2);
        found.record_route = at;
        break;
      case OptionKind::timestamp:
        if (found.timestamp != 0) return bad(at);
        if (length < 4 || option[2] < 5) return bad(at + 2);
        found.timestamp = at;
        break;
      default:
        break;  // unknown options pass unchanged
    }
    at += length;
  }
  return found;
}

bool source_route_left(const std::uint8_t* header, const Options& options) {
  const std::uint8_t* const option = header + options.source_route;
  return options.source_routed() && option[2] + 3U <= option[1];
}

void advance_source_route(std::uint8_t* header, const Options& options) {
  const std::uint8_t* const option = header + options.source_route;
  store_be32(header + 16, load_be32(option + option[2] - 1));
}

void record_passage(std::uint8_t* header, const Options& options, Ipv4Address own, std::uint32_t midnight_ms,
                    bool advanced) {
  const auto record = [&](std::uint8_t* option) {
    if (option[2] + 3U > option[1]) return;  // full
    store_be32(option + option[2] - 1, own.value);
    option[2] = static_cast<std::uint8_t>(option[2] + 4);
  };
  if (advanced) record(header + options.source_route);
  if (options.record_route != 0) record(header + options.record_route);
  if (options.timestamp == 0) return;
  std::uint8_t* const option = header + options.timestamp;
  const std::uint8_t flag = option[3] & 15;
  const std::size_t entry = flag == timestamp_only ? 4 : 8;
  std::uint8_t* const at = option + option[2] - 1;
  if (option[2] - 1U + entry > option[1]) {
    // No room left: the overflow count says how many could not write.
    if (option[3] >> 4 != 15) option[3] = static_cast<std::uint8_t>(option[3] + 16);
    return;
  }
  if (flag == timestamp_prespecified && load_be32(at) != own.value) return;
  if (entry == 8) store_be32(at, own.value);
  store_be32(at + entry - 4, midnight_ms);
  option[2] = static_cast<std::uint8_t>(option[2] + entry);
}

}  // namespace arrouter::ip
