// Makes the TRIGGER module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/ip/ip_api.h"
#include "modules/script/script_api.h"
#include "modules/system/system_api.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

std::unique_ptr<Module> make_trigger(Services& services, RouterControl& control, const SystemApi& system, IpApi& ip,
                                     ScriptApi& scripts);

}  // namespace arrouter
