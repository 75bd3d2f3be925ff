// The TELNET command: a connection from the router to a host, with the keyboard of whoever gave the command.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/session/session.h"
#include "cli/telnet/host_protocol.h"
#include "cli/telnet/telnet_module.h"
#include "os/base/time.h"
#include "os/tcp.h"

namespace arrouter::telnet {

class Outgoing final : public Relay, public std::enable_shared_from_this<Outgoing> {
 public:
  enum class Stage : std::uint8_t { connecting, established, closed };

  Outgoing(Tcp& tcp, Session& session, std::string host, std::uint16_t port, HostProtocol protocol)
      : tcp_(tcp), session_(session), host_(std::move(host)), destination_{{}, port}, protocol_(std::move(protocol)) {}
  void start(const TelnetTarget& target);
  /// Asks for the host's address and starts.
  void look_up(const TelnetNames& names);

  Stage stage() const { return stage_; }
  const TcpEndpoint& destination() const { return destination_; }

  // Relay
  void typed(char key) override;
  void resumed() override;
  std::string remote() const override { return host_; }

 private:
  void connected(Result<std::unique_ptr<TcpStream>> stream);
  void received(std::string_view bytes);
  void over(const std::string& how);

  Tcp& tcp_;
  Session& session_;  // owns this
  std::string host_;
  TcpEndpoint destination_;
  HostProtocol protocol_;
  std::shared_ptr<void> lookup_;
  std::unique_ptr<TcpStream> stream_;
  Stage stage_ = Stage::connecting;
  std::string unseen_;  // what came while the keyboard was elsewhere
};

}  // namespace arrouter::telnet
