// The IPsec module as the router's list of modules sees it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "modules/ipsec/datapath.h"
#include "modules/ipsec/setup.h"
#include "modules/ipsec/state.h"
#include "os/module.h"

namespace arrouter::ipsec {

class IpsecModule final : public Module {
 public:
  IpsecModule(Services& services, IpApi& ip, enco::EncoApi& enco, isakmp::IsakmpApi& isakmp);

  std::string_view name() const override { return "ipsec"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void start() override;
  void stop(Ending ending) override;

  /// Tests drive and read them directly.
  Setup& setup() { return setup_; }
  State& state() { return state_; }

 private:
  using Refusal = std::optional<Outcome>;  // nullopt: go on
  // commands.cpp
  std::vector<CommandRow> rows_of_module();
  std::vector<CommandRow> rows_of_screens();
  Outcome enable(bool on);
  Outcome purge();
  Outcome set_udp_port(const Args& args);
  Outcome reset_counters(const Args& args);
  Outcome reset_policy(const Args& args);
  Outcome reset_sa_counters(const Args& args);
  /// Configuration has changed: the packet path and manual bundles follow.
  void follow();
  // debug_commands.cpp
  std::vector<CommandRow> rows_of_debugging();
  Outcome set_debug(Invocation& call, bool on);
  // udp_tunnel.cpp
  bool listen_udp(std::uint16_t port);
  void tunnel_datagram(const UdpDatagram& datagram);
  void send_heartbeats();
  // specification_commands.cpp
  std::vector<CommandRow> rows_of_specifications();
  Outcome create_sa_specification(const Args& args);
  Outcome set_sa_specification(const Args& args);
  Outcome destroy_sa_specification(const Args& args);
  Refusal read_sa_specification(const Args& args, SaSpecification& sa) const;
  Refusal check_parameters(const Args& args, SaSpecification& sa) const;
  Refusal check_algorithms(const SaSpecification& sa) const;
  Refusal check_manual(SaSpecification& sa) const;
  Outcome create_bundle_specification(const Args& args);
  Outcome set_bundle_specification(const Args& args);
  Outcome destroy_bundle_specification(const Args& args);
  Refusal read_bundle_specification(const Args& args, BundleSpecification& bundle) const;
  // policy_commands.cpp
  std::vector<CommandRow> rows_of_policies();
  Outcome create_policy(const Args& args);
  Outcome set_policy(const Args& args);
  Outcome destroy_policy(const Args& args);
  Refusal check_policy(const PolicySettings& policy) const;

  State state_;
  Setup setup_;
  Datapath datapath_;
  Timer heartbeat_timer_;
};

}  // namespace arrouter::ipsec
