// What leaves the log: syslog datagrams (RFC 3164) and the lines of mails.
#pragma once

#include "modules/log/output.h"

namespace arrouter::logging {

inline constexpr std::uint16_t syslog_port = 514;

/// Facility times eight plus level. The router's severity 7 is the highest, syslog's 0.
unsigned syslog_priority(const Entry& entry, unsigned facility);

/// NORMAL "<189>ISAK:VPN/P1, text"; EXTENDED puts "02 Feb 11:06:10 name " behind the priority. At most 1024 bytes.
std::string syslog_text(const Entry& entry, const OutputSettings& settings, std::string_view system_name);

/// A line of a mail: as SHOW LOG prints it, with the whole date (FULL), or the message alone (MSGONLY).
std::string mail_line(const Entry& entry, Format format);

}  // namespace arrouter::logging
