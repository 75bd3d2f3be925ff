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
struct TelnetNames {
  /// What is known without asking.
  std::function<std::optional<TelnetTarget>(std::string_view host)> known;
  /// Name servers can be asked.
  std::function<bool()> can_ask;
  /// Asks them; `found` runs later, and not once what this returns is gone.
  using Found = std::function<void(std::optional<TelnetTarget>)>;
  std::function<std::shared_ptr<void>(std::string_view host, Found found)> ask;
};

std::unique_ptr<Module> make_telnet(Services& services, SessionHost host, Tcp& tcp, TelnetNames names);

}  // namespace arrouter
