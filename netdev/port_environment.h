// What ports take from their surroundings.
#pragma once

#include "os/base/packet.h"
#include "os/base/reactor.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter {

/// Everything outlives the ports.
struct PortEnvironment {
  PacketPool& pool;
  Scheduler& scheduler;
  Reactor& reactor;
  const Clock& clock;
};

}  // namespace arrouter
