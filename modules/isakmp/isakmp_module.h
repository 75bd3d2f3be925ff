// Makes the ISAKMP module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeIsakmp {
  std::unique_ptr<Module> module;
  isakmp::IsakmpApi& api;
};
MadeIsakmp make_isakmp(Services& services, IpApi& ip, enco::EncoApi& enco);

}  // namespace arrouter
