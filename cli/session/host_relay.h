// A connection from a session to a host, whatever the protocol: who the host is, and what it said while the keyboard
// was elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/session/host_names.h"

namespace arrouter {

class HostRelay : public Relay, public std::enable_shared_from_this<HostRelay> {
 public:
  /// Asks for the host's address and starts.
  void look_up(const HostNames& names);
  virtual void start(const HostTarget& target) = 0;

  // Relay
  void resumed() override;
  std::string remote() const override { return host_; }
  std::optional<TcpEndpoint> endpoint() const override { return endpoint_; }
  bool established() const override { return established_; }

 protected:
  /// Lives in `session`.
  HostRelay(Session& session, std::string host, std::uint16_t port)
      : session_(session), host_(std::move(host)), endpoint_{{}, port} {}
  virtual Outcome refusal(ConnectProblem problem) const = 0;
  /// Something the host says, lines ended by "\n".
  void show(const std::string& text);
  void over(const Outcome& how);

  Session& session_;
  std::string host_;
  TcpEndpoint endpoint_;
  bool established_ = false;

 private:
  std::shared_ptr<void> lookup_;
  std::string unseen_;
};

}  // namespace arrouter
