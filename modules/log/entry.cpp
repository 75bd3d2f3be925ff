#include "modules/log/entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/bytes.h"
#include "os/base/text.h"

namespace arrouter::logging {

namespace {

constexpr std::string_view severity_names[] = {"DEBUG",  "TRIVIAL",   "DETAIL", "INFO",
                                               "NOTICE", "IMPORTANT", "URGENT", "CRITICAL"};
constexpr std::uint64_t highest_severity = 7;

std::string coded(std::string_view text) { return text.empty() ? "-" : to_hex(as_bytes(text)); }

bool decode(std::string_view field, std::string& text) {
  if (field == "-") return true;
  const auto bytes = from_hex(field);
  if (bytes) text.assign(bytes->begin(), bytes->end());
  return bytes.has_value();
}

}  // namespace

Entry make_entry(const LogRecord& record) {
  Entry entry;
  entry.severity = record.severity;
  entry.module = record.module;
  entry.device = record.device;
  entry.line = record.line;
  entry.time = record.time;
  entry.origin = record.origin;
  entry.type = printable(record.type);
  entry.subtype = printable(record.subtype);
  entry.message = printable(record.message);
  entry.reference = printable(record.reference);
  entry.file = printable(record.file);
  return entry;
}

std::string_view severity_name(LogSeverity severity) { return severity_names[static_cast<std::size_t>(severity)]; }

std::string origin_text(Ipv4Address origin) { return origin.unset() ? "LOCAL" : to_string(origin); }

std::string to_line(const Entry& entry) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", entry.time.time_since_epoch().count(),
                     static_cast<int>(entry.severity), entry.module, entry.device, to_string(entry.origin), entry.line,
                     coded(entry.type), coded(entry.subtype), coded(entry.file), coded(entry.reference),
                     coded(entry.message));
}

std::optional<Entry> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  if (fields.size() != 11) return std::nullopt;
  constexpr std::uint64_t latest = 1ULL << 52;  // milliseconds; far beyond any date a screen can show
  const auto time = parse_number(fields[0], latest);
  const auto severity = parse_number(fields[1], highest_severity);
  const auto module = parse_number(fields[2], 65535);
  const auto device = parse_number(fields[3], 65535);
  const auto origin = parse_ipv4(fields[4]);
  const auto source_line = parse_number(fields[5], 0xffffffff);
  Entry entry;
  if (!time || !severity || !module || !device || !origin || !source_line || !decode(fields[6], entry.type) ||
      !decode(fields[7], entry.subtype) || !decode(fields[8], entry.file) || !decode(fields[9], entry.reference) ||
      !decode(fields[10], entry.message))
    return std::nullopt;
  entry.time = WallTime(WallTime::duration(static_cast<WallTime::rep>(*time)));
  entry.severity = static_cast<LogSeverity>(*severity);
  entry.module = static_cast<std::uint16_t>(*module);
  entry.device = static_cast<std::uint16_t>(*device);
  entry.line = static_cast<std::uint32_t>(*source_line);
  entry.origin = *origin;
  return entry;
}

}  // namespace arrouter::logging
