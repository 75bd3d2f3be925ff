// IPROUTETEMPLATE: while a bundle lives, its remote networks are reached by routes that the template describes.
#pragma once

#include <map>

#include "modules/ip/ip_api.h"
#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

/// The fewest networks that make up a range.
std::vector<std::pair<Ipv4Address, Ipv4Address>> networks_of(const Ipv4Range& range);

class TemplateRoutes {
 public:
  explicit TemplateRoutes(IpApi& ip) : ip_(ip) {}
  /// Nothing for a policy without a template, for traffic to everywhere (a default route is not a tunnel's to give),
  /// and for the peer alone (it has to stay where it is).
  void add(SaBundle& bundle);
  /// A route goes with the last of the bundles that want it.
  void remove(SaBundle& bundle);

 private:
  struct Made {
    std::size_t bundles = 0;
    std::optional<MadeRoute> route;  // nullopt: the template is missing, or IP has this very route already
  };
  IpApi& ip_;
  std::map<RouteTo, Made> made_;
};

}  // namespace arrouter::ipsec
