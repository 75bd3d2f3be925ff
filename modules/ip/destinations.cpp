#include "modules/ip/destinations.h"

namespace arrouter::ip {

const Destination& Destinations::of(Ipv4Address address, std::uint8_t policy) const {
  if (!state_.switches.route_cache) {
    uncached_.address = address;
    uncached_.policy = policy;
    classify(uncached_);
    return uncached_;
  }
  Destination& entry = cache_[(std::hash<Ipv4Address>{}(address) + policy) % cache_.size()];
  if (entry.generation == state_.routes.generation() && entry.address == address && entry.policy == policy) {
    ++state_.cache_hits;
    return entry;
  }
  ++state_.cache_misses;
  entry.address = address;
  entry.policy = policy;
  entry.generation = state_.routes.generation();
  classify(entry);
  return entry;
}

void Destinations::classify(Destination& entry) const {
  using Kind = Destination::Kind;
  const Ipv4Address address = entry.address;
  entry.broadcast_on = nullptr;
  entry.paths = nullptr;
  const std::uint32_t first_octet = address.value >> 24;
  if (state_.interfaces.is_own(address)) {
    entry.kind = Kind::own;
  } else if (address.limited_broadcast()) {
    entry.kind = Kind::broadcast;
  } else if (address.multicast()) {
    entry.kind = Kind::multicast;
  } else if (first_octet == 0 || first_octet == 127 || first_octet >= 240) {
    entry.kind = Kind::martian;
  } else if ((entry.broadcast_on = state_.interfaces.broadcast_of(address)) != nullptr) {
    entry.kind = Kind::broadcast;
  } else if ((entry.paths = state_.routes.lookup(address, entry.policy)) == nullptr) {
    entry.kind = Kind::unreachable;
  } else {
    entry.kind = entry.paths->front()->blackhole() ? Kind::blackhole : Kind::routed;
  }
}

Hop Destinations::hop(const Destination& destination, Ipv4Address source, std::uint8_t protocol) const {
  const RouteTable::Paths& paths = *destination.paths;
  std::size_t index = 0;
  if (paths.size() > 1 && state_.switches.multipath) {
    std::uint64_t flow = (static_cast<std::uint64_t>(source.value) << 32 | destination.address.value) + protocol;
    flow *= 0x9e3779b97f4a7c15ULL;
    index = static_cast<std::size_t>((flow >> 32) % paths.size());
  }
  Route& route = *paths[index];
  if (state_.switches.route_count) ++route.hits;
  return {state_.interfaces.find(route.interface), route.next_hop.unset() ? destination.address : route.next_hop};
}

}  // namespace arrouter::ip
