// A Router's sessions, for SHOW USER, messages to people, and front ends.
#include "os/assembly/software.h"

namespace arrouter {

SessionHost Router::session_host() {
  return {software_->table,
          software_->users,
          software_->system,
          software_->log,
          surroundings_.scheduler,
          surroundings_.clock,
          *wall_,
          *this,
          software_->sessions};
}

std::vector<ActiveSession> Router::sessions() const {
  std::vector<ActiveSession> active;
  for (const auto& session : software_->sessions.live()) {
    if (session->logged_in()) active.push_back(session->description());
  }
  return active;
}

void Router::broadcast(std::string_view text, Privilege at_least) {
  for (const auto& session : software_->sessions.live()) {
    if (session->logged_in() && session->description().privilege >= at_least) session->print(text);
  }
}

}  // namespace arrouter
