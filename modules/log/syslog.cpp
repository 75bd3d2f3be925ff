#include "modules/log/syslog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "os/base/calendar.h"
#include "os/base/text.h"
#include "os/module_numbers.h"
#include "os/outcome.h"

namespace arrouter::logging {

namespace {

constexpr std::size_t longest_datagram = 1024;  // RFC 3164 4.1
constexpr std::size_t longest_type = 5;

/// The facilities' names, as a subtype has room for them.
constexpr std::string_view facilities[] = {"KERN", "USER", "MAIL",  "DAEM", "AUTH", "SYSL",  "LPR",   "NEWS",
                                           "UUCP", "CRON", "AUTHP", "FTP",  "NTP",  "AUDIT", "ALERT", "CLOCK",
                                           "LOC0", "LOC1", "LOC2",  "LOC3", "LOC4", "LOC5",  "LOC6",  "LOC7"};
constexpr unsigned highest_priority = std::size(facilities) * 8 - 1;
constexpr unsigned user_notice = 13;  // what has no priority (RFC 3164 4.3.3)

constexpr unsigned kern = 0, mail = 2, auth = 4, local0 = 16, local7 = 23;

/// Levels by severity 0 to 7 (reference/logging.md 3).
constexpr unsigned levels[] = {7, 6, 6, 5, 4, 3, 2, 1};

/// The way back: several severities share a level, then the one that SHOW LOG shows as delivered.
LogSeverity severity_of(unsigned level) {
  constexpr LogSeverity severities[] = {LogSeverity::critical,  LogSeverity::critical, LogSeverity::urgent,
                                        LogSeverity::important, LogSeverity::notice,   LogSeverity::info,
                                        LogSeverity::detail,    LogSeverity::debug};
  return severities[level];
}

/// FACILITY=DEFAULT: by the type of the message (reference/logging.md 8).
unsigned default_facility(std::string_view type) {
  if (type == "USER" || type == "AUTH") return auth;
  if (type == "REST") return kern;
  if (type == "MAIL") return mail;
  return local7;
}

/// Takes "<189>" off the front.
unsigned take_priority(std::string_view& text) {
  const std::size_t end = text.find('>');
  if (!text.starts_with('<') || end == text.npos || end > 4) return user_notice;
  const auto priority = parse_number(text.substr(1, end - 1), highest_priority);
  if (!priority) return user_notice;
  text.remove_prefix(end + 1);
  return static_cast<unsigned>(*priority);
}

/// Takes "Feb  2 11:06:10 " off the front, or EXTENDED's "02 Feb 11:06:10 ".
void drop_time(std::string_view& text) {
  constexpr std::size_t date = 6, length = 16;
  if (text.size() < length || text[date] != ' ' || text[length - 1] != ' ') return;
  if (parse_time_of_day(text.substr(date + 1, length - date - 2))) text.remove_prefix(length);
}

/// "ISAK:VPN/P1, text" as syslog_text() writes it; false leaves the entry alone.
bool take_message(std::string_view text, Entry& entry) {
  const std::size_t colon = text.find(':'), slash = text.find('/'), comma = text.find(", ");
  if (comma == text.npos || colon > slash || slash > comma) return false;
  const std::string_view module = text.substr(0, colon), type = text.substr(colon + 1, slash - colon - 1),
                         subtype = text.substr(slash + 1, comma - slash - 1);
  const std::uint16_t number = find_log_module(module);
  const auto plain = [](std::string_view word) {
    return !word.empty() && word.size() <= longest_type &&
           std::ranges::all_of(word, [](unsigned char c) { return std::isalnum(c) != 0; });
  };
  if (number == 0 || !plain(type) || !plain(subtype)) return false;
  entry.module = number;
  entry.type = type;
  entry.subtype = subtype;
  entry.message = printable(text.substr(comma + 2));
  return true;
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

Entry parse_syslog(std::string_view datagram) {
  Entry entry;
  std::string_view text = datagram.substr(0, longest_datagram);
  const unsigned priority = take_priority(text);
  entry.severity = severity_of(priority % 8);
  drop_time(text);
  // In front of a router's message may be its name.
  const std::size_t blank = text.find(' ');
  if (take_message(text, entry) || (blank != text.npos && take_message(text.substr(blank + 1), entry))) return entry;
  entry.module = module_number::log;
  entry.type = "SYSL";
  entry.subtype = facilities[priority / 8];
  entry.message = printable(trim(text));
  return entry;
}

}  // namespace arrouter::logging
