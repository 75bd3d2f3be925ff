#include "cli/session/host_names.h"

namespace arrouter {

namespace {

constexpr std::size_t most_connections = 5;  // from one session

}  // namespace

ConnectProblem may_connect(const Caller& caller, const UserDatabase& users, const Session& session,
                           const HostNames& names, const Tcp& tcp, const std::optional<HostTarget>& target) {
  const User* const user = users.find(caller.user);
  if (caller.privilege == Privilege::user && (user == nullptr || !user->telnet)) return ConnectProblem::not_allowed;
  if (!target && !names.can_ask()) return ConnectProblem::unknown_host;
  if (target && target->source.unset()) return ConnectProblem::no_route;
  if (!tcp.usable()) return ConnectProblem::no_tcp;
  return session.relays().size() < most_connections ? ConnectProblem::none : ConnectProblem::too_many;
}

std::shared_ptr<Session> session_of(const Caller& caller) {
  return std::dynamic_pointer_cast<Session>(caller.terminal.lock());
}

}  // namespace arrouter
