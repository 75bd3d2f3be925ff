// The router's TCP on the live event loop: sockets in the process's private network, or in the host's own where the
// program's options say so.
#pragma once

#include <bitset>
#include <map>
#include <string>

#include "netdev/private_network.h"
#include "os/event_loop.h"
#include "os/tcp.h"

namespace arrouter {

class LiveTcp final : public Tcp {
 public:
  explicit LiveTcp(EventLoop& loop);
  ~LiveTcp() override;

  /// Opens the private network; without it nobody reaches the router's own addresses by TCP.
  Result<void> open_network();
  /// Also takes connections for `service` at "tcp:HOST:PORT" of the host (numeric, "localhost" or "[v6]").
  Result<void> also_at(std::string_view service, std::string_view where);

  Result<std::unique_ptr<TcpListener>> listen(std::string_view service, std::uint16_t port, Accepted accepted) override;
  void connect(Ipv4Address source, const TcpEndpoint& destination, std::weak_ptr<void> owner,
               Connected connected) override;
  bool usable() const override { return network_ != nullptr; }
  void set_addresses(const std::set<Ipv4Address>& addresses) override;
  void on_output(std::function<void(ByteView packet)> receiver) override;
  void input(ByteView packet) override;
  bool serves(std::uint16_t port) const override { return ports_.test(port); }
  std::vector<TcpConnection> connections() const override;
  TcpCounters counters() const override;
  Result<void> end(const TcpConnection& connection) override;

 private:
  class Door;
  class Listener;
  EventLoop& loop_;
  std::unique_ptr<PrivateNetwork> network_;
  std::multimap<std::string, std::shared_ptr<Door>, std::less<>> host_doors_;
  /// Once a port has had a socket, its segments stay the stack's business: connections outlive their listener.
  std::bitset<65536> ports_;
};

}  // namespace arrouter
