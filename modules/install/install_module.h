// Makes the INSTALL module; for os/assembly only.
#pragma once

#include "modules/install/install_api.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

struct MadeInstall {
  std::unique_ptr<Module> module;
  install::InstallApi& api;
};
/// `boot_block`: this start takes the default install, without its patch, whatever the others say.
MadeInstall make_install(Services& services, RouterControl& control, bool boot_block = false);

}  // namespace arrouter
