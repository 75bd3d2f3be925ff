// Makes the TELNET module; for os/assembly only.
#pragma once

#include <memory>

#include "cli/session/session.h"
#include "os/tcp.h"

namespace arrouter {

/// An address for what the TELNET command was given, and the router's own address towards it (unset: no route).
struct TelnetTarget {
  Ipv4Address address, source;
};
using TelnetResolver = std::function<std::optional<TelnetTarget>(std::string_view host)>;

std::unique_ptr<Module> make_telnet(Services& services, SessionHost host, Tcp& tcp, TelnetResolver resolve);

}  // namespace arrouter
