#include <algorithm>

#include "cli/session/session.h"

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
