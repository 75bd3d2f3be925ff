// Makes the IP module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeIp {
  std::unique_ptr<Module> module;
  IpApi& api;
};
MadeIp make_ip(Services& services);

}  // namespace arrouter
