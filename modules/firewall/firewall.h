// The firewall as the router's list of modules sees it.
#pragma once

#include <optional>
#include <vector>

#include "modules/firewall/datapath.h"
#include "modules/firewall/events.h"
#include "modules/firewall/state.h"
#include "os/module.h"

namespace arrouter::firewall {

class FirewallModule final : public Module, public FirewallApi {
 public:
  FirewallModule(Services& services, IpApi& ip, FirewallVoice voice);

  std::string_view name() const override { return "firewall"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void start() override;
  void stop(Ending ending) override;

  // FirewallApi
  void on_attack(Listener listener) override { events_.notifier.listen(std::move(listener)); }
  std::size_t session_count() const override { return state_.sessions.size(); }
  std::optional<std::vector<NodeSessions>> sessions_per_node() const override;
  void set_authority(HostQuestion ask) override { state_.asked_hosts.set_authority(std::move(ask)); }
  void dynamic_interface_up(std::string_view interface, std::string_view user) override;
  void dynamic_interface_down(std::string_view interface) override;

  State& state() { return state_; }

 private:
  using Refusal = std::optional<Outcome>;  // nullopt: go on
  using Handler = std::function<Outcome(Policy&, const Args&)>;
  /// A row's handler that begins with finding the policy.
  std::function<Outcome(Invocation&)> with_policy(Handler handler);
  std::function<Outcome(Invocation&)> shown(Outcome (FirewallModule::*show)(Invocation&));

  // commands.cpp
  void add_module_rows(std::vector<CommandRow>& rows);
  Outcome enable(bool on);
  Outcome set_session_report(bool on);
  Outcome delete_session(const Args& args);
  Outcome set_session_limit(const Args& args);
  // monitor.cpp
  void add_monitor_rows(std::vector<CommandRow>& rows);
  Outcome change_monitor(const Args& args, bool add);
  Outcome show_monitors(Invocation& invocation);
  // notify_commands.cpp
  void add_notify_rows(std::vector<CommandRow>& rows);
  Outcome set_notify(const Args& args, bool on);
  Outcome set_attack(Policy& policy, const Args& args);
  // policy_commands.cpp
  void add_policy_rows(std::vector<CommandRow>& rows);
  Outcome create_policy(const Args& args);
  Outcome destroy_policy(Policy& policy);
  Outcome set_policy(Policy& policy, const Args& args);
  Outcome add_udp_port_timeout(Policy& policy, const Args& args, bool change);
  Outcome delete_udp_port_timeout(Policy& policy, const Args& args);
  // interface_commands.cpp
  void add_interface_rows(std::vector<CommandRow>& rows);
  Outcome add_interface(Policy& policy, const Args& args);
  Outcome set_interface(Policy& policy, const Args& args);
  Outcome delete_interface(Policy& policy, const Args& args);
  Refusal check_private(const Policy& policy, std::string_view interface) const;
  // nat_commands.cpp
  void add_nat_rows(std::vector<CommandRow>& rows);
  Outcome add_nat(Policy& policy, const Args& args);
  Outcome delete_nat(Policy& policy, const Args& args);
  // rule_commands.cpp
  void add_rule_rows(std::vector<CommandRow>& rows);
  Outcome add_rule(Policy& policy, const Args& args);
  Outcome set_rule(Policy& policy, const Args& args);
  Outcome delete_rule(Policy& policy, const Args& args);
  void expire_rules();
  // limit_commands.cpp
  void add_limit_rows(std::vector<CommandRow>& rows);
  Outcome change_limit(Policy& policy, const Args& args, bool add);
  Outcome show_limits(Invocation& invocation);
  // gateway_commands.cpp
  void add_gateway_rows(std::vector<CommandRow>& rows);
  Outcome set_sip(const Args& args);
  Outcome show_sip(Invocation& invocation);
  void show_sip_clients(Screen& screen, const Args& args);
  Outcome change_app_rule(Policy& policy, const Args& args, bool add);
  // proxy_commands.cpp
  void add_proxy_rows(std::vector<CommandRow>& rows);
  // list_commands.cpp
  void add_list_rows(std::vector<CommandRow>& rows);
  Outcome add_list(Policy& policy, const Args& args);
  Outcome delete_list(Policy& policy, const Args& args);
  Outcome change_template(Policy& policy, const Args& args, bool add);
  std::optional<std::set<std::string, std::less<>>> read_users(const std::vector<std::string>& files) const;
  // show*.cpp
  Outcome show_firewall(Invocation& invocation);
  Outcome show_policies(Invocation& invocation);
  void show_users(Screen& screen, const Policy& policy, const Args& args) const;
  Outcome show_sessions(Invocation& invocation);
  Outcome show_events(Invocation& invocation);
  Outcome show_accounting(Invocation& invocation);
  Outcome show_arp(Invocation& invocation);

  /// Configuration has changed: the packet path follows.
  void follow() { state_.attach(); }
  void end_sessions(InterfaceId interface);

  Events events_;
  State state_;
  Datapath datapath_;
  Timer rule_timer_;
};

/// The interface of a policy's command: as IP names it, or "dyn-<template>"; nullopt when it is neither.
std::optional<std::string> interface_name(std::string_view text);

}  // namespace arrouter::firewall
