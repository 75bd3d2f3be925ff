#include "cli/console/shared_console.h"

#include "os/base/limits.h"

namespace arrouter {

SharedConsole::SharedConsole(unsigned number, Reactor& reactor, Scheduler& scheduler, const Clock& clock,
                             SessionOpener opener)
    : editor_(*this),
      slot_(number, reactor, scheduler, clock, std::move(opener), [this] { editor_.resume(); }) {}

bool SharedConsole::listen(std::function<void(char)> pressed) {
  pressed_ = std::move(pressed);
  forget_gone();
  return !viewers_.empty();
}

void SharedConsole::typed(std::string_view bytes) {
  if (!pressed_) return editor_.feed(bytes);
  for (const char byte : bytes) pressed_(byte);
}

void SharedConsole::forget_gone() {
  std::erase_if(viewers_, [](const auto& each) { return each->gone(); });
}

bool SharedConsole::welcome(const std::shared_ptr<Viewer>& viewer) {
  forget_gone();
  if (viewers_.size() >= limits::sessions) return false;
  viewers_.push_back(viewer);
  viewer->send(editor_.redraw());
  return true;
}

void SharedConsole::show(std::string_view bytes) {
  for (const auto& viewer : viewers_) viewer->send(bytes);
}

void SharedConsole::line(std::string_view text) {
  if (slot_.get() != nullptr) slot_.get()->line(text);
}

void SharedConsole::key(char key) {
  if (slot_.get() != nullptr) slot_.get()->key(key);
}

}  // namespace arrouter
