// Makes the SYSTEM module; for os/assembly only.
#pragma once

#include "modules/install/install_api.h"
#include "modules/system/system_api.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

struct MadeSystem {
  std::unique_ptr<Module> module;
  SystemApi& api;  // lives in the module
};
MadeSystem make_system(Services& services, RouterControl& control, const install::InstallApi& install);

}  // namespace arrouter
