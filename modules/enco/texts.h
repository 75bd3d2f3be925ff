// The module's wording (texts.def) as functions.
#pragma once

#include <fmt/format.h>

#include <source_location>

#include "os/log.h"
#include "os/outcome.h"

namespace arrouter::enco {

struct Message {
  MessageClass message_class;
  std::uint16_t number;
  std::string_view text;
};
namespace message {
#define ENCO_MESSAGE(name, kind, number, text) inline constexpr Message name{MessageClass::kind, number, text};
#include "modules/enco/texts.def"
#undef ENCO_MESSAGE
}  // namespace message

/// The numbered line with its values filled in.
template <class... Values>
Outcome reply(const Message& message, const Values&... values) {
  return {message.message_class, module_number::enco, message.number,
          fmt::format(fmt::runtime(message.text), values...), false};
}

struct LogText {
  LogSeverity severity;
  std::string_view subtype, text;
};
namespace log_text {
#define ENCO_LOG(name, severity, subtype, text) inline constexpr LogText name{LogSeverity::severity, subtype, text};
#include "modules/enco/texts.def"
#undef ENCO_LOG
}  // namespace log_text

template <class... Values>
LogRecord record(const LogText& line, const Values&... values) {
  LogRecord made;
  made.severity = line.severity;
  made.module = module_number::enco;
  made.type = "ENCO";
  made.subtype = line.subtype;
  made.message = fmt::format(fmt::runtime(line.text), values...);
  return made;
}

}  // namespace arrouter::enco
