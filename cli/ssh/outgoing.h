// The SSH command: a shell or a command at a host, with the keyboard of whoever gave the command here.
#pragma once

#include <memory>
#include <string>

#include "cli/session/host_relay.h"
#include "os/secure_shell.h"

namespace arrouter::ssh {

Outcome refusal_of(ConnectProblem problem, const std::string& host, const std::string& user);

class Outgoing final : public HostRelay {
 public:
  /// Of `host`, the addresses are not known yet.
  Outgoing(SecureShell& shell, Session& session, SshHost host, std::string command)
      : HostRelay(session, host.name, host.address.port),
        shell_(shell),
        called_(std::move(host)),
        command_(std::move(command)) {}

  void start(const HostTarget& target) override;
  void typed(char key) override;

 private:
  Outcome refusal(ConnectProblem problem) const override { return refusal_of(problem, host_, {}); }
  void received(std::string_view bytes);

  SecureShell& shell_;
  SshHost called_;
  std::string command_;
  std::unique_ptr<SecureShell::Call> call_;
  bool after_cr_ = false;
};

}  // namespace arrouter::ssh
