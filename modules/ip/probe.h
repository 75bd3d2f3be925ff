// What PING and TRACE have in common: one at a time, in the background, reporting on the terminal that asked. It ends
// with its work, with STOP, or when that terminal has gone. Before it begins the name of its target may be looked up.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "modules/ip/dns_api.h"
#include "os/outcome.h"
#include "os/terminal.h"

namespace arrouter::ip {

class Probe {
 public:
  Probe() = default;
  Probe(const Probe&) = delete;
  bool running() const { return running_; }

  /// The host's name is being asked for; `finish` ends the command that waits for it.
  void look_up(DnsApi::Lookup lookup, std::function<void(Outcome)> finish) {
    lookup_ = std::move(lookup);
    finish_ = std::move(finish);
  }
  bool looking_up() const { return lookup_ != nullptr; }
  /// The name was found or not, or nobody wants to know any more.
  void looked_up(const Outcome& outcome) {
    lookup_.reset();
    if (const auto finish = std::exchange(finish_, {})) finish(outcome);
  }

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
  DnsApi::Lookup lookup_;
  std::function<void(Outcome)> finish_;
  std::weak_ptr<Terminal> terminal_;
  bool running_ = false, attended_ = false;
};

}  // namespace arrouter::ip
