#include "modules/ip/routes.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace arrouter::ip {
namespace {

constexpr std::size_t many = 256;       // prefixes
constexpr std::size_t block_bits = 16;  // of the networks that know their longer prefixes

std::size_t length_of(Ipv4Address mask) { return static_cast<std::size_t>(std::popcount(mask.value)); }

}  // namespace

unsigned RouteTable::preference(const Route& route) {
  if (route.preference) return *route.preference;
  if (route.protocol == RouteProtocol::interface) return 0;
  if (route.blackhole()) return 5;
  return route.is_default() ? 360 : 60;
}

RouteTable::Added RouteTable::add(const Route& route) {
  if (find(route) != nullptr) return Added::exists;
  if (size_ >= limit_) return Added::full;
  routes_[{route.network, route.mask}].push_back(route);
  ++size_;
  choose({route.network, route.mask});
  return Added::added;
}

Route* RouteTable::find(const Route& path) {
  const auto prefix = routes_.find({path.network, path.mask});
  if (prefix == routes_.end()) return nullptr;
  for (Route& route : prefix->second) {
    if (route.same_path(path)) return &route;
  }
  return nullptr;
}

bool RouteTable::remove(const Route& path) {
  const auto prefix = routes_.find({path.network, path.mask});
  if (prefix == routes_.end()) return false;
  const std::size_t removed = prefix->second.remove_if([&](const Route& route) { return route.same_path(path); });
  if (removed == 0) return false;
  size_ -= removed;
  const Prefix key = prefix->first;
  if (prefix->second.empty()) routes_.erase(prefix);
  choose(key);
  return true;
}

void RouteTable::remove_interface(InterfaceId interface, bool static_too) {
  for (auto prefix = routes_.begin(); prefix != routes_.end();) {
    size_ -= prefix->second.remove_if([&](const Route& route) {
      return route.interface == interface && (static_too || route.protocol == RouteProtocol::interface);
    });
    const Prefix key = prefix->first;
    prefix = prefix->second.empty() ? routes_.erase(prefix) : std::next(prefix);
    choose(key);
  }
}

void RouteTable::set_interface_up(InterfaceId interface, bool up) {
  for (auto& [prefix, routes] : routes_) {
    bool touched = false;
    for (Route& route : routes) {
      if (route.interface != interface || route.active == up) continue;
      route.active = up;
      touched = true;
    }
    if (touched) choose(prefix);
  }
}

void RouteTable::clear() {
  routes_.clear();
  for (Chosen& of : chosen_) of.clear();
  size_ = 0;
  ++generation_;
}

void RouteTable::choose(const Prefix& prefix) {
  ++generation_;
  std::array<Paths, route_policies> best_of;
  if (const auto found = routes_.find(prefix); found != routes_.end()) {
    for (Route& route : found->second) {
      // A local interface's route needs no looking up.
      if (!route.active || is_local_interface(route.interface)) continue;
      Paths& best = best_of[route.policy];
      // At equal cost a blackhole comes last, so that the best are all of one kind.
      const auto rank = [](const Route& of) { return std::tuple(preference(of), of.metric, of.blackhole()); };
      if (!best.empty() && rank(route) > rank(*best.front())) continue;
      if (!best.empty() && rank(route) < rank(*best.front())) best.clear();
      best.push_back(&route);
    }
  }
  for (unsigned policy = 0; policy < route_policies; ++policy) chosen_[policy].put(prefix, std::move(best_of[policy]));
}

void RouteTable::Chosen::put(const Prefix& prefix, Paths best) {
  const std::size_t length = length_of(prefix.second);
  auto& table = tables[length];
  const std::size_t before = table.size();
  const bool gone = best.empty();
  if (gone) {
    table.erase(prefix.first.value);
  } else {
    table.insert_or_assign(prefix.first.value, std::move(best));
  }
  size += table.size() - before;
  if (!gone) mark(prefix.first, length);
  const std::uint64_t bit = std::uint64_t{1} << length;
  lengths = table.empty() ? lengths & ~bit : lengths | bit;
}

void RouteTable::Chosen::mark(Ipv4Address network, std::size_t length) {
  if (blocks.empty() && size >= many) {
    blocks.resize(std::size_t{1} << block_bits);
    for (std::size_t known = block_bits + 1; known < tables.size(); ++known) {
      for (const auto& [value, paths] : tables[known]) mark(Ipv4Address(value), known);
    }
  }
  if (blocks.empty() || length <= block_bits) return;
  blocks[network.value >> (32 - block_bits)] |= static_cast<std::uint16_t>(1U << (length - block_bits - 1));
}

std::pair<const RouteTable::Paths*, int> RouteTable::Chosen::lookup(Ipv4Address destination) const {
  std::uint64_t left = lengths;
  if (!blocks.empty()) {
    constexpr std::uint64_t short_ones = (std::uint64_t{2} << block_bits) - 1;
    const std::uint64_t long_ones = blocks[destination.value >> (32 - block_bits)];
    left &= short_ones | long_ones << (block_bits + 1);
  }
  while (left != 0) {
    const int length = 63 - std::countl_zero(left);
    left &= ~(std::uint64_t{1} << length);
    const auto& table = tables[static_cast<std::size_t>(length)];
    const auto found = table.find(destination.masked(mask_of(length)).value);
    if (found != table.end()) return {&found->second, length};
  }
  return {nullptr, -1};
}

void RouteTable::Chosen::clear() {
  for (auto& table : tables) table.clear();
  lengths = 0;
  blocks.clear();
  size = 0;
}

const RouteTable::Paths* RouteTable::lookup(Ipv4Address destination, unsigned policy) const {
  // The longest prefix goes before the policy (RFC 1812 5.2.4.3): a network of its own is not drawn to another's
  // default route.
  const auto [standard, standard_length] = chosen_[0].lookup(destination);
  if (policy == 0) return standard;
  const auto [preferred, preferred_length] = chosen_[policy].lookup(destination);
  return preferred_length >= standard_length ? preferred : standard;
}

std::size_t RouteTable::active() const {
  std::size_t count = 0;
  for (const auto& [prefix, routes] : routes_) {
    count += static_cast<std::size_t>(
        std::count_if(routes.begin(), routes.end(), [](const Route& route) { return route.active; }));
  }
  return count;
}

}  // namespace arrouter::ip
