// Makes the INTERFACE module; for os/assembly only.
#pragma once

#include <memory>

#include "netdev/port_stack.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

/// `stacks` tell when links changed; counters and states come from Services::ports.
std::unique_ptr<Module> make_interface(Services& services, RouterControl& control, const PortStacks& stacks);

}  // namespace arrouter
