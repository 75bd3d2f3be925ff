// The event lists of the policies and the log lines that LOG= asks for.
#pragma once

#include "modules/firewall/event.h"
#include "modules/firewall/policy.h"
#include "os/module.h"

namespace arrouter::firewall {

class Events final : public EventSink {
 public:
  explicit Events(Services& services) : services_(services) {}

  // EventSink
  void allowed(Policy& policy, const Session& session, Direction opened) override;
  void denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet) override;
  void ended(Policy& policy, const Session& session) override;

 private:
  void log(const Policy& policy, LogOption option, LogSeverity severity, const FlowKey& flow, ByteView dump);
  Services& services_;
};

}  // namespace arrouter::firewall
