// Makes the IPsec module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "os/module.h"

namespace arrouter {

std::unique_ptr<Module> make_ipsec(Services& services, IpApi& ip, enco::EncoApi& enco, isakmp::IsakmpApi& isakmp);

}  // namespace arrouter
