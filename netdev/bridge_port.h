// A switch VLAN: several member ports and the router's own place among them, with one MAC address.
#pragma once

#include <unordered_map>
#include <vector>

#include "netdev/port.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter {

/// Learns source addresses (at most limits::bridge_addresses; what finds no room is flooded), forgets them after the
/// ageing time or when their port loses its link. Untagged frames only: a frame with a VLAN id is an in_error of its
/// port's VLAN. Frames to the reserved addresses 01-80-c2-00-00-0x reach the router but no other member (802.1D).
class BridgePort final : public Port {
 public:
  static constexpr Duration ageing = std::chrono::seconds(300);  // SET SWITCH AGEINGTIMER

  /// The members must outlive the bridge; it takes their receivers and link listeners.
  BridgePort(std::string name, MacAddress mac, PacketPool& pool, Scheduler& scheduler, const Clock& clock,
             std::vector<Port*> members);
  ~BridgePort() override;

  bool link_up() const override;  // any member's
  /// Everything: members cut what they must.
  PortOffloads offloads() const override { return {true, true, true}; }

  struct Learned {
    MacAddress mac;
    const Port* port;
  };
  /// Sorted by address; SHOW SWITCH FDB.
  std::vector<Learned> learned() const;

 protected:
  void transmit(Burst& frames) override;

 private:
  struct Member {
    Port* port;
    Burst out;  // gathered during one burst
  };
  struct Entry {
    std::size_t member;
    Instant seen;
  };
  void receive(std::size_t from, Burst& frames);
  void forward(Packet frame, std::size_t from, Burst& up);
  void flood(const Packet& frame, std::size_t from);
  void queue(std::size_t member, Packet frame);
  void flush();
  void learn(const MacAddress& source, std::size_t member);
  const Entry* find(const MacAddress& mac) const;
  void member_link_changed(std::size_t member);
  void age();

  const Clock& clock_;
  std::vector<Member> members_;
  std::unordered_map<MacAddress, Entry> table_;
  bool was_up_ = false;
  Timer sweep_;
};

}  // namespace arrouter
