#include <algorithm>

#include <fmt/format.h>

#include "cli/session/session.h"
#include "os/base/limits.h"

namespace arrouter {

void SessionRegistry::add(std::weak_ptr<Session> session) {
  std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
  sessions_.push_back(std::move(session));
}

std::vector<std::shared_ptr<Session>> SessionRegistry::live() const {
  std::vector<std::shared_ptr<Session>> result;
  for (const auto& weak : sessions_) {
    if (auto session = weak.lock()) result.push_back(std::move(session));
  }
  return result;
}

std::optional<SessionRegistry::RemoteNames> SessionRegistry::remote_names(std::string_view kind) const {
  constexpr unsigned first_instance = 17;  // 16 is the console's (reference/operations.md 6)
  const auto sessions = live();
  const auto lowest_free = [&sessions](std::string_view prefix, unsigned number, auto name_of) {
    std::string name;
    do {
      name = fmt::format("{}{}", prefix, number++);
    } while (std::ranges::any_of(sessions, [&](const auto& session) { return name_of(*session) == name; }));
    return name;
  };
  const auto remote = std::ranges::count_if(
      sessions, [](const auto& session) { return session->port_name().starts_with("TTY"); });
  if (static_cast<std::size_t>(remote) >= limits::sessions) return std::nullopt;
  return RemoteNames{
      lowest_free(fmt::format("{} ", kind), 1, [](const Session& session) { return session.description().device; }),
      lowest_free("TTY", first_instance, [](const Session& session) { return session.port_name(); })};
}

const TerminalSettings& SessionRegistry::port_settings(std::string_view device) const {
  static const TerminalSettings as_delivered;
  const auto found = ports_.find(device);
  return found == ports_.end() ? as_delivered : found->second;
}

void SessionRegistry::set_port(std::string_view device, TerminalSettings settings) {
  for (const auto& session : live()) {
    if (session->description().device == device) session->settings = settings;
  }
  ports_.insert_or_assign(std::string(device), std::move(settings));
}

}  // namespace arrouter
