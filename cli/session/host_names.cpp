#include "cli/session/host_names.h"

namespace arrouter {

namespace {

constexpr std::size_t most_connections = 5;  // from one session

}  // namespace

std::optional<Outcome> connect_refusal(const ConnectTexts& texts, const Caller& caller, const UserDatabase& users,
                                       const Session& session, const HostNames& names, const Tcp& tcp,
                                       std::string_view host, const std::optional<HostTarget>& target) {
  const User* const user = users.find(caller.user);
  if (caller.privilege == Privilege::user && (user == nullptr || !user->telnet)) {
    return say(texts.not_allowed, caller.user);
  }
  if (!target && !names.can_ask()) return say(texts.unknown_host, host);
  if (target && target->source.unset()) return say(texts.no_route, host);
  if (!tcp.usable()) return say(texts.no_tcp);
  if (session.relays().size() >= most_connections) return say(texts.too_many_sessions);
  return std::nullopt;
}

std::shared_ptr<Session> session_of(const Caller& caller) {
  return std::dynamic_pointer_cast<Session>(caller.terminal.lock());
}

}  // namespace arrouter
