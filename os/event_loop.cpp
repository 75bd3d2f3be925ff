#include "os/event_loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <ctime>
#include <exception>
#include <optional>
#include <utility>

#include "os/cpu_meter.h"

namespace arrouter {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Time the calling thread has spent on a processor.
Duration thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Outlives its Watch by the one call-back that the cancelled wait still gets.
class Descriptor : public std::enable_shared_from_this<Descriptor> {
 public:
  Descriptor(asio::io_context& context, int fd, std::function<void()> readable)
      : descriptor_(context, fd), readable_(std::move(readable)) {}
  void wait() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [self = shared_from_this()](const boost::system::error_code& error) {
                             if (error || self->ended_) return;
                             const Again again{*self};  // waiting goes on even when the call-back throws
                             self->readable_();
                           });
  }
  /// May come from inside the call-back; the function itself stays until that has returned.
  void end() {
    ended_ = true;
    descriptor_.release();  // cancels, and leaves the descriptor to its owner
  }

 private:
  struct Again {
    Descriptor& descriptor;
    ~Again() {
      if (!descriptor.ended_) descriptor.wait();
    }
  };
  asio::posix::stream_descriptor descriptor_;
  std::function<void()> readable_;
  bool ended_ = false;
};

class DescriptorWatch final : public Reactor::Watch {
 public:
  explicit DescriptorWatch(std::shared_ptr<Descriptor> descriptor) : descriptor_(std::move(descriptor)) {}
  ~DescriptorWatch() override { descriptor_->end(); }

 private:
  std::shared_ptr<Descriptor> descriptor_;
};

}  // namespace

struct EventLoop::State {
  explicit State(const EventLoop& loop)
      : loop(loop), timer(context), signals(context), keep_running(context.get_executor()), worker(1) {
    scheduler.on_earlier([this] { arm(); });
  }

  // One timer stands for all deadlines: it is set to the earliest.
  void arm() {
    const auto next = scheduler.next();
    if (running_due || !next) return;
    timer.expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) run_due();
    });
  }
  void run_due() {
    struct Rearm {
      State& state;
      explicit Rearm(State& state) : state(state) { state.running_due = true; }
      ~Rearm() {
        state.running_due = false;
        state.arm();
      }
    };
    const Rearm rearm(*this);
    scheduler.run_due(loop.now());
  }
  void measure() {
    meter->sample(loop.now(), thread_time());
    measuring->arm(loop.now() + 1s);
  }

  const EventLoop& loop;
  asio::io_context context{1};
  Scheduler scheduler;
  asio::steady_timer timer;
  asio::signal_set signals;
  asio::executor_work_guard<asio::io_context::executor_type> keep_running;
  bool running_due = false;
  std::function<void(std::string_view)> fault;
  std::optional<CpuMeter> meter;
  std::optional<Timer> measuring;
  asio::thread_pool worker;  // last: joined before anything its jobs may post to goes away
};

EventLoop::EventLoop() : state_(std::make_unique<State>(*this)) {}

EventLoop::~EventLoop() {
  state_->worker.stop();
  state_->worker.join();
}

Instant EventLoop::now() const {
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::unique_ptr<Reactor::Watch> EventLoop::watch(int fd, std::function<void()> readable) {
  auto descriptor = std::make_shared<Descriptor>(state_->context, fd, std::move(readable));
  descriptor->wait();
  return std::make_unique<DescriptorWatch>(std::move(descriptor));
}

void EventLoop::post(std::function<void()> action) { asio::post(state_->context, std::move(action)); }

void EventLoop::run(std::function<void()> work, std::function<void()> done) {
  asio::post(state_->worker, [&context = state_->context, work = std::move(work), done = std::move(done)]() mutable {
    try {
      work();
    } catch (...) {
      asio::post(context, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });  // to on_fault()
    }
    asio::post(context, std::move(done));
  });
}

Scheduler& EventLoop::scheduler() { return state_->scheduler; }
asio::io_context& EventLoop::context() { return state_->context; }

void EventLoop::on_terminate(std::function<void()> stop) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction present {};
    // What nohup or a shell's background made ignored stays ignored.
    if (::sigaction(number, nullptr, &present) == 0 && present.sa_handler != SIG_IGN) state_->signals.add(number);
  }
  state_->signals.async_wait([stop = std::move(stop)](const boost::system::error_code& error, int) {
    if (!error) stop();
  });
}

void EventLoop::on_fault(std::function<void(std::string_view)> listener) { state_->fault = std::move(listener); }

void EventLoop::run() {
  state_->meter.emplace(now(), thread_time());
  state_->measuring.emplace(state_->scheduler, [state = state_.get()] { state->measure(); });
  state_->measuring->arm(now() + 1s);
  for (bool finished = false; !finished;) {
    try {
      state_->context.run();
      finished = true;
    } catch (const std::exception& exception) {
      if (state_->fault) state_->fault(exception.what());
    }
  }
  state_->measuring.reset();
}

void EventLoop::reset_cpu_load() {
  if (state_->meter) state_->meter.emplace(now(), thread_time());
}

void EventLoop::quit() { state_->context.stop(); }

RouterControl::CpuLoad EventLoop::cpu_load() const {
  return state_->meter ? state_->meter->load() : RouterControl::CpuLoad{};
}

}  // namespace arrouter
