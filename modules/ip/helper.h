// ADD IP HELPER: UDP broadcasts of one network that are handed on to a host of another (reference/ip.md 10).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/base/address.h"

namespace arrouter::ip {

struct Helper {
  std::string interface;  // where the broadcasts arrive; it may come later
  std::uint16_t port = 0;
  Ipv4Address destination;
  std::uint64_t forwarded = 0;

  bool same_as(const Helper& other) const {
    return interface == other.interface && port == other.port && destination == other.destination;
  }
};

struct Helpers {
  static constexpr std::size_t most = 256;
  bool enabled = false;
  std::vector<Helper> all;  // in order of interface, port and destination
};

}  // namespace arrouter::ip
