// An existing interface of this host (one end of a veth pair, a network card) as a port, through a packet socket.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "netdev/descriptor.h"
#include "netdev/open_gate.h"
#include "netdev/port.h"
#include "netdev/port_environment.h"
#include "os/base/result.h"

namespace arrouter {

/// Frames come and go with a vnet header, so super-frames and partial checksums of a veth peer are what they are
/// meant to be. Tags that the kernel has taken out of frames are put back. The link is up while the interface is
/// running; an interface that goes away and comes back under its name is attached again.
class PacketPort final : public Port {
 public:
  /// Fails with the reason alone: no permission, no such interface.
  static Result<std::unique_ptr<Port>> open(std::string name, MacAddress mac, const std::string& interface,
                                            const PortEnvironment& environment);

  bool link_up() const override { return up_; }
  PortCounters counters() const override;
  PortOffloads offloads() const override { return {true, true, udp4_}; }

 protected:
  void transmit(Burst& frames) override;

 private:
  static constexpr std::size_t slots = 8;  // large buffers in hand; eight frames a call cost as little as sixty-four
  PacketPort(std::string name, MacAddress mac, std::string interface, Descriptor fd,
             const PortEnvironment& environment);
  bool filter(const sock_fprog* program);
  Result<void> bind_interface();
  void receive();
  std::size_t receive_some(Burst& burst);
  void check_link();
  bool running();

  std::string interface_;
  Descriptor fd_;
  const Clock& clock_;
  int index_ = -1;     // of the interface bound to; -1: it has gone
  bool udp4_ = true;   // until the kernel refuses the first UDP super-frame (before Linux 6.2)
  std::array<Packet, slots> slots_;
  OpenGate gate_;
  bool up_ = false;
  Timer link_timer_;
  std::unique_ptr<Reactor::Watch> watch_;
};

}  // namespace arrouter
