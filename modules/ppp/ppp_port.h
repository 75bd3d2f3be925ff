// The port "pppN" that IP sees: point-to-point, its frames have an Ethernet header on IP's side and a PPP protocol field
// on the other. The headers change places in the packet's headroom; nothing is copied.
#pragma once

#include "netdev/port.h"

namespace arrouter::ppp {

/// Where frames of the port go.
class PortUser {
 public:
  virtual ~PortUser() = default;
  /// IP packets with the protocol field in front; takes all and says how many it lets go.
  virtual std::size_t outgoing(Burst& frames) = 0;
};

class PppPort final : public Port {
 public:
  PppPort(std::string name, PacketPool& pool, PortUser& user);

  bool link_up() const override { return up_; }
  bool point_to_point() const override { return true; }
  unsigned mtu() const override { return mtu_; }
  unsigned tcp_mss() const override { return tcp_mss_; }

  /// Tells IP when anything has changed.
  void set_link(bool up, unsigned mtu, unsigned tcp_mss);
  /// IP packets with the protocol field in front, from the peer. Empties the burst.
  void incoming(Burst& frames);

 protected:
  void transmit(Burst& frames) override;

 private:
  PortUser& user_;
  bool up_ = false;
  unsigned mtu_ = 1500, tcp_mss_ = 0;
};

}  // namespace arrouter::ppp
