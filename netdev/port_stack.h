// All that stands between one interface and the world: the driver, a cable that may be impaired, a capture. The
// router sees one Port; the LAB commands see its parts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "netdev/capture_port.h"
#include "netdev/impair_port.h"
#include "netdev/port.h"
#include "netdev/port_environment.h"

namespace arrouter {

/// Order from the world: driver, impairment, capture, router. So a capture shows what the router sent and received.
class PortStack final : public Port {
 public:
  /// `attachment` is the spec it was made from, for screens ("tap:lan1"; empty: not attached). `seed` starts the
  /// chances of impairments. A `promiscuous` stack (member of a switch) hands up frames to any address; others only
  /// those to their own address and to groups, and count the rest in filtered().
  PortStack(std::unique_ptr<Port> driver, std::string attachment, const PortEnvironment& environment,
            const WallClock& wall, std::uint64_t seed, bool promiscuous = false);

  const std::string& attachment() const { return attachment_; }
  Port& driver() { return *driver_; }
  ImpairPort& impairment() { return impair_; }
  CapturePort& capture() { return capture_; }
  std::uint64_t filtered() const { return filtered_; }
  /// When the link last went up or down; nothing before the first change.
  std::optional<Instant> link_changed_at() const { return link_changed_at_; }

  /// Called after each change of the link, besides the router's own listener; an empty one ends it.
  void watch_link(std::function<void()> watcher) { link_watcher_ = std::move(watcher); }

  /// Switched off (ifAdminStatus), it has no link and passes no frame; what comes is discarded and counted.
  void set_enabled(bool on);
  bool enabled() const { return enabled_; }

  bool link_up() const override { return enabled_ && capture_.link_up(); }
  PortOffloads offloads() const override { return capture_.offloads(); }
  /// The driver's, with the discards of the layers above it.
  PortCounters counters() const override;

 protected:
  void transmit(Burst& frames) override;

 private:
  void receive(Burst& frames);
  void tell_link();

  const Clock& clock_;
  std::string attachment_;
  bool promiscuous_;
  bool enabled_ = true;
  std::uint64_t filtered_ = 0;
  std::optional<Instant> link_changed_at_;
  std::function<void()> link_watcher_;
  std::unique_ptr<Port> driver_;
  ImpairPort impair_;
  CapturePort capture_;
};

/// Every stack of a Router by interface name: "eth0", "vlan1", "port1".
using PortStacks = std::map<std::string, std::unique_ptr<PortStack>, std::less<>>;

}  // namespace arrouter
