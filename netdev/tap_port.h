// A TAP device of this host as a port.
#pragma once

#include <memory>

#include "netdev/descriptor.h"
#include "netdev/open_gate.h"
#include "netdev/port.h"
#include "netdev/port_environment.h"
#include "netdev/ring.h"
#include "netdev/vnet_header.h"
#include "os/base/result.h"

namespace arrouter {

/// Attaches with a vnet header, so that TCP and UDP super-frames and partial checksums cross in both directions where
/// the kernel can (UDP from Linux 6.2). The link is up while the device is, whichever namespace it has been moved to.
/// A TAP that is deleted and made again under its name is attached to again. Frames move in batches, by a ring where
/// there is one.
class TapPort final : public Port {
 public:
  /// Attaches to the TAP of that name, or makes it; sets it up. Fails with the reason alone: no permission, name too
  /// long, in use, not a TAP.
  static Result<std::unique_ptr<Port>> open(std::string name, MacAddress mac, const std::string& interface,
                                            const PortEnvironment& environment);

  bool link_up() const override { return up_; }
  PortCounters counters() const override;
  PortOffloads offloads() const override { return attached_.offloads; }

 protected:
  void transmit(Burst& frames) override;

 private:
  struct Attached {
    Descriptor fd;
    PortOffloads offloads;
  };
  static Result<Attached> attach(const std::string& interface, int attempts);
  TapPort(std::string name, MacAddress mac, std::string interface, Attached attached,
          const PortEnvironment& environment);
  bool filter(const sock_fprog* program);
  void watch();
  void receive();
  bool receive_burst();
  std::size_t read_one(Burst& burst);
  bool read_some(Burst& burst);
  void take(const VnetHeader& header, Packet& slot, std::size_t length, Burst& burst);
  bool write_by_ring(Burst& frames);
  void sent(const PacketBuffer& frame, bool good);
  void check_link();
  bool device_up();

  std::string interface_;
  Attached attached_;  // no descriptor once the device has been deleted
  Reactor& reactor_;
  const Clock& clock_;
  std::unique_ptr<Ring> ring_;
  OpenGate gate_;
  bool up_ = false;
  Timer link_timer_;
  std::unique_ptr<Reactor::Watch> watch_;
};

}  // namespace arrouter
