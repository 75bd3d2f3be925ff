// Makes the SWITCH module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/ip/ip_api.h"
#include "netdev/port_stack.h"
#include "os/module.h"

namespace arrouter {

/// `stacks` tell of the links; the switch as a whole is the port of its VLAN in Services::ports.
std::unique_ptr<Module> make_switch(Services& services, const PortStacks& stacks, const IpApi& ip);

}  // namespace arrouter
