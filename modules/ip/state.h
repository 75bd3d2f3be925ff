// What IP knows: configured values, tables and counters, shared by the datapath, the commands and the screens.
#pragma once

#include <array>
#include <map>
#include <string>

#include "modules/ip/bad_packets.h"
#include "modules/ip/counters.h"
#include "modules/ip/filter.h"
#include "modules/ip/helper.h"
#include "modules/ip/interfaces.h"
#include "modules/ip/pools.h"
#include "modules/ip/routes.h"
#include "modules/ip/settings.h"
#include "os/packet_trace.h"

namespace arrouter::ip {

struct State {
  explicit State(std::map<std::string, Port*, std::less<>>& ports) : interfaces(ports) {}

  Switches switches;
  LocalSettings local;
  std::map<unsigned, LocalSettings> extra_locals;  // by their numbers, 1 to 15
  InterfaceTable interfaces;
  RouteTable routes;
  FilterTable filters;
  PoolTable pools;
  Helpers helpers;
  std::map<std::string, RouteTemplate, std::less<>> templates;
  ProtocolPreferences preferences{};
  std::map<std::string, Ipv4Address, std::less<>> hosts;  // names as given, in the case given

  IpCounters ip;
  IcmpCounters icmp;
  UdpFigures udp;
  SnmpFigures snmp;  // the agent's
  std::uint64_t cache_hits = 0, cache_misses = 0;
  std::array<StageCounters, static_cast<std::size_t>(Stage::count_)> stages{};
  PacketTrace trace;
  BadPackets bad_packets;

  StageCounters& stage(Stage which) { return stages[static_cast<std::size_t>(which)]; }
};

}  // namespace arrouter::ip
