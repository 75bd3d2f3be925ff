// A person at a terminal of a simulated router: types lines and keys, and has the whole screen as one text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/session/session.h"
#include "os/assembly/router.h"

namespace arrouter::test {

/// Draws what a terminal would show: prompts, echoed lines, output. Nothing is echoed while a password is typed.
class Person final : public Display {
 public:
  explicit Person(Router& router, std::string device = "Asyn 0", std::string location = "local",
                  std::string port_name = "port0");
  ~Person() override;

  /// Types a line and Enter.
  void type(std::string_view line);
  /// Presses one key; only while the session wants keys.
  void press(char key);
  /// Presses `?` behind `typed`.
  void ask_help(std::string_view typed);
  /// Logs in from the login prompt and forgets what that showed.
  void log_in(std::string_view name = "manager", std::string_view password = "friend");
  /// What the screen showed since the last call, prompts included.
  std::string shown();
  bool over() const { return over_; }
  Session& session() { return *session_; }

  void write(std::string_view text) override;
  void set_prompt(std::string_view prompt) override;
  void set_echo(bool on) override { echo_ = on; }
  void set_key_mode(bool on) override { keys_ = on; }
  void close() override { over_ = true; }

 private:
  std::shared_ptr<Session> session_;
  std::string screen_, prompt_;
  bool echo_ = true, keys_ = false, over_ = false;
};

}  // namespace arrouter::test
