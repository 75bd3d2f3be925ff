#include "cli/session/host_relay.h"

#include <algorithm>
#include <utility>

#include "os/base/limits.h"

namespace arrouter {

void HostRelay::call(const HostNames& names, const std::optional<HostTarget>& target) {
  if (target) {
    start(*target);
  } else {
    look_up(names);
  }
  session_.connect(shared_from_this());
}

void HostRelay::look_up(const HostNames& names) {
  lookup_ = names.ask(host_, [this](std::optional<HostTarget> target) {
    if (!target) return over(say(texts_.unknown_host, host_));
    if (target->source.unset()) return over(say(texts_.no_route, host_));
    start(*target);
  });
}

void HostRelay::resumed() { session_.show(std::exchange(unseen_, {})); }

void HostRelay::show(const std::string& text) {
  if (session_.has_keyboard(*this)) return session_.show(text);
  unseen_.append(text, 0, limits::terminal_backlog - std::min(limits::terminal_backlog, unseen_.size()));
}

void HostRelay::over(const Outcome& how) {
  const auto alive = shared_from_this();  // the session may have been the last to hold it
  established_ = false;
  const bool watched = session_.has_keyboard(*this);
  if (watched) session_.show("\n" + how.line() + "\n\n");
  session_.disconnect(*this);
  if (!watched) session_.print(how.line());
}

}  // namespace arrouter
