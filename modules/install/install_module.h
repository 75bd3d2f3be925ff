// Makes the INSTALL module; for os/assembly only.
#pragma once

#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

std::unique_ptr<Module> make_install(Services& services, RouterControl& control);

}  // namespace arrouter
