// One SSH connection on the router's thread: from the first packet to a shell or a command.
#pragma once

#include <memory>
#include <optional>

#include "cli/console/line_editor.h"
#include "cli/control/script_terminal.h"
#include "cli/ssh/ssh_worker.h"
#include "os/login.h"

namespace arrouter::ssh {

class SshConnection final : private LineEditor::Owner {
 public:
  /// `location` is the client's address.
  SshConnection(ConnectionId id, std::string location, SessionHost host, SshWorker& worker);
  ~SshConnection() override;
  SshConnection(const SshConnection&) = delete;

  const std::string& location() const { return location_; }
  const std::string& user() const { return user_; }
  bool authenticated() const { return !user_.empty(); }
  std::string_view kind() const { return command_ ? "Cmd" : session_ ? "Shell" : "-"; }
  /// "SSH 1" of a shell or command.
  const std::string& device() const { return device_; }

  /// Another try to log in begins, the one before is of no interest any more: what it waits for asks this owner.
  std::weak_ptr<void> begin_login();
  void authenticate(const LoginVerdict& verdict);
  void open(const Request& request);
  void received(std::string_view bytes);
  void ended_input();

 private:
  void open_shell(const Request& request, const SessionRegistry::RemoteNames& names);
  void run_command(const std::string& line);
  void end(int status);

  void show(std::string_view bytes) override { worker_.send(id_, std::string(bytes)); }
  void line(std::string_view text) override { session_->line(text); }
  void key(char key) override { session_->key(key); }
  bool help(std::string_view typed) override { return session_->help(typed); }
  bool show_history() override { return session_->show_history(); }
  const std::deque<std::string>& history() const override { return session_->history(); }
  void closed() override { end(0); }

  ConnectionId id_;
  std::string location_;
  SessionHost host_;
  SshWorker& worker_;
  std::string user_, server_, device_;
  Privilege privilege_ = Privilege::user;
  std::shared_ptr<void> login_;  // the latest try
  std::optional<LineEditor> editor_;
  std::shared_ptr<Session> session_;
  std::shared_ptr<control::ScriptTerminal> command_;
  Timer linger_;
};

}  // namespace arrouter::ssh
