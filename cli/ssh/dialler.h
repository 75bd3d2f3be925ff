// Calls from the router to SSH hosts: who they are is remembered by their keys.
//
// The key a host shows first is kept (in NVS, outside every configuration) and asked for from then on: whoever sits
// between can lie the first time only. A host that shows another key is refused until its key is forgotten.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/ssh/ssh_users.h"
#include "os/module.h"
#include "os/secure_shell.h"
#include "os/tcp.h"

namespace arrouter::ssh {

class Dialler final : public SecureShell, public std::enable_shared_from_this<Dialler> {
 public:
  Dialler(Services& services, Tcp& tcp, KeyStore keys);
  std::unique_ptr<Call> call(SshHost host, std::string command, Events events) override;

  /// From the next call on.
  void use_old_algorithms(bool on) { old_algorithms_ = on; }
  /// "192.168.1.1" or "host:2222" -> "ssh-ed25519 AAAA…".
  const std::map<std::string, std::string, std::less<>>& host_keys() const { return host_keys_; }
  /// False when there is none of that name.
  bool forget(std::string_view name);

 private:
  class Dialled;
  void learn(const std::string& name, const std::string& key);
  void save() const;

  Services& services_;
  Tcp& tcp_;
  KeyStore keys_;
  bool old_algorithms_ = false;
  std::map<std::string, std::string, std::less<>> host_keys_;
};

}  // namespace arrouter::ssh
