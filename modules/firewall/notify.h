// Who is told of attacks: managers' sessions, an asynchronous port, and other modules for traps, mails and triggers
// (reference/firewall.md 2.1, 3.2).
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "modules/firewall/firewall_api.h"
#include "modules/firewall/firewall_module.h"
#include "os/base/scheduler.h"

namespace arrouter::firewall {

/// ENABLE FIREWALL NOTIFY.
struct NotifySettings {
  bool mail = false, manager = true, port = false, snmp = false;
  unsigned asyn = 0;    // PORT
  std::string mail_to;  // TO
  bool operator==(const NotifySettings&) const = default;
};

class Notifier {
 public:
  Notifier(Services& services, FirewallVoice voice);
  /// Speaks soon, but never inside the call: whoever listens may change the firewall.
  void tell(AttackNotice notice);
  void listen(FirewallApi::Listener listener) { listeners_.push_back(std::move(listener)); }

  NotifySettings settings;

 private:
  void speak();
  const Clock& clock_;
  const WallClock& wall_;
  FirewallVoice voice_;
  std::vector<FirewallApi::Listener> listeners_;
  struct Waiting {
    WallTime time;
    AttackNotice notice;
  };
  std::deque<Waiting> waiting_;
  Timer timer_;
};

}  // namespace arrouter::firewall
