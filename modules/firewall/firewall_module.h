// Makes the firewall; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "os/module.h"

namespace arrouter {

std::unique_ptr<Module> make_firewall(Services& services, IpApi& ip);

}  // namespace arrouter
