// Makes the TACACS+ module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/enco/enco_api.h"
#include "modules/ip/ip_api.h"
#include "os/module.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_tacplus(Services& services, IpApi& ip, enco::EncoApi& enco, Tcp& tcp);

}  // namespace arrouter
