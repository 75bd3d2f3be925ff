// A network namespace that belongs to this process alone, with one TUN in it: Linux's TCP for the router's own
// addresses. The thread that calls visits the namespace to make sockets; they stay there, the thread comes back. With
// the last descriptor the namespace is gone, so a process that ends, however it ends, leaves nothing behind.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "netdev/descriptor.h"
#include "netdev/tcp_table.h"
#include "os/base/bytes.h"
#include "os/base/reactor.h"
#include "os/base/result.h"

namespace arrouter {

class PrivateNetwork {
 public:
  /// Fails without CAP_SYS_ADMIN or without /dev/net/tun.
  static Result<std::unique_ptr<PrivateNetwork>> open(Reactor& reactor);
  PrivateNetwork(const PrivateNetwork&) = delete;

  /// Hears of each IP packet the namespace sends.
  void on_output(std::function<void(ByteView packet)> receiver) { receiver_ = std::move(receiver); }
  /// An IP packet for one of the addresses.
  void input(ByteView packet);
  /// The addresses it answers for, instead of those before.
  void set_addresses(const std::set<Ipv4Address>& addresses);

  /// A socket that listens on a port of every address; non-blocking.
  Result<Descriptor> listen(std::uint16_t port);
  /// A socket that has begun to connect; non-blocking, writable once that is decided.
  Result<Descriptor> connect(Ipv4Address source, const TcpEndpoint& destination);

  std::vector<TcpConnection> connections() const;
  TcpCounters counters() const;
  /// Ends a connection with a reset.
  Result<void> end(const TcpConnection& connection);

 private:
  class Visit;
  PrivateNetwork() = default;
  Result<void> furnish();
  Result<Descriptor> make_socket(const std::function<int(int socket)>& prepare) const;
  std::string read_here(const char* path) const;
  void receive();
  void change_address(Ipv4Address address, bool present);
  void restore_route();

  Descriptor home_, own_;  // the namespaces of the process and of the TUN
  Descriptor tun_, routing_, diagnosis_;
  unsigned tun_index_ = 0;
  std::set<Ipv4Address> addresses_;
  std::unique_ptr<Reactor::Watch> watch_;
  std::function<void(ByteView)> receiver_;
  Bytes packet_;
};

}  // namespace arrouter
