// Result, log and debug lines by name; their wording and numbers are in texts.def.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "os/log.h"
#include "os/outcome.h"

namespace arrouter::ipsec {

enum class Message : std::uint8_t {
#define MESSAGE(id, class, number, text) id,
#include "modules/ipsec/texts.def"
};
enum class LogText : std::uint8_t {
#define LOG_TEXT(id, severity, text) id,
#include "modules/ipsec/texts.def"
};

enum class DebugText : std::uint8_t {
#define DEBUG_TEXT(id, text) id,
#include "modules/ipsec/texts.def"
};

struct MessageText {
  MessageClass message_class;
  std::uint16_t number;
  std::string_view text;
};
MessageText message_text(Message message);
struct LogLine {
  LogSeverity severity;
  std::string_view text;
};
LogLine log_line(LogText text);
std::string_view debug_line(DebugText text);

template <class... Arguments>
Outcome outcome(Message message, const Arguments&... arguments) {
  const MessageText text = message_text(message);
  return {text.message_class, module_number::ipsec, text.number, fmt::format(fmt::runtime(text.text), arguments...),
          false};
}

template <class... Arguments>
std::string debug_text(DebugText which, const Arguments&... arguments) {
  return fmt::format(fmt::runtime(debug_line(which)), arguments...);
}

/// Type VPN, subtype SA; `reference` is the policy's name.
template <class... Arguments>
LogRecord log_record(LogText which, std::string reference, const Arguments&... arguments) {
  const LogLine line = log_line(which);
  LogRecord record;
  record.severity = line.severity;
  record.module = module_number::ipsec;
  record.type = "VPN";
  record.subtype = "SA";
  record.message = fmt::format(fmt::runtime(line.text), arguments...);
  record.reference = std::move(reference);
  return record;
}

}  // namespace arrouter::ipsec
