// Makes the PPP module; for os/assembly only.
#pragma once

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_api.h"
#include "modules/ppp/authentication.h"
#include "modules/ppp/ppp_api.h"
#include "modules/user/user_api.h"
#include "os/module.h"

namespace arrouter {

struct MadePpp {
  std::unique_ptr<Module> module;
  ppp::PppApi& api;
};
/// `md5` is ENCO's.
MadePpp make_ppp(Services& services, IpApi& ip, DnsApi& dns, const UserApi& users, ppp::Md5 md5);

}  // namespace arrouter
