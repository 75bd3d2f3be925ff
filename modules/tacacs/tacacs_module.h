// Makes the TACACS module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/ip/ip_api.h"
#include "os/module.h"

namespace arrouter {

std::unique_ptr<Module> make_tacacs(Services& services, IpApi& ip);

}  // namespace arrouter
