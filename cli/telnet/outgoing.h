// The TELNET command: a connection from the router to a host, with the keyboard of whoever gave the command.
#pragma once

#include <memory>
#include <string>

#include "cli/session/host_relay.h"
#include "cli/telnet/host_protocol.h"
#include "os/tcp.h"

namespace arrouter::telnet {

Outcome refusal_of(ConnectProblem problem, const std::string& host, const std::string& user);

class Outgoing final : public HostRelay {
 public:
  Outgoing(Tcp& tcp, Session& session, std::string host, std::uint16_t port, HostProtocol protocol)
      : HostRelay(session, std::move(host), port), tcp_(tcp), protocol_(std::move(protocol)) {}

  void start(const HostTarget& target) override;
  void typed(char key) override;

 private:
  Outcome refusal(ConnectProblem problem) const override { return refusal_of(problem, host_, {}); }
  void connected(Result<std::unique_ptr<TcpStream>> stream);
  void received(std::string_view bytes);

  Tcp& tcp_;
  HostProtocol protocol_;
  std::unique_ptr<TcpStream> stream_;
};

}  // namespace arrouter::telnet
