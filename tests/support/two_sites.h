// Two routers back to back with a host behind each, for what has to be counted or timed packet by packet: bursts of
// UDP go in at one end and are counted at the other. Nothing here allocates while they pass.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netdev/memory_port.h"
#include "tests/support/virtual_router.h"

namespace arrouter::test {

class TwoSites {
 public:
  enum class Path { plain, esp, nat_traversal };
  struct Settings {
    Path path = Path::plain;
    std::string cipher = "aes128";
    std::string extra = {};  // lines for both routers, behind the others
    /// Each flow gets an SA of its own (SASELECTORFROMPKT=ALL).
    bool sa_for_each_flow = false;
  };
  /// Boots both and waits for the tunnel. Throws when a line is refused or no tunnel comes.
  explicit TwoSites(const Settings& settings);

  /// Sends a burst of UDP datagrams from site 1 to site 2: flow `first_flow`, the next, … over `flows` of them.
  void send(std::size_t packets, std::size_t payload, std::size_t first_flow = 0, std::size_t flows = 1);
  /// Lets them arrive.
  void settle() { time_.advance(std::chrono::microseconds(1)); }
  std::uint64_t arrived() const { return arrived_; }

  VirtualTime& time() { return time_; }
  VirtualRouter& router1() { return router1_; }
  VirtualRouter& router2() { return router2_; }

 private:
  void connect(Path path);
  /// A NAT between the routers that changes addresses only; leaves the burst empty.
  void translate(Burst& frames, MemoryPort& out);

  VirtualTime time_;
  PacketPool pool_;
  VirtualRouter router1_, router2_;
  MemoryPort host1_, host2_, inside_, outside_;
  std::vector<std::unique_ptr<MemoryLink>> links_;
  std::uint64_t arrived_ = 0;
};

}  // namespace arrouter::test
