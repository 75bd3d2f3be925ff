#include "modules/log/syslog.h"

#include <fmt/format.h>

#include "os/base/calendar.h"

namespace arrouter::logging {

namespace {

constexpr std::size_t longest_datagram = 1024;  // RFC 3164 4.1

constexpr unsigned kern = 0, mail = 2, auth = 4, local0 = 16, local7 = 23;

/// Levels by severity 0 to 7 (reference/logging.md 3).
constexpr unsigned levels[] = {7, 6, 6, 5, 4, 3, 2, 1};

/// FACILITY=DEFAULT: by the type of the message (reference/logging.md 8).
unsigned default_facility(std::string_view type) {
  if (type == "USER" || type == "AUTH") return auth;
  if (type == "REST") return kern;
  if (type == "MAIL") return mail;
  return local7;
}

}  // namespace

unsigned syslog_priority(const Entry& entry, unsigned facility) {
  const unsigned code = facility == 0 ? default_facility(entry.type) : local0 + facility;
  return code * 8 + levels[static_cast<std::size_t>(entry.severity)];
}

std::string syslog_text(const Entry& entry, const OutputSettings& settings, std::string_view system_name) {
  std::string text = fmt::format("<{}>", syslog_priority(entry, settings.facility));
  if (settings.extended_syslog) {
    const std::string date = date_text(entry.time);
    text += fmt::format("{} {} {} ", date.substr(0, 2), date.substr(3, 3), time_of_day_text(entry.time));
    if (!system_name.empty()) text += fmt::format("{} ", system_name);
  }
  text += fmt::format("{}:{}/{}, {}", log_module_short_name(entry.module), entry.type, entry.subtype, entry.message);
  if (text.size() > longest_datagram) text.resize(longest_datagram);
  return text;
}

std::string mail_line(const Entry& entry, Format format) {
  if (format == Format::msgonly) return entry.message;
  const std::string date = date_text(entry.time);
  return fmt::format("{} {} {} {:<4.4} {:<5.5} {:<5.5} {}", format == Format::full ? date : date.substr(0, 2),
                     time_of_day_text(entry.time), static_cast<int>(entry.severity),
                     log_module_short_name(entry.module), entry.type, entry.subtype, entry.message);
}

}  // namespace arrouter::logging
