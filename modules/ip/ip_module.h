// Makes the IP module; for os/assembly only.
#pragma once

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_mib_api.h"
#include "modules/ip/ping_poll_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeIp {
  std::unique_ptr<Module> module;
  IpApi& api;
  IpMib& mib;
  DnsApi& dns;
  PingPollApi& polls;
};
MadeIp make_ip(Services& services);

}  // namespace arrouter
