// Makes the SNMP module; for os/assembly only.
#pragma once

#include "modules/firewall/firewall_api.h"
#include "modules/interface/interface_api.h"
#include "modules/ip/ip_mib_api.h"
#include "modules/system/system_api.h"
#include "os/module.h"
#include "os/router_control.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_snmp(Services& services, RouterControl& control, const SystemApi& system, IpApi& ip,
                                  IpMib& figures, InterfaceApi& interfaces, Tcp& tcp, firewall::FirewallApi& firewall);

}  // namespace arrouter
