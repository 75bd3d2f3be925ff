// What PING and TRACE have in common: one at a time, in the background, reporting on the terminal that asked. It ends
// with its work, with STOP, or when that terminal has gone.
#pragma once

#include <memory>
#include <string>

#include "os/terminal.h"

namespace arrouter::ip {

class Probe {
 public:
  Probe() = default;
  Probe(const Probe&) = delete;
  bool running() const { return running_; }

 protected:
  ~Probe() { finished(); }
  void started(std::weak_ptr<Terminal> terminal) {
    terminal_ = std::move(terminal);
    running_ = true;
    const auto to = terminal_.lock();
    attended_ = to != nullptr;
    if (to) to->hold();
  }
  void finished() {
    running_ = false;
    if (const auto to = terminal_.lock()) to->release();
    terminal_.reset();
  }
  /// Nobody is left who would hear of it. A script in the router never had a terminal, and its probe goes on.
  bool abandoned() const { return attended_ && terminal_.expired(); }
  void print(const std::string& line) const {
    if (const auto to = terminal_.lock()) to->print(line + "\n");
  }

 private:
  std::weak_ptr<Terminal> terminal_;
  bool running_ = false, attended_ = false;
};

}  // namespace arrouter::ip
