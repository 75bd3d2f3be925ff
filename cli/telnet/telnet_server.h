// The Telnet server: listens while it is enabled, and keeps everybody who came.
#pragma once

#include <list>

#include "cli/telnet/telnet_session.h"

namespace arrouter::telnet {

class TelnetServer {
 public:
  TelnetServer(Tcp& tcp, SessionHost host, Reactor& reactor) : tcp_(tcp), host_(host), reactor_(reactor) {}

  /// Listens on `port`, instead of another one if there was one; sessions go on.
  Result<void> listen(std::uint16_t port);
  /// Nobody else may come; sessions go on.
  void stop_listening() { listener_.reset(); }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  void accept(std::unique_ptr<TcpStream> stream);

  Tcp& tcp_;
  SessionHost host_;
  Reactor& reactor_;
  std::unique_ptr<TcpListener> listener_;
  std::list<TelnetSession> sessions_;
};

}  // namespace arrouter::telnet
