// Makes the LOAD module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_api.h"
#include "os/module.h"
#include "os/secure_shell.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_load(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp,
                                  std::shared_ptr<SecureShell> shell);

}  // namespace arrouter
