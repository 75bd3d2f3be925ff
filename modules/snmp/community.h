// Communities: who may ask, who is told (CREATE SNMP COMMUNITY).
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "os/base/address.h"

namespace arrouter::snmp {

struct Community {
  bool write = false;  // ACCESS=WRITE
  bool open = false;   // OPEN=ON: any host may ask, not the managers alone
  bool enabled = true;
  bool traps = false;  // ENABLE SNMP COMMUNITY TRAP
  std::vector<Ipv4Address> managers = {}, trap_hosts = {}, v2c_trap_hosts = {};

  bool admits(Ipv4Address source) const {
    return enabled && (open || std::ranges::find(managers, source) != managers.end());
  }
};

/// By name; case counts.
using Communities = std::map<std::string, Community, std::less<>>;

}  // namespace arrouter::snmp
