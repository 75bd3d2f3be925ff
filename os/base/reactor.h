// What a driver or an engine may ask of the event loop, without knowing which loop it is.
#pragma once

#include <functional>
#include <memory>

namespace arrouter {

/// Watches descriptors and runs posted work on the one datapath thread.
class Reactor {
 public:
  /// Destroying it ends the watch.
  class Watch {
   public:
    virtual ~Watch() = default;
  };
  virtual ~Reactor() = default;
  /// Calls `readable` each time `fd` has input, until the Watch is destroyed. The descriptor stays the caller's.
  virtual std::unique_ptr<Watch> watch(int fd, std::function<void()> readable) = 0;
  /// Runs `action` soon, after the present call-back.
  virtual void post(std::function<void()> action) = 0;
};

/// Long computations (Diffie-Hellman, RSA): `work` may run on another thread, `done` runs on the datapath thread.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace arrouter
