// An SCP transfer and the SSH call that carries it.
#pragma once

#include <functional>
#include <memory>

#include "modules/load/scp.h"
#include "os/secure_shell.h"

namespace arrouter::load {

class ScpLoad final : public std::enable_shared_from_this<ScpLoad> {
 public:
  explicit ScpLoad(ScpTransfer transfer) : transfer_(std::move(transfer)) {}

  /// Calls the server. `moved` runs after each step, while this lives; it may be the last to hold it.
  void start(SecureShell& shell, SshHost server, std::function<void()> moved);
  const ScpTransfer& transfer() const { return transfer_; }

 private:
  ScpTransfer transfer_;
  std::function<void()> moved_;
  std::unique_ptr<SecureShell::Call> call_;
};

}  // namespace arrouter::load
