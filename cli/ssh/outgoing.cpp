#include "cli/ssh/outgoing.h"

#include <utility>

namespace arrouter::ssh {

void Outgoing::start(const HostTarget& target) {
  endpoint_.address = target.address;
  called_.address = endpoint_;
  called_.source = target.source;
  call_ = shell_.call(
      std::move(called_), std::move(command_),
      {.opened = [this] { established_ = true; },
       .received = [this](std::string_view bytes) { received(bytes); },
       .ended =
           [this](const std::string& why) {
             over(why.empty() ? say(texts::host_closed, host_) : say(texts::no_connection, host_, why));
           }});
}

// Line ends are the display's to make; a carriage return alone goes back to the line's beginning.
void Outgoing::received(std::string_view bytes) {
  std::string shown;
  for (const char c : bytes) {
    if (std::exchange(after_cr_, c == '\r') && c != '\n') shown += '\r';
    if (c != '\r') shown += c;
  }
  show(shown);
}

void Outgoing::typed(char key) {
  if (call_) call_->send(std::string_view(&key, 1));
}

}  // namespace arrouter::ssh
