#include "cli/console/session_slot.h"

#include <fmt/format.h>

namespace arrouter {

namespace {
constexpr std::chrono::milliseconds retry_after{100};  // while the router restarts
}

SessionSlot::SessionSlot(unsigned number, Reactor& reactor, Scheduler& scheduler, const Clock& clock,
                         SessionOpener opener, std::function<void()> ready)
    : number_(number),
      reactor_(reactor),
      clock_(clock),
      opener_(std::move(opener)),
      ready_(std::move(ready)),
      retry_(scheduler, [this] { open(*display_); }) {}

SessionSlot::~SessionSlot() {
  ending_ = true;
  if (session_) session_->hang_up();
}

void SessionSlot::open(Display& display) {
  display_ = &display;
  session_ = opener_(display, fmt::format("Asyn {}", number_), "local", fmt::format("port{}", number_));
  if (!session_) return retry_.arm(clock_.now() + retry_after);
  session_->start();
  if (ready_) ready_();
}

void SessionSlot::closed(Display& display) {
  session_.reset();
  if (ending_) return;
  reactor_.post([this, &display, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && !session_) open(display);
  });
}

const std::deque<std::string>& SessionSlot::history() const {
  static const std::deque<std::string> none;
  return session_ ? session_->history() : none;
}

}  // namespace arrouter
