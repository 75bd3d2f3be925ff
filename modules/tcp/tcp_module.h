// Makes the TCP module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "os/module.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_tcp(Services& services, IpApi& ip, Tcp& tcp);

}  // namespace arrouter
