// The log's front door: modules record, modules/log keeps, filters and sends.
#pragma once

#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"
#include "os/base/time.h"

namespace arrouter {

/// Severity 0 (DEBUG) to 7 (CRITICAL): 7 is the highest, the reverse of syslog (reference/logging.md 3).
enum class LogSeverity : std::uint8_t { debug, trivial, detail, info, notice, important, urgent, critical };

struct LogRecord {
  LogSeverity severity = LogSeverity::info;
  std::uint16_t module = 0;       // module_number::…
  std::string_view type;          // "VPN"; at most five letters; static storage
  std::string_view subtype;       // "P1"
  std::string message;
  std::string reference = {};     // policy, user …
  std::uint16_t device = 0;       // interface instance
  WallTime time{};                // stamped by Log
  Ipv4Address origin{};           // unset: this router
  std::string_view file = {};     // source place, as SHOW LOG FULL prints it
  std::uint32_t line = 0;
};

class Log {
 public:
  using Listener = std::function<void(const LogRecord&)>;
  explicit Log(const WallClock& clock) : clock_(clock) {}
  /// Stamps and hands the record to the listener; before there is one, keeps up to 200.
  void record(LogRecord record, std::source_location where = std::source_location::current());
  /// There is one listener: modules/log. It gets the kept records first.
  void listen(Listener listener);

 private:
  const WallClock& clock_;
  Listener listener_;
  std::vector<LogRecord> early_;
};

/// The four-letter name a screen prints for a module number ("ISAK"), and the words MODULE= accepts.
std::string_view log_module_short_name(std::uint16_t module);
std::string_view log_module_name(std::uint16_t module);
/// By number, full name, short name or unambiguous prefix; 0 when unknown.
std::uint16_t find_log_module(std::string_view text);

}  // namespace arrouter
