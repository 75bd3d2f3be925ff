// Makes the L2TP module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/enco/enco_api.h"
#include "modules/ip/ip_api.h"
#include "modules/ppp/ppp_api.h"
#include "os/module.h"

namespace arrouter {

std::unique_ptr<Module> make_l2tp(Services& services, IpApi& ip, ppp::PppApi& ppp, enco::EncoApi& enco);

}  // namespace arrouter
