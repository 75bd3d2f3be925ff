// Syslog datagrams (RFC 3164), those that leave and those that come.
#pragma once

#include "modules/log/output.h"

namespace arrouter::logging {

inline constexpr std::uint16_t syslog_port = 514;

/// Facility times eight plus level. The router's severity 7 is the highest, syslog's 0.
unsigned syslog_priority(const Entry& entry, unsigned facility);

/// NORMAL "<189>ISAK:VPN/P1, text"; EXTENDED puts "02 Feb 11:06:10 name " behind the priority. At most 1024 bytes.
std::string syslog_text(const Entry& entry, const OutputSettings& settings, std::string_view system_name);

/// What somebody's datagram says. The module, type and subtype of a router's message come back; anybody else's are
/// LOG, SYSL and the facility. It has no time: the sender's is without a year and a zone.
Entry parse_syslog(std::string_view datagram);

}  // namespace arrouter::logging
