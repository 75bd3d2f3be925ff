// One console's session: opened on the router of the moment, and again after a logoff or a restart.
#pragma once

#include <functional>
#include <memory>

#include "cli/console/console.h"
#include "os/base/reactor.h"
#include "os/base/scheduler.h"

namespace arrouter {

class SessionSlot {
 public:
  /// `ready` runs whenever a new session has shown its first prompt.
  SessionSlot(unsigned number, Reactor& reactor, Scheduler& scheduler, const Clock& clock, SessionOpener opener,
              std::function<void()> ready = {});
  ~SessionSlot();
  SessionSlot(const SessionSlot&) = delete;

  void open(Display& display);
  /// The session has closed: lets go of it and opens the next one soon.
  void closed(Display& display);
  /// Null while there is none.
  Session* get() const { return session_.get(); }
  const std::deque<std::string>& history() const;

 private:
  unsigned number_;
  Reactor& reactor_;
  const Clock& clock_;
  SessionOpener opener_;
  std::function<void()> ready_;
  std::shared_ptr<Session> session_;
  Display* display_ = nullptr;
  Timer retry_;
  bool ending_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what was posted asks it
};

}  // namespace arrouter
