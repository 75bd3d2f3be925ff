// Makes the NTP module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "modules/system/system_api.h"
#include "os/module.h"

namespace arrouter {

std::unique_ptr<Module> make_ntp(Services& services, const SystemApi& system, IpApi& ip);

}  // namespace arrouter
