// Ports from the words of the command line.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "netdev/port.h"
#include "netdev/port_environment.h"
#include "os/base/result.h"

namespace arrouter {

/// `spec` is tap:IFNAME, packet:IFNAME, udp:LPORT:HOST:RPORT, memory (no link until a MemoryLink joins it), or empty
/// (attached to nothing: link down). The failure is one line that begins with the spec.
Result<std::unique_ptr<Port>> make_port(std::string name, MacAddress mac, std::string_view spec,
                                        const PortEnvironment& environment);

}  // namespace arrouter
