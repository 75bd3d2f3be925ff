// Configured values of IP, as commands set them and the configuration script writes them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "os/base/address.h"

namespace arrouter::ip {

enum class ProxyArp : std::uint8_t { off, on, strict, default_route };
enum class Multicast : std::uint8_t { off, send, receive, both };

/// Where an interface's address comes from: a command; the network, while the command said 0.0.0.0; or the interface
/// itself was made by a call and is in no script.
enum class Origin : std::uint8_t { configured, assigned, dynamic };

/// ADD/SET IP INTERFACE (reference/ip.md 2.1).
struct InterfaceSettings {
  Origin origin = Origin::configured;
  Ipv4Address address, mask;
  bool ones_broadcast = true;  // BROADCAST=1
  bool directed_broadcast = false;
  bool fragment = false;  // fragment although DF is set
  bool gratuitous_arp = true;
  bool inverse_arp = false;
  bool block = false;  // SAMODE=BLOCK
  bool vjc = false;
  bool flush_arp = false;
  ProxyArp proxy_arp = ProxyArp::on;
  Multicast multicast = Multicast::receive;
  std::string igmp_proxy = "OFF";
  std::optional<unsigned> filter, policy_filter, priority_filter, gre, vlan_tag, vlan_priority;
  unsigned rip_metric = 1;
  unsigned ospf_metric = 1;
  bool enabled = true;

  /// Arriving packets have filters to pass.
  bool filtered() const { return filter || policy_filter; }
};

/// SET IP LOCAL, ADD IP LOCAL.
struct LocalSettings {
  Ipv4Address address;
  std::optional<unsigned> filter, policy_filter, priority_filter, gre;
  unsigned rip_metric = 1;
  unsigned ospf_metric = 1;

  bool filtered() const { return filter || policy_filter; }
};

/// Protocols of which routes may be learnt, with their preferences, in the order of SHOW IP ROUTE PREFERENCE.
struct RoutingProtocol {
  std::string_view name;
  unsigned preference;
};
inline constexpr std::array<RoutingProtocol, 8> routing_protocols{{{"RIP", 100},
                                                                   {"OSPF-INTRA", 10},
                                                                   {"OSPF-INTER", 11},
                                                                   {"OSPF-EXT1", 150},
                                                                   {"OSPF-EXT2", 151},
                                                                   {"OSPF-OTHER", 152},
                                                                   {"BGP-INT", 170},
                                                                   {"BGP-EXT", 170}}};
/// SET IP ROUTE PREFERENCE; nothing: the default.
using ProtocolPreferences = std::array<std::optional<unsigned>, routing_protocols.size()>;

/// ENABLE/DISABLE IP … (reference/ip.md 1).
struct Switches {
  bool enabled = false;
  bool forwarding = true;
  bool echo_reply = true;
  bool net_unreachable = true;
  bool host_unreachable = true;
  bool redirect = true;
  bool fragment_offset_filter = true;
  bool source_route = false;
  bool debug = false;
  bool advertise = false;
  bool remote_assign = false;
  bool arp_log = false;
  bool arp_age_poll = false;
  bool mac_disparity = false;
  bool route_cache = true;
  bool route_count = false;
  bool multipath = true;
  bool spoof_check = true;
  unsigned arp_timeout = 4;  // times 256 s
  unsigned arp_wait_s = 1;
};

}  // namespace arrouter::ip
