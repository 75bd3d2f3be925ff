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
  /// Connects to the host, whose address is asked for when it is not known yet, as a connection of the session.
  void call(const HostNames& names, const std::optional<HostTarget>& target);

  // Relay
  void resumed() override;
  std::string remote() const override { return host_; }
  std::optional<TcpEndpoint> endpoint() const override { return endpoint_; }
  bool established() const override { return established_; }

 protected:
  /// Lives in `session`.
  HostRelay(Session& session, const ConnectTexts& texts, std::string host, std::uint16_t port)
      : session_(session), host_(std::move(host)), endpoint_{{}, port}, texts_(texts) {}
  virtual void start(const HostTarget& target) = 0;
  /// Something the host says, lines ended by "\n".
  void show(const std::string& text);
  void over(const Outcome& how);

  Session& session_;
  std::string host_;
  TcpEndpoint endpoint_;
  bool established_ = false;

 private:
  void look_up(const HostNames& names);

  const ConnectTexts& texts_;
  std::shared_ptr<void> lookup_;
  std::string unseen_;
};

}  // namespace arrouter
