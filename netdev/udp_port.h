// A cable through UDP: each Ethernet frame is one datagram, as GNS3, dynamips and QEMU's socket network have it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "netdev/descriptor.h"
#include "netdev/port.h"
#include "netdev/port_environment.h"
#include "os/base/result.h"

namespace arrouter {

/// The link is always up: whether somebody listens at the other end cannot be known.
class UdpPort final : public Port {
 public:
  /// `address` is LPORT:HOST:RPORT; HOST an IPv4 address or a name. Takes datagrams from that peer only. Fails with
  /// the reason alone.
  static Result<std::unique_ptr<Port>> open(std::string name, MacAddress mac, std::string_view address,
                                            const PortEnvironment& environment);

  bool link_up() const override { return true; }

 protected:
  void transmit(Burst& frames) override;

 private:
  static constexpr std::size_t slots = 16;
  UdpPort(std::string name, MacAddress mac, Descriptor fd, const PortEnvironment& environment);
  void receive();
  std::size_t receive_some(Burst& burst);

  Descriptor fd_;
  std::array<Packet, slots> slots_;
  std::unique_ptr<Reactor::Watch> watch_;
};

}  // namespace arrouter
