#include "modules/ipsec/messages.h"

namespace arrouter::ipsec {
namespace {

constexpr auto info = MessageClass::info;
constexpr auto warning = MessageClass::warning;
constexpr auto error = MessageClass::error;
constexpr MessageText messages[] = {
#define MESSAGE(id, class, number, text) {class, number, text},
#include "modules/ipsec/texts.def"
};
constexpr LogLine log_lines[] = {
#define LOG_TEXT(id, severity, text) {LogSeverity::severity, text},
#include "modules/ipsec/texts.def"
};
constexpr std::string_view debug_lines[] = {
#define DEBUG_TEXT(id, text) text,
#include "modules/ipsec/texts.def"
};

}  // namespace

MessageText message_text(Message message) { return messages[static_cast<std::size_t>(message)]; }
LogLine log_line(LogText text) { return log_lines[static_cast<std::size_t>(text)]; }
std::string_view debug_line(DebugText text) { return debug_lines[static_cast<std::size_t>(text)]; }

}  // namespace arrouter::ipsec
