// One person who came by Telnet: the protocol, a line editor, a session.
#pragma once

#include <functional>
#include <memory>

#include "cli/console/line_editor.h"
#include "cli/console/telnet_filter.h"
#include "os/tcp.h"

namespace arrouter::telnet {

class TelnetSession final : private LineEditor::Owner {
 public:
  using Opener = std::function<std::shared_ptr<Session>(Display& display, const std::string& location)>;
  TelnetSession(std::unique_ptr<TcpStream> stream, Reactor& reactor) : stream_(std::move(stream)), reactor_(reactor) {}
  ~TelnetSession() override;
  TelnetSession(const TelnetSession&) = delete;

  /// Greets and opens the session. `over` runs once it has ended, never inside a call of this class, and may destroy
  /// it.
  void start(const Opener& opener, std::function<void()> over);

 private:
  void received(std::string_view bytes);
  void show(std::string_view bytes) override;
  void line(std::string_view text) override { session_->line(text); }
  void key(char key) override { session_->key(key); }
  bool help(std::string_view typed) override { return session_->help(typed); }
  bool show_history() override { return session_->show_history(); }
  const std::deque<std::string>& history() const override { return session_->history(); }
  void closed() override;

  std::unique_ptr<TcpStream> stream_;
  Reactor& reactor_;
  std::function<void()> over_;
  TelnetFilter filter_;
  LineEditor editor_{*this};
  std::shared_ptr<Session> session_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what was posted asks it
};

}  // namespace arrouter::telnet
