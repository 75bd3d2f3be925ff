#include "tests/support/person.h"

#include <stdexcept>
#include <utility>

namespace arrouter::test {

Person::Person(Router& router, std::string device, std::string location, std::string port_name)
    : session_(
          Session::make(router.session_host(), *this, std::move(device), std::move(location), std::move(port_name))) {
  session_->start();
}

Person::~Person() {
  if (!over_) session_->hang_up();
}

void Person::type(std::string_view line) {
  if (keys_) throw std::logic_error("the session wants keys, not lines");
  if (echo_) screen_ += line;
  screen_ += '\n';
  prompt_.clear();
  session_->line(line);
}

void Person::press(char key) {
  if (!keys_) throw std::logic_error("the session wants lines, not keys");
  session_->key(key);
}

void Person::ask_help(std::string_view typed) {
  screen_ += typed;
  if (!session_->help(typed)) {
    screen_ += '?';
    return;
  }
  screen_ += typed;
}

void Person::log_in(std::string_view name, std::string_view password) {
  type(name);
  type(password);
  screen_.clear();
}

std::string Person::shown() { return std::exchange(screen_, {}); }

void Person::write(std::string_view text) {
  // Below the line being edited, which is then drawn again.
  if (!prompt_.empty()) screen_ += '\n';
  screen_ += text;
  screen_ += prompt_;
}

void Person::set_prompt(std::string_view prompt) {
  prompt_ = prompt;
  screen_ += prompt;
}

}  // namespace arrouter::test
