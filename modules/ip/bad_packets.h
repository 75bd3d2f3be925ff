// What ENABLE IP DEBUG keeps: the beginnings of the packets dropped last.
#pragma once

#include <cstddef>
#include <deque>

#include "modules/ip/ip_api.h"
#include "os/base/bytes.h"
#include "os/base/time.h"

namespace arrouter::ip {

struct BadPacket {
  Instant dropped{};
  InterfaceId interface = 0;  // it came by; 0: none, it is the router's own
  IpDrop reason{};
  std::size_t length = 0;
  Bytes head;  // from the IP header on
};

class BadPackets {
 public:
  static constexpr std::size_t limit = 40, head_bytes = 48;

  void add(BadPacket packet) {
    if (packets_.size() == limit) packets_.pop_front();
    packets_.push_back(std::move(packet));
  }
  void clear() { packets_.clear(); }
  /// The oldest first.
  const std::deque<BadPacket>& all() const { return packets_; }

 private:
  std::deque<BadPacket> packets_;
};

}  // namespace arrouter::ip
