// Makes the LAB module; for os/assembly only.
#pragma once

#include <filesystem>
#include <memory>

#include "netdev/port_stack.h"
#include "os/module.h"

namespace arrouter {

/// `ports` are all stacks of the Router, switch members included. LAB CAPTURE writes into `capture_directory` (empty:
/// the process's working directory) and nowhere else.
std::unique_ptr<Module> make_lab(Services& services, const PortStacks& ports, std::filesystem::path capture_directory);

}  // namespace arrouter
