// Hosts that people at a session connect to: who they are, and whether they can be reached.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/session/session.h"
#include "os/base/address.h"
#include "os/message.h"
#include "os/tcp.h"

namespace arrouter {

/// A host's address, and the router's own address towards it (unset: no route).
struct HostTarget {
  Ipv4Address address, source;
};

struct HostNames {
  /// What is known without asking.
  std::function<std::optional<HostTarget>(std::string_view host)> known;
  /// Name servers can be asked.
  std::function<bool()> can_ask;
  /// Asks them; `found` runs later, and not once what this returns is gone.
  using Found = std::function<void(std::optional<HostTarget>)>;
  std::function<std::shared_ptr<void>(std::string_view host, Found found)> ask;
};

/// What a protocol's module says of its connections, about a user or a host.
struct ConnectTexts {
  const Message &not_allowed, &unknown_host, &no_route, &no_tcp, &too_many_sessions;
};

/// Why this session cannot connect to `host` now, if so. USER level needs TELNET=YES (reference/cli.md 3). `target` as
/// known().
std::optional<Outcome> connect_refusal(const ConnectTexts& texts, const Caller& caller, const UserDatabase& users,
                                       const Session& session, const HostNames& names, const Tcp& tcp,
                                       std::string_view host, const std::optional<HostTarget>& target);

/// The session a command was given in; none for a script.
std::shared_ptr<Session> session_of(const Caller& caller);

}  // namespace arrouter
