// Makes the INTERFACE module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/interface/interface_api.h"
#include "netdev/port_stack.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

struct MadeInterface {
  std::unique_ptr<Module> module;
  InterfaceApi& api;
};
/// `stacks` tell when links changed; counters and states come from Services::ports.
MadeInterface make_interface(Services& services, RouterControl& control, const PortStacks& stacks);

}  // namespace arrouter
