// The groups of the tree and where their values come from.
#pragma once

#include "modules/firewall/firewall_api.h"
#include "modules/interface/interface_api.h"
#include "modules/ip/ip_mib_api.h"
#include "modules/snmp/mib.h"
#include "os/module.h"
#include "os/router_control.h"
#include "os/tcp.h"

namespace arrouter::snmp {

struct Sources {
  Services& services;
  RouterControl& control;
  IpMib& figures;
  InterfaceApi& interfaces;
  Tcp& tcp;
  firewall::FirewallApi& firewall;
  bool& authentication_traps;        // snmpEnableAuthenTraps
  const std::string& firewall_trap;  // the text of the last one

  /// sysUpTime.
  std::uint64_t up_time() const;
};

/// The root of the manufacturer's objects of routers.
inline constexpr std::string_view at_router = "1.3.6.1.4.1.207.8.4.4";

/// sysObjectID: what the model is called under 1.3.6.1.4.1.207.1.
Oid object_id(const Model& model);

void add_system(Mib& mib, Sources& sources);      // MIB-II system, snmp
void add_interfaces(Mib& mib, Sources& sources);  // MIB-II interfaces, IF-MIB ifXTable
void add_ip(Mib& mib, Sources& sources);          // MIB-II at, ip, icmp
void add_transport(Mib& mib, Sources& sources);   // MIB-II tcp, udp
void add_allied(Mib& mib, Sources& sources);      // the manufacturer's own

}  // namespace arrouter::snmp
