// A message as the log keeps it: a LogRecord that owns its texts, so that it can be read back from NVS.
#pragma once

#include <optional>
#include <string>

#include "os/log.h"

namespace arrouter::logging {

struct Entry {
  LogSeverity severity = LogSeverity::info;
  std::uint16_t module = 0;
  std::uint16_t device = 0;
  std::uint32_t line = 0;
  WallTime time{};
  Ipv4Address origin;     // unset: this router
  std::uint8_t hops = 0;  // routers it has come through
  std::string type, subtype, message, reference, file;
  bool operator==(const Entry&) const = default;
};

/// Copies a record. Control characters become dots: names in messages come from peers, and screens show them.
Entry make_entry(const LogRecord& record);

std::string_view severity_name(LogSeverity severity);  // "INFO"
std::string origin_text(Ipv4Address origin);           // "LOCAL" or the address

/// One line for the permanent log, without the line end; fields that may hold anything are in hex.
std::string to_line(const Entry& entry);
std::optional<Entry> parse_line(std::string_view line);

}  // namespace arrouter::logging
