// Makes the RADIUS module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/enco/enco_api.h"
#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "modules/radius/radius_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeRadius {
  std::unique_ptr<Module> module;
  radius::RadiusApi& api;
  isakmp::XauthAuthenticator& xauth;
};
MadeRadius make_radius(Services& services, IpApi& ip, enco::EncoApi& enco);

}  // namespace arrouter
