// What other modules may ask of the interface table.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netdev/port.h"
#include "os/base/time.h"

namespace arrouter {

/// One row of the interface table.
struct InterfaceEntry {
  unsigned index = 0;  // ifIndex, from 1
  std::string name;    // "eth0", "port1", "vlan1"
  const Port* port = nullptr;
  Duration last_change{};    // sysUpTime when the link changed last; zero: never since the start
  PortCounters counters;     // since the last reset
  bool enabled = true;       // ifAdminStatus
  bool link_traps = false;   // ENABLE INTERFACE LINKTRAP
  unsigned trap_limit = 20;  // link traps in a minute at most
  unsigned speed_mbps = 100;  // as SET ETH has it: no port tells its own
};

class InterfaceApi {
 public:
  virtual ~InterfaceApi() = default;
  /// eth interfaces, then switch ports, then VLANs, as the model has them.
  virtual std::vector<InterfaceEntry> entries() const = 0;
  /// Sets ifAdminStatus; it is in no script. False: an interface that only its own commands switch (PPP).
  virtual bool set_enabled(const std::string& name, bool on) = 0;
  virtual void set_link_traps(const std::string& name, bool on) = 0;
  /// Tells interfaces that come and go with their calls: INTERFACE=DYNAMIC means those.
  virtual void set_dynamic(std::function<bool(std::string_view name)> test) = 0;
  /// A link changed whose port tells nobody here: a PPP interface's.
  virtual void look_at_links() = 0;
  /// Called when an interface went up or down.
  virtual void on_link_change(std::function<void(const InterfaceEntry&)> listener) = 0;
};

}  // namespace arrouter
