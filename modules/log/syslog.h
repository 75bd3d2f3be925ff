// Syslog datagrams (RFC 3164): priority and text.
#pragma once

#include "modules/log/output.h"

namespace arrouter::logging {

inline constexpr std::uint16_t syslog_port = 514;

/// Facility times eight plus level. The router's severity 7 is the highest, syslog's 0.
unsigned syslog_priority(const Entry& entry, unsigned facility);

/// NORMAL "<189>ISAK:VPN/P1, text"; EXTENDED puts "02 Feb 11:06:10 name " behind the priority. At most 1024 bytes.
std::string syslog_text(const Entry& entry, const OutputSettings& settings, std::string_view system_name);

}  // namespace arrouter::logging
