// Makes the TELNET module; for os/assembly only.
#pragma once

#include <memory>

#include "cli/session/host_names.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_telnet(Services& services, SessionHost host, Tcp& tcp, HostNames names);

}  // namespace arrouter
