#include "modules/ipsec/route_templates.h"

#include <algorithm>
#include <bit>

#include "modules/ipsec/policy.h"
#include "os/base/text.h"

namespace arrouter::ipsec {

std::vector<std::pair<Ipv4Address, Ipv4Address>> networks_of(const Ipv4Range& range) {
  std::vector<std::pair<Ipv4Address, Ipv4Address>> networks;
  std::uint64_t at = range.first.value;
  const std::uint64_t end = std::uint64_t{range.last.value} + 1;
  while (at < end) {
    // The largest block that begins here and does not reach beyond the end.
    const int aligned = at == 0 ? 32 : std::countr_zero(at);
    const int bits = std::min<int>(aligned, std::bit_width(end - at) - 1);
    networks.emplace_back(Ipv4Address(static_cast<std::uint32_t>(at)), mask_of(32 - bits));
    at += std::uint64_t{1} << bits;
  }
  return networks;
}

void TemplateRoutes::add(SaBundle& bundle) {
  const std::string& name = bundle.policy->route_template;
  const Ipv4Range remote = traffic_range(bundle.traffic.remote);
  const bool everywhere = remote.first.value == 0 && remote.last.value == 0xffffffff;
  if (name.empty() || everywhere || remote == Ipv4Range{bundle.peer, bundle.peer}) return;
  for (const auto& [network, mask] : networks_of(remote)) {
    const RouteTo& to = bundle.routes.emplace_back(to_lower(name), network, mask);
    Made& made = made_[to];
    if (made.bundles++ == 0) made.route = ip_.add_route(name, network, mask);
  }
}

void TemplateRoutes::remove(SaBundle& bundle) {
  for (const RouteTo& to : std::exchange(bundle.routes, {})) {
    const auto found = made_.find(to);
    if (found == made_.end() || --found->second.bundles != 0) continue;
    if (found->second.route) ip_.remove_route(*found->second.route);
    made_.erase(found);
  }
}

}  // namespace arrouter::ipsec
