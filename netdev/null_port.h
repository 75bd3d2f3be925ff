// An interface of the model that is attached to nothing: the link is down and every frame is a discard.
#pragma once

#include "netdev/port.h"

namespace arrouter {

class NullPort final : public Port {
 public:
  using Port::Port;
  bool link_up() const override { return false; }

 protected:
  void transmit(Burst& frames) override {
    counters_.out_discards += frames.size();
    frames.clear();
  }
};

}  // namespace arrouter
