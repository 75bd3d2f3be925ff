// Traps on their way: made for every trap host, sent one after the other.
#pragma once

#include <deque>

#include "modules/ip/ip_mib_api.h"
#include "modules/snmp/community.h"
#include "modules/snmp/message.h"
#include "os/base/random.h"
#include "os/base/scheduler.h"

namespace arrouter::snmp {

/// One event as both versions tell it.
struct Notification {
  unsigned generic = 6;   // version 1: generic-trap
  unsigned specific = 0;  // of an enterprise's own trap
  Oid enterprise;         // version 1
  Oid trap;               // version 2: snmpTrapOID
  std::vector<Binding> bindings;
};
/// coldStart 0, warmStart 1, linkDown 2, linkUp 3, authenticationFailure 4; `enterprise` is the sysObjectID.
Notification standard_trap(unsigned generic, Oid enterprise);

class Notifier {
 public:
  Notifier(const Clock& clock, Scheduler& scheduler, Random& random, IpApi& ip, SnmpFigures& figures);

  /// To the hosts of every community that has traps enabled. `up_time` is sysUpTime.
  void tell(const Communities& communities, const Notification& notification, std::uint64_t up_time);
  void forget() { queue_.clear(); }

 private:
  struct Waiting {
    Ipv4Address host;
    Bytes datagram;
    Instant until{};
  };
  void add(Ipv4Address host, Bytes datagram);
  void send_next();

  const Clock& clock_;
  IpApi& ip_;
  SnmpFigures& figures_;
  std::uint32_t request_id_;
  std::deque<Waiting> queue_;
  Timer timer_;
};

}  // namespace arrouter::snmp
