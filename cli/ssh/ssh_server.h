// The SSH server on the router's thread: who is connected, and who may be.
#pragma once

#include <map>

#include "cli/ssh/ssh_connection.h"
#include "cli/ssh/ssh_users.h"
#include "os/tcp.h"

namespace arrouter::ssh {

class SshServer final : private Desk {
 public:
  struct Counters {
    std::uint64_t connections = 0, logins = 0, failures = 0, refused = 0;
  };
  SshServer(Services& services, SessionHost host, Tcp& tcp, const KeyStore& keys, const SshUsers& users)
      : services_(services), host_(host), tcp_(tcp), keys_(keys), users_(users) {}
  ~SshServer() override;

  Result<void> listen(std::uint16_t port, ServerOptions options, std::chrono::seconds login_time);
  /// Nobody else may come; sessions go on.
  void stop_listening() { listener_.reset(); }
  const std::map<ConnectionId, std::unique_ptr<SshConnection>>& connections() const { return connections_; }
  /// False when there is no such connection.
  bool disconnect(ConnectionId id);
  const Counters& counters() const { return counters_; }

 private:
  void accept(std::unique_ptr<TcpStream> stream);
  bool proves(const SshUser& user, const Credentials& credentials) const;
  void log_in(ConnectionId id, SshConnection& connection, const Credentials& credentials, const std::string& name);
  void decided(ConnectionId id, unsigned attempt, const LoginVerdict& verdict, const std::string& name);
  void log(LogSeverity severity, std::string_view subtype, std::string message) const;

  // Desk
  void asked(ConnectionId id, const Credentials& credentials) override;
  void opened(ConnectionId id, const Request& request) override;
  void received(ConnectionId id, std::string_view bytes) override;
  void ended_input(ConnectionId id) override;
  void gone(ConnectionId id) override;

  Services& services_;
  SessionHost host_;
  Tcp& tcp_;
  const KeyStore& keys_;
  const SshUsers& users_;
  ServerOptions options_;
  std::chrono::seconds login_time_{};
  std::unique_ptr<TcpListener> listener_;
  std::unique_ptr<SshWorker> worker_;  // since the first came
  ConnectionId next_ = 1;
  std::map<ConnectionId, std::unique_ptr<SshConnection>> connections_;
  std::map<ConnectionId, std::unique_ptr<Timer>> login_timers_;
  Counters counters_;
};

}  // namespace arrouter::ssh
