// TCP of the router's own addresses, as its users see it: front ends listen, connect and talk; the TCP module carries
// the segments between it and IP. The live implementation is Linux's TCP in a private namespace; a simulated router has
// none.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "netdev/descriptor.h"
#include "netdev/tcp_table.h"
#include "os/base/bytes.h"
#include "os/base/result.h"

namespace arrouter {

/// One connection. Destroying it hangs up, after what was sent has gone.
class TcpStream {
 public:
  virtual ~TcpStream() = default;
  virtual TcpEndpoint local() const = 0;
  virtual TcpEndpoint remote() const = 0;
  /// Begins to receive. `ended` runs once, when the peer has hung up or the connection has failed. Neither call-back
  /// runs inside a call of this class, nor after its end; either may destroy it.
  virtual void start(std::function<void(std::string_view bytes)> received, std::function<void()> ended) = 0;
  /// Never waits. A peer that falls limits::terminal_backlog behind is hung up on.
  virtual void send(std::string_view bytes) = 0;
  /// Gives the socket away, before start(); the stream is then of no more use.
  virtual Descriptor release() = 0;
};

/// Listens while it lives.
class TcpListener {
 public:
  virtual ~TcpListener() = default;
};

class Tcp {
 public:
  using Accepted = std::function<void(std::unique_ptr<TcpStream>)>;
  using Connected = std::function<void(Result<std::unique_ptr<TcpStream>>)>;
  virtual ~Tcp() = default;

  // For front ends.

  /// Takes connections to a port of every own address. `service` ("telnet") also gets those of the host's addresses
  /// that the program's options name for it.
  virtual Result<std::unique_ptr<TcpListener>> listen(std::string_view service, std::uint16_t port,
                                                      Accepted accepted) = 0;
  /// Connects from one of the own addresses. `connected` runs later, and not once `owner` has expired.
  virtual void connect(Ipv4Address source, const TcpEndpoint& destination, std::weak_ptr<void> owner,
                       Connected connected) = 0;

  // For the TCP module.

  /// There is a stack at all.
  virtual bool usable() const = 0;
  virtual void set_addresses(const std::set<Ipv4Address>& addresses) = 0;
  /// IP packets of the stack, from the IP header on.
  virtual void on_output(std::function<void(ByteView packet)> receiver) = 0;
  /// An IP packet for the stack.
  virtual void input(ByteView packet) = 0;
  /// The stack has something to do with this local port.
  virtual bool serves(std::uint16_t port) const = 0;
  virtual std::vector<TcpConnection> connections() const = 0;
  virtual TcpCounters counters() const = 0;
  virtual Result<void> end(const TcpConnection& connection) = 0;
};

/// The stack of a router that has none: nothing listens, nothing connects.
class NoTcp final : public Tcp {
 public:
  Result<std::unique_ptr<TcpListener>> listen(std::string_view, std::uint16_t, Accepted) override {
    return std::make_unique<TcpListener>();
  }
  /// Like a network that never answers; whoever connects sets its own limit.
  void connect(Ipv4Address, const TcpEndpoint&, std::weak_ptr<void>, Connected) override {}
  bool usable() const override { return false; }
  void set_addresses(const std::set<Ipv4Address>&) override {}
  void on_output(std::function<void(ByteView)>) override {}
  void input(ByteView) override {}
  bool serves(std::uint16_t) const override { return false; }
  std::vector<TcpConnection> connections() const override { return {}; }
  TcpCounters counters() const override { return {}; }
  Result<void> end(const TcpConnection&) override { return failure("the router has no TCP"); }
};

}  // namespace arrouter
