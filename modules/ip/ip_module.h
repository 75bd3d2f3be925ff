// Makes the IP module; for os/assembly only.
#pragma once

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_mib_api.h"
#include "modules/ip/ping_poll_api.h"
#include "os/module.h"
#include "os/tcp.h"

namespace arrouter {

struct MadeIp {
  std::unique_ptr<Module> module;
  IpApi& api;
  IpMib& mib;
  DnsApi& dns;
  PingPollApi& polls;
};
/// `tcp` is for name servers whose answers are long.
MadeIp make_ip(Services& services, Tcp* tcp = nullptr);

}  // namespace arrouter
