// What the parts of the firewall share: its surroundings, its policies, its sessions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "modules/firewall/asked_hosts.h"
#include "modules/firewall/gateway.h"
#include "modules/firewall/monitor.h"
#include "modules/firewall/policy.h"
#include "modules/firewall/session_table.h"
#include "modules/firewall/setup_proxy.h"
#include "modules/firewall/sip_clients.h"
#include "modules/ip/ip_api.h"
#include "os/module.h"

namespace arrouter::firewall {

struct Policies {
  using Map = std::map<std::string, std::unique_ptr<Policy>, std::less<>>;  // by name in lower case
  Map all;
  Policy* find(std::string_view name) const;
};

/// An IP interface as a member of a policy.
struct Member {
  Policy* policy = nullptr;
  PolicyInterface* interface = nullptr;
  InterfaceId id = 0;
  Ipv4Address address, mask;
  bool changes_destination = false;  // a private interface with rules of reverse or double NAT
  bool publishes_portless = false;   // a public interface with rules that give ESP or AH to a host inside
  bool is_public() const { return interface->side == Side::public_side; }
};

inline constexpr unsigned default_max_fragments = 20;  // MAXFRAGMENTS
inline constexpr unsigned default_sip_clients = 100;   // MAXAUTOCLIENTS

/// ENABLE and SET FIREWALL SIPALG, and what came of it.
struct SipSettings {
  enum class Servers : std::uint8_t { no, out_only, yes };
  bool enabled = false;
  bool automatic = false;
  bool translate_call_id = false;
  Servers servers = Servers::no;
  unsigned most_clients = default_sip_clients;
  std::uint64_t messages = 0, translated = 0;
};

struct State {
  State(Services& services, IpApi& ip, EventSink& events);
  Services& services;
  IpApi& ip;
  EventSink& events;

  bool enabled = false;
  bool session_report = false;    // SESSIONREPORT
  std::uint32_t last_serial = 0;  // of rules
  std::uint16_t next_port = 0;    // enhanced NAT tries this one next
  unsigned max_fragments = default_max_fragments;
  Policies policies;
  Monitors monitors;
  SipSettings sip;
  SipClients sip_clients;
  Gateways gateways;
  AskedHosts asked_hosts;                            // LIST=RADIUS
  std::map<std::string, std::string> dynamic_users;  // of dynamic interfaces, by their names; empty: nobody
  SessionTable sessions;
  SetupProxy setup_proxy;

  Instant now() const { return services.clock.now(); }

  /// The policies at work that an interface belongs to; empty when there are none or the firewall is disabled.
  const std::vector<Member>& members(InterfaceId interface) const;
  /// The interfaces of a policy at work.
  const std::vector<Member>& members_of(const Policy& policy) const { return by_policy_.find(&policy)->second; }
  /// What IP has for an interface of a policy: for DYN-<template> the dynamic interfaces with a user of the template.
  std::vector<IpInterfaceInfo> ip_interfaces(const Policy& policy, const std::string& interface) const;
  /// To be called after anything about policies, their interfaces or IP's interfaces has changed.
  void attach();
  /// Global addresses beside the router's own: who answers ARP for them where.
  struct GlobalRange {
    InterfaceId interface = 0;
    Ipv4Range range;
    const Policy* policy = nullptr;
  };
  const std::vector<GlobalRange>& global_ranges() const { return global_ranges_; }

 private:
  void recount();
  std::vector<std::vector<Member>> members_;  // by InterfaceId
  std::map<const Policy*, std::vector<Member>> by_policy_;
  std::vector<GlobalRange> global_ranges_;
};

std::string_view text_of(SipSettings::Servers servers);

/// The TCP state of a session changes; keeps the policy's count of opens under way.
void set_tcp_state(Session& session, TcpState state);

}  // namespace arrouter::firewall
