// The TELNET command: a connection from the router to a host, with the keyboard of whoever gave the command.
#pragma once

#include <memory>
#include <string>

#include "cli/session/host_relay.h"
#include "cli/telnet/host_protocol.h"
#include "cli/telnet/texts.h"
#include "os/tcp.h"

namespace arrouter::telnet {

class Outgoing final : public HostRelay {
 public:
  Outgoing(Tcp& tcp, Session& session, std::string host, std::uint16_t port, HostProtocol protocol)
      : HostRelay(session, texts::connect, std::move(host), port), tcp_(tcp), protocol_(std::move(protocol)) {}

  void typed(char key) override;

 private:
  void start(const HostTarget& target) override;
  void connected(Result<std::unique_ptr<TcpStream>> stream);
  void received(std::string_view bytes);

  Tcp& tcp_;
  HostProtocol protocol_;
  std::unique_ptr<TcpStream> stream_;
};

}  // namespace arrouter::telnet
