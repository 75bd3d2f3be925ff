// IP's figures and tables as MIB-II names them, for the SNMP agent and for SHOW IP COUNTER alike.
#pragma once

#include "modules/ip/engine.h"
#include "modules/ip/ip_mib_api.h"

namespace arrouter::ip {

/// Sums of the drop reasons under the names of RFC 1213.
IpFigures ip_figures(const IpCounters& counters);

class Mib final : public IpMib {
 public:
  explicit Mib(Engine& engine) : engine_(engine) {}
  bool forwarding() const override { return engine_.state.switches.enabled && engine_.state.switches.forwarding; }
  void set_forwarding(bool on) override;
  IpFigures ip_figures() const override { return ip::ip_figures(engine_.state.ip); }
  IcmpFigures icmp_figures() const override;
  UdpFigures udp_figures() const override { return engine_.state.udp; }
  SnmpFigures& snmp_figures() override { return engine_.state.snmp; }
  std::uint64_t unknown_protocols(std::string_view link) const override;
  std::vector<MibAddress> addresses() const override;
  std::vector<MibRoute> routes() const override;
  std::vector<MibNeighbour> neighbours() const override;
  std::vector<std::uint16_t> udp_ports() const override;

 private:
  std::string link_of(InterfaceId id) const;
  Engine& engine_;
};

}  // namespace arrouter::ip
