// IP interfaces and the links below them. A link is a port that carries any number of IP interfaces (multihoming:
// eth0, eth0-1); LOCAL and LOCAL1 to LOCAL15 are not among them, they have no link.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "modules/ip/counters.h"
#include "modules/ip/ip_api.h"
#include "modules/ip/settings.h"
#include "netdev/port.h"

namespace arrouter::ip {

struct Link;

struct Interface {
  InterfaceId id = 0;
  std::string name;  // "eth0", "eth0-1"
  Link* link = nullptr;
  InterfaceSettings settings;
  InterfaceCounters counters;
  unsigned mtu = 1500;
  unsigned tcp_mss = 0;  // largest MSS of connections that pass; 0: any
  bool up = false;       // module and interface enabled, link up

  bool on_subnet(Ipv4Address host) const {
    return !settings.mask.unset() && host.masked(settings.mask) == settings.address.masked(settings.mask);
  }
  /// All-ones or all-zeros of the subnet, whichever form it announces; /31 and /32 have none.
  bool is_broadcast(Ipv4Address host) const {
    const std::uint32_t host_bits = ~settings.mask.value;
    if (host_bits <= 1 || !on_subnet(host)) return false;
    const std::uint32_t own = host.value & host_bits;
    return own == host_bits || own == 0;
  }
  Ipv4Address broadcast() const {
    const Ipv4Address network = settings.address.masked(settings.mask);
    return settings.ones_broadcast ? Ipv4Address(network.value | ~settings.mask.value) : network;
  }
  IpInterfaceInfo info() const { return {id, name, settings.address, settings.mask, mtu, up}; }
};

/// A port with what IP keeps for it.
struct Link {
  unsigned index = 0;
  std::string name;  // what interfaces on it are called before the "-1"
  Port* port = nullptr;
  std::vector<Interface*> interfaces;  // in the order they were added
  Burst transmit;                      // frames of the burst in work
  bool prioritised = false;            // one of them has a priority of its own
  // frames that are dropped before there is a packet
  std::uint64_t in_unknown_protocols = 0;
  std::uint64_t in_other_hosts = 0;   // another station's MAC address
  std::uint64_t in_no_interface = 0;  // no IP interface on the link, or the module disabled
};

/// "eth0-1" -> ("eth0", 1); the logical number is 0 when there is none. A suffix that is no number belongs to the
/// name ("vlan-sales").
std::pair<std::string, unsigned> split_interface_name(std::string_view name);

class InterfaceTable {
 public:
  static constexpr unsigned logical_limit = 16;

  explicit InterfaceTable(std::map<std::string, Port*, std::less<>>& ports);

  std::vector<std::unique_ptr<Link>>& links() { return links_; }
  const std::vector<std::unique_ptr<Link>>& links() const { return links_; }
  Link* find_link(std::string_view port_name);
  /// Links that come and go while the router works; what is removed carries no interface any more.
  Link& add_link(Port& port);
  void remove_link(Link& link);
  /// There are links with one station at the other end.
  bool any_point_to_point() const { return point_to_point_ > 0; }

  /// In the order they were added.
  const std::vector<std::unique_ptr<Interface>>& all() const { return interfaces_; }
  Interface* find(std::string_view name) const;
  Interface* find(InterfaceId id) const { return id < by_id_.size() ? by_id_[id] : nullptr; }

  Interface& add(std::string name, Link& link, InterfaceSettings settings);
  void remove(Interface& interface);
  /// After an address, those of the local interfaces or the list changed: refreshes the sets that answer is_own().
  void readdress(std::unordered_set<Ipv4Address> locals);

  bool is_own(Ipv4Address address) const { return own_.contains(address); }
  /// The interface with this very address.
  Interface* owner(Ipv4Address address) const;
  /// The interface of `link` a packet came in by: the one that is addressed, else the sender's subnet, else the first.
  Interface* arrival(const Link& link, Ipv4Address source, Ipv4Address destination) const;
  /// The interface of `link` on whose subnet `host` is.
  Interface* on_link(const Link& link, Ipv4Address host) const;
  /// The interface (any link) whose subnet broadcast this is.
  Interface* broadcast_of(Ipv4Address address) const;
  /// Address of the first interface that has one: source of unnumbered links.
  Ipv4Address first_address() const;

 private:
  std::vector<std::unique_ptr<Link>> links_;
  unsigned next_link_ = 0;
  unsigned point_to_point_ = 0;
  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::vector<Interface*> by_id_{nullptr};
  std::unordered_set<Ipv4Address> own_;
};

}  // namespace arrouter::ip
