#pragma once

#include <memory>

#include "modules/script/script_api.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

struct MadeScript {
  std::unique_ptr<Module> module;
  ScriptApi& api;  // lives in the module
};
MadeScript make_script(Services& services, RouterControl& control);

}  // namespace arrouter
