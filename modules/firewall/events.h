// The event lists of the policies and the log lines that LOG= asks for.
#pragma once

#include "modules/firewall/attack.h"
#include "modules/firewall/event.h"
#include "modules/firewall/notify.h"
#include "modules/firewall/policy.h"
#include "os/module.h"

namespace arrouter::firewall {

class Events final : public EventSink {
 public:
  Events(Services& services, FirewallVoice voice);

  // EventSink
  void allowed(Policy& policy, const Session& session, Direction opened) override;
  void established(Policy& policy, const Session& session) override;
  void denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet) override;
  void ended(Policy& policy, const Session& session) override;

  /// Something that proxies found, too: counts it, and tells of an attack.
  bool suspect(Policy& policy, AttackKind kind, Direction direction, const FlowKey& flow) {
    return attacks_.count(policy, kind, direction, flow);
  }
  /// The policy goes.
  void forget(const Policy& policy) { attacks_.forget(policy); }

  Notifier notifier;

 private:
  void tell(const Attacks::Turn& turn);
  void account(Policy& policy, const Session& session, bool end);
  void keep_denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet);
  void log(const Policy& policy, LogOption option, LogSeverity severity, const FlowKey& flow, ByteView dump);
  void log(const Policy& policy, LogSeverity severity, std::string_view subtype, std::string message);
  Services& services_;
  Attacks attacks_;
};

}  // namespace arrouter::firewall
