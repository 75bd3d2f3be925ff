// Tells supervisors how far the router has come, without being asked: a file with LAB SHOW HEALTH as one line of JSON
// (--ready FILE), and the notify protocol of systemd (sd_notify(3)) where NOTIFY_SOCKET names a socket. The file is there
// while the router runs its configuration, and gone while it restarts and after its end.
#pragma once

#include <string>

#include "os/assembly/health.h"
#include "os/base/scheduler.h"

namespace arrouter {

class Readiness {
 public:
  /// Watches `router` from its boot on, while it lives. `file` and `notify_socket` may be empty.
  Readiness(Router& router, const Clock& clock, Scheduler& scheduler, std::string file, std::string notify_socket);
  ~Readiness();
  Readiness(const Readiness&) = delete;

  /// What stands in the way of writing the file.
  Result<void> try_file() const;

 private:
  void look();
  void forget();
  Result<void> write(const std::string& text) const;
  void notify(const std::string& message) const;

  Router& router_;
  const Clock& clock_;
  std::string file_, notify_socket_, told_;
  bool ready_ = false;  // systemd knows
  Timer timer_;
};

}  // namespace arrouter
