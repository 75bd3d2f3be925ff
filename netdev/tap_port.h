// A TAP device of this host as a port.
#pragma once

#include <memory>

#include "netdev/descriptor.h"
#include "netdev/port.h"
#include "netdev/port_environment.h"
#include "os/base/result.h"

namespace arrouter {

/// Attaches with a vnet header, so that TCP and UDP super-frames and partial checksums cross in both directions where
/// the kernel can (UDP from Linux 6.2). The link is up while the device is, whichever namespace it has been moved to.
/// A TAP that is deleted and made again under its name is attached to again.
class TapPort final : public Port {
 public:
  /// Attaches to the TAP of that name, or makes it; sets it up. Fails with the reason alone: no permission, name too
  /// long, in use, not a TAP.
  static Result<std::unique_ptr<Port>> open(std::string name, MacAddress mac, const std::string& interface,
                                            const PortEnvironment& environment);

  bool link_up() const override { return up_; }
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
  void watch();
  void receive();
  bool read_one(Burst& burst);
  void check_link();
  bool device_up();

  std::string interface_;
  Attached attached_;  // no descriptor once the device has been deleted
  Reactor& reactor_;
  const Clock& clock_;
  Packet slot_;  // where the next frame is read to: a large buffer, as nobody knows its length before
  bool up_ = false;
  Timer link_timer_;
  std::unique_ptr<Reactor::Watch> watch_;
};

}  // namespace arrouter
