// The control socket: scripts give commands with a security officer's rights, because only the owner of the process
// can open it (mode 0600).
#pragma once

#include <memory>
#include <string>

#include "cli/control/script_terminal.h"
#include "os/base/result.h"

namespace arrouter {
class EventLoop;
}

namespace arrouter::control {

class ControlServer {
 public:
  virtual ~ControlServer() = default;
  /// The router goes down: answers that wait for it are completed.
  virtual void give_up() = 0;
  /// There is a router again: what clients asked meanwhile is answered.
  virtual void resume() = 0;
};

/// Listens at `path`; what a dead router left there is replaced, a live one's socket is refused. Ends with the object,
/// the path too. At most limits::control_clients at a time; a client whose input is no request, or that does not read
/// what it is sent, is cut off. Requests wait while `running` says that there is no router to execute them.
Result<std::unique_ptr<ControlServer>> open_control(const std::string& path, EventLoop& loop, Execute execute,
                                                    std::function<bool()> running = [] { return true; });

}  // namespace arrouter::control
