// The live event loop: descriptors, deadlines, posted work, signals and the worker thread, all on Asio. One thread runs
// it, and that is the datapath thread; only JobRunner's work runs elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "os/base/reactor.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"
#include "os/router_control.h"

namespace boost::asio {
class io_context;
}

namespace arrouter {

class EventLoop final : public Clock, public Reactor, public JobRunner {
 public:
  EventLoop();
  ~EventLoop() override;

  /// The system's steady clock.
  Instant now() const override;
  std::unique_ptr<Watch> watch(int fd, std::function<void()> readable) override;
  void post(std::function<void()> action) override;
  void run(std::function<void()> work, std::function<void()> done) override;

  Scheduler& scheduler();
  /// For front ends that speak Asio themselves.
  boost::asio::io_context& context();

  /// Calls `stop` on SIGTERM, SIGINT and SIGHUP instead of letting them end the process.
  void on_terminate(std::function<void()> stop);
  /// Hears of exceptions that reached the loop; they cost the call-back that threw, never the process.
  void on_fault(std::function<void(std::string_view what)> listener);
  /// Runs call-backs until quit().
  void run();
  void quit();

  /// How busy the thread in run() is.
  RouterControl::CpuLoad cpu_load() const;
  void reset_cpu_load();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace arrouter
