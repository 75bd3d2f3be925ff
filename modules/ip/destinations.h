// What a destination address means to this router, with a small cache in front of the tables: one look-up decides
// between "mine", "broadcast", "nowhere" and the routes to take.
#pragma once

#include <array>

#include "modules/ip/state.h"

namespace arrouter::ip {

struct Destination {
  enum class Kind : std::uint8_t { own, broadcast, multicast, martian, unreachable, blackhole, routed };
  Ipv4Address address;
  std::uint32_t generation = 0;
  Kind kind = Kind::unreachable;
  std::uint8_t policy = 0;                   // of the routes it was looked up in
  Interface* broadcast_on = nullptr;         // of a subnet's broadcast; nullptr for 255.255.255.255
  const RouteTable::Paths* paths = nullptr;  // of a routed one
};

/// A route chosen for a packet.
struct Hop {
  Interface* interface = nullptr;
  Ipv4Address next_hop;  // the destination itself on a connected network
};

class Destinations {
 public:
  static constexpr std::size_t cache_size = 1024;

  explicit Destinations(State& state) : state_(state) {}
  /// Valid until routes or interfaces change, or the next call.
  const Destination& of(Ipv4Address address, std::uint8_t policy = 0) const;
  /// The path of a routed destination; packets of one pair of hosts and protocol keep to one path.
  Hop hop(const Destination& destination, Ipv4Address source, std::uint8_t protocol) const;
  /// Entries in use, for SHOW IP ROUTE CACHE.
  template <class Visit>
  void each_cached(Visit visit) const {
    for (const Destination& entry : cache_) {
      if (entry.generation == state_.routes.generation()) visit(entry);
    }
  }

 private:
  void classify(Destination& entry) const;
  State& state_;
  mutable std::array<Destination, cache_size> cache_{};
  mutable Destination uncached_;
};

}  // namespace arrouter::ip
