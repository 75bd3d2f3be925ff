// Configured values of DNS: ADD IP DNS, SET IP DNS CACHE, ENABLE IP DNSRELAY.
#pragma once

#include <map>
#include <string>

#include "os/base/address.h"

namespace arrouter::ip {

/// Who is asked for the names of a domain.
struct DnsServers {
  Ipv4Address primary, secondary;
  std::string interface;  // INTERFACE=: instead of the two: those learnt there
  bool operator==(const DnsServers&) const = default;
};

struct DnsSettings {
  std::map<std::string, DnsServers, std::less<>> domains;  // "" is ANY
  bool relay = false;
  std::string relay_interface;  // SET IP DNSRELAY: those learnt there are asked for others
  std::size_t cache_size = 0;   // entries; 0: off
  unsigned cache_minutes = 60;  // an entry lives at most
};

}  // namespace arrouter::ip
