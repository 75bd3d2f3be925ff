// The one list of modules. What stands in it is in the router; what is taken out is gone with all its commands.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "cli/session/session.h"
#include "modules/system/system_api.h"
#include "netdev/port_stack.h"
#include "os/assembly/loader.h"
#include "os/module.h"
#include "os/router_control.h"
#include "os/tcp.h"

namespace arrouter {

/// What the makers of modules may be given.
struct ModuleContext {
  Services& services;
  RouterControl& control;
  CommandTable& table;
  SessionRegistry& sessions;
  const PortStacks& stacks;
  Tcp& tcp;
  const std::filesystem::path& capture_directory;
  const StartUp& start_up;
};

struct MadeModules {
  /// In order of construction: a module comes after those it is handed. They are stopped and destroyed in reverse.
  std::vector<std::unique_ptr<Module>> modules;
  SystemApi& system;  // one of them
};
MadeModules make_modules(const ModuleContext& context);

}  // namespace arrouter
