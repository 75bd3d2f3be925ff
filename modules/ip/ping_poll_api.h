// Ping polling, for modules that act when a device goes or comes back.
#pragma once

#include <functional>

namespace arrouter {

class PingPollApi {
 public:
  virtual ~PingPollApi() = default;
  /// Runs when a polled device is found down, or up again (EVENT=DEVICEDOWN and DEVICEUP of a trigger).
  virtual void on_device_change(std::function<void(unsigned poll, bool up)> listener) = 0;
};

}  // namespace arrouter
