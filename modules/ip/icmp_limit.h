// How many ICMP errors this router sends: a bucket for all, and one redirect a second for each pair of hosts.
#pragma once

#include <algorithm>
#include <array>

#include "os/base/address.h"
#include "os/base/limits.h"
#include "os/base/time.h"

namespace arrouter::ip {

/// A token bucket: limits::icmp_errors_per_s, with a burst of as many.
class IcmpLimit {
 public:
  bool allow(Instant now) {
    constexpr Duration cost = Duration(std::chrono::seconds(1)) / limits::icmp_errors_per_s;
    // The bucket is kept as the instant at which it was (or will be) empty.
    empty_at_ = std::max(empty_at_, now - std::chrono::seconds(1));
    if (empty_at_ + cost > now) return false;
    empty_at_ += cost;
    return true;
  }

 private:
  Instant empty_at_{};
};

/// Remembers whom it told of late; forgetting early only costs a redirect more.
class RedirectLimit {
 public:
  bool allow(Ipv4Address source, Ipv4Address destination, Instant now) {
    Told& told = told_[(std::hash<Ipv4Address>{}(source) ^ std::hash<Ipv4Address>{}(destination)*31) % told_.size()];
    if (told.source == source && told.destination == destination && now < told.until) return false;
    told = {source, destination, now + std::chrono::seconds(1)};
    return true;
  }

 private:
  struct Told {
    Ipv4Address source, destination;
    Instant until{};
  };
  std::array<Told, 64> told_{};
};

}  // namespace arrouter::ip
