// Makes the LAB module; for os/assembly only.
#pragma once

#include <filesystem>
#include <memory>

#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "netdev/port_stack.h"
#include "os/module.h"

namespace arrouter {

/// `ports` are all stacks of the Router, switch members included. LAB CAPTURE and LAB KEYS write into
/// `capture_directory` (empty: the process's working directory) and nowhere else. `ip` is what LAB TRACE looks into.
std::unique_ptr<Module> make_lab(Services& services, const PortStacks& ports, isakmp::IsakmpApi& isakmp,
                                 std::filesystem::path capture_directory, IpApi* ip = nullptr);

}  // namespace arrouter
