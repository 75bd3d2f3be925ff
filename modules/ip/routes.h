// The routing table: what is configured or connected (kept in the order of the screen), and what is looked up (one
// hash table per prefix length, longest first), which holds only the best active routes of each prefix.
#pragma once

#include <array>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "modules/ip/ip_api.h"
#include "os/base/limits.h"
#include "os/base/time.h"

namespace arrouter::ip {

/// fixed: "static"; made: by another module from a template, in no configuration script.
enum class RouteProtocol : std::uint8_t { interface, fixed, made };

struct Route {
  Ipv4Address network, mask, next_hop;
  InterfaceId interface = 0;  // 0: blackhole
  RouteProtocol protocol = RouteProtocol::fixed;
  unsigned metric = 1, metric2 = 1, policy = 0;
  std::optional<unsigned> preference, tag;
  Instant added{};
  bool active = true;  // its interface is up
  std::uint64_t hits = 0;

  bool blackhole() const { return interface == 0; }
  bool is_default() const { return mask.unset(); }
  bool same_path(const Route& other) const {
    return network == other.network && mask == other.mask && next_hop == other.next_hop &&
           interface == other.interface && protocol == other.protocol && policy == other.policy;
  }
};

/// POLICY=0 … 7.
inline constexpr unsigned route_policies = 8;

/// Interface numbers of host routes: 0xffff LOCAL's, 0xfffe to 0xfff0 those of LOCAL1 to LOCAL15. Never looked up, own
/// addresses are found before.
inline constexpr unsigned extra_locals = 15;
constexpr InterfaceId local_interface(unsigned number) { return static_cast<InterfaceId>(0xffff - number); }
constexpr bool is_local_interface(InterfaceId id) { return id >= local_interface(extra_locals); }
constexpr unsigned local_number(InterfaceId id) { return 0xffffU - id; }

class RouteTable {
 public:
  /// Routes of one prefix between which traffic is shared: equal preference and metric.
  using Paths = std::vector<Route*>;

  /// Given preference, else the default of the protocol: interface 0, blackhole 5, static 60, static default 360.
  static unsigned preference(const Route& route);

  enum class Added : std::uint8_t { added, exists, full };
  /// Of all routes together; those there are stay.
  void set_limit(std::size_t limit) { limit_ = limit; }
  Added add(const Route& route);
  /// The route with this destination, path and protocol; nullptr when there is none.
  Route* find(const Route& path);
  /// After a found route's preference or metric was changed.
  void changed(const Route& route) { choose({route.network, route.mask}); }
  bool remove(const Route& path);
  /// The connected route and, with `static_too`, every static route of the interface.
  void remove_interface(InterfaceId interface, bool static_too);
  void set_interface_up(InterfaceId interface, bool up);
  void clear();

  /// The best routes of the longest prefix that has any for this policy, or for policy 0; nullptr when none matches.
  /// Stays valid until generation() changes.
  const Paths* lookup(Ipv4Address destination, unsigned policy = 0) const;
  /// Counts every change, so that caches know when to forget.
  std::uint32_t generation() const { return generation_; }
  void invalidate_caches() { ++generation_; }

  /// Sorted by destination, then mask.
  using Prefix = std::pair<Ipv4Address, Ipv4Address>;
  const std::map<Prefix, std::list<Route>>& all() const { return routes_; }
  std::size_t size() const { return size_; }
  std::size_t active() const;

 private:
  /// The best active routes of one policy.
  struct Chosen {
    std::array<std::unordered_map<std::uint32_t, Paths>, 33> tables;  // by prefix length, then network
    std::uint64_t lengths = 0;                                        // bit n: tables[n] is not empty
    // With many prefixes nearly every length has some, and nearly all would be tried in vain. So then: which lengths
    // above 16 each network of 16 bits has, or had (bit 0: 17). Empty with few.
    std::vector<std::uint16_t> blocks;
    std::size_t size = 0;  // of all tables

    void put(const Prefix& prefix, Paths best);
    void mark(Ipv4Address network, std::size_t length);
    /// Of the longest prefix, with its length; nullptr and -1 when none matches.
    std::pair<const Paths*, int> lookup(Ipv4Address destination) const;
    void clear();
  };
  void choose(const Prefix& prefix);

  std::map<Prefix, std::list<Route>> routes_;
  std::array<Chosen, route_policies> chosen_;
  std::size_t size_ = 0, limit_ = limits::routes;
  std::uint32_t generation_ = 1;
};

/// ADD IP ROUTE TEMPLATE: parameters of routes that IPsec or RADIUS make later.
struct RouteTemplate {
  std::string interface;
  Ipv4Address next_hop;
  unsigned metric = 1, metric2 = 1, policy = 0;
  std::optional<unsigned> preference, tag;
};

}  // namespace arrouter::ip
