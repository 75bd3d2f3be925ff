// The SSH command: a shell or a command at a host, with the keyboard of whoever gave the command here.
#pragma once

#include <memory>
#include <string>

#include "cli/session/host_relay.h"
#include "cli/ssh/texts.h"
#include "os/secure_shell.h"

namespace arrouter::ssh {

class Outgoing final : public HostRelay {
 public:
  /// Of `host`, the addresses are not known yet.
  Outgoing(SecureShell& shell, Session& session, SshHost host, std::string command)
      : HostRelay(session, texts::connect, host.name, host.address.port),
        shell_(shell),
        called_(std::move(host)),
        command_(std::move(command)) {}

  void typed(char key) override;

 private:
  void start(const HostTarget& target) override;
  void received(std::string_view bytes);

  SecureShell& shell_;
  SshHost called_;
  std::string command_;
  std::unique_ptr<SecureShell::Call> call_;
  bool after_cr_ = false;
};

}  // namespace arrouter::ssh
