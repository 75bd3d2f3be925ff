// What the parts of the module share: its surroundings, its configuration, its SAs and its counters.
#pragma once

#include <cstdint>

#include "modules/ip/ip_api.h"
#include "modules/ipsec/counters.h"
#include "modules/ipsec/peers.h"
#include "modules/ipsec/policy.h"
#include "modules/ipsec/policy_debug.h"
#include "modules/ipsec/protocol_counters.h"
#include "modules/ipsec/route_templates.h"
#include "modules/ipsec/specification.h"
#include "os/module.h"
#include "os/packet_trace.h"

namespace arrouter::ipsec {

inline constexpr std::uint16_t default_udp_port = 2746;

struct State {
  State(Services& services, IpApi& ip, enco::EncoApi& enco, isakmp::IsakmpApi& isakmp)
      : services(services), ip(ip), enco(enco), isakmp(isakmp), routes(ip) {}
  Services& services;
  IpApi& ip;
  enco::EncoApi& enco;
  isakmp::IsakmpApi& isakmp;

  bool enabled = false;
  std::uint16_t udp_port = default_udp_port;
  bool old_sas = false;  // ENABLE IPSEC OLDSA
  Specifications specifications;
  PolicyTable policies;
  SaTable sas;
  Peers peers;
  TemplateRoutes routes;
  std::uint64_t next_age = 0;          // of a bundle
  std::size_t compressed_tunnels = 0;  // bundles that are nothing but IPComp in tunnel mode
  GroupCounters counters;
  PolicyDebug debug;
  std::uint32_t generation = 1;  // changes with every policy and bundle: what the flow cache remembers is then stale

  Instant now() const { return services.clock.now(); }
  /// For LAB TRACE; `text` makes the line when somebody follows the packet.
  template <class Text>
  void note(const PacketBuffer& packet, Text text) const {
    if (packet.meta.trace != 0) [[unlikely]] ip.packet_trace()->note(packet, "ipsec", text());
  }
  /// One event for the policy and for the MAIN group.
  void count(Policy& policy, PolicyCounter own, GroupCounter group) {
    policy.counters.add(own);
    counters.add(group);
  }
};

}  // namespace arrouter::ipsec
