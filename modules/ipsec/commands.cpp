// Rows and handlers of the module as a whole: ENABLE, DISABLE, PURGE, RESET, SET IPSEC UDPPORT.
#include <algorithm>

#include "modules/ipsec/ipsec.h"
#include "modules/ipsec/show.h"

namespace arrouter::ipsec {

std::vector<CommandRow> IpsecModule::commands() {
  std::vector<CommandRow> rows = rows_of_module();
  for (auto part : {rows_of_specifications(), rows_of_policies(), rows_of_debugging(), rows_of_screens()}) {
    rows.insert(rows.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return rows;
}

std::vector<CommandRow> IpsecModule::rows_of_module() {
  return {
      {"ENAble IPSec", Access::security, "Enables IPsec.", [this](Invocation&) { return enable(true); }},
      {"DISable IPSec", Access::security, "Disables IPsec and removes its security associations.",
       [this](Invocation&) { return enable(false); }},
      {"PURge IPSec", Access::security, "Deletes the whole IPsec configuration and disables IPsec.",
       [this](Invocation&) { return purge(); }},
      {"SET IPSec UDPPort=<1-65535>", Access::security, "Sets the port on which IPsec over UDP is received.",
       [this](Invocation& invocation) { return set_udp_port(invocation.args); }},
      {"LAB SET IPSec MAXPolicies=<1-10000>", Access::security, "Sets how many policies an interface may have.",
       [this](Invocation& invocation) {
         state_.policies.set_limit(invocation.args.number("MAXPOLICIES"));
         return Outcome::successful(module_number::ipsec);
       }},
      {"RESET IPSec COUnters[={AH|COMP|ESP|MAIN|SETUP|UDP|ALL}]", Access::security, "Sets IPsec counters to zero.",
       [this](Invocation& invocation) { return reset_counters(invocation.args); }},
      {"RESET IPSec POLicy[=<name:1-23>] [COUnters]", Access::security,
       "Removes the security associations of a policy, or sets counters of policies to zero.",
       [this](Invocation& invocation) { return reset_policy(invocation.args); }},
      {"RESET IPSec SA[=<0-65535>] COUnters", Access::security, "Sets counters of security associations to zero.",
       [this](Invocation& invocation) { return reset_sa_counters(invocation.args); }},
  };
}

std::vector<CommandRow> IpsecModule::rows_of_screens() {
  const auto shown = [this](auto show) {
    return [this, show](Invocation& invocation) { return show(state_, invocation.args, invocation.screen); };
  };
  return {
      {"SHow IPSec", Access::manager, "Displays the state of IPsec.", shown(show_module)},
      {"SHow IPSec POLicy[=<name:1-23>] [COUnters] [SABundle]", Access::manager,
       "Displays IPsec policies, their counters or their SA bundles.", shown(show_policies)},
      {"SHow IPSec SA[=<0-65535>] [COUnters]", Access::manager, "Displays IPsec security associations.",
       shown(show_sas)},
      {"SHow IPSec BUNDlespecification[=<0-255>]", Access::manager, "Displays bundle specifications.",
       shown(show_bundle_specifications)},
      {"SHow IPSec SASpecification[=<0-255>]", Access::manager, "Displays SA specifications.",
       shown(show_sa_specifications)},
      {"SHow IPSec COUnters[={AH|COMP|ESP|MAIN|SETUP|UDP|ALL}]", Access::manager, "Displays counters of IPsec.",
       shown(show_counters)},
  };
}

Outcome IpsecModule::enable(bool on) {
  if (state_.enabled == on) return outcome(on ? Message::already_enabled : Message::already_disabled);
  if (on) {
    if (!listen_udp(state_.udp_port)) return outcome(Message::udp_port_in_use, state_.udp_port);
    state_.enabled = true;
    follow();
    send_heartbeats();
    return outcome(Message::enabled);
  }
  for (Policy* const policy : state_.policies.all()) setup_.clear(*policy, Setup::Farewell::tell_peer);
  state_.ip.listen_udp(state_.udp_port, {}, {});
  state_.enabled = false;
  return outcome(Message::disabled);
}

Outcome IpsecModule::purge() {
  if (state_.enabled) enable(false);
  state_.policies.clear();
  state_.specifications = {};
  state_.udp_port = default_udp_port;
  state_.old_sas = false;
  state_.debug.forget_all();
  state_.counters.reset();
  follow();
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::set_udp_port(const Args& args) {
  const auto port = static_cast<std::uint16_t>(args.number("UDPPORT"));
  if (port != state_.udp_port && state_.enabled) {
    if (!listen_udp(port)) return outcome(Message::udp_port_in_use, port);
    state_.ip.listen_udp(state_.udp_port, {}, {});
  }
  // Bundles that are at work send from where they can be answered.
  for (Policy* const policy : state_.policies.all()) {
    if (!policy->udp_tunnel) continue;
    if (policy->made_of) policy->made_of->udp_port = port;
    for (const auto& [index, bundle] : policy->bundles) {
      if (bundle->nat.local_port == state_.udp_port) bundle->nat.local_port = port;
    }
  }
  state_.udp_port = port;
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::reset_counters(const Args& args) {
  const std::string group = args.has_value("COUNTERS") ? args.choice("COUNTERS") : "ALL";
  reset_group(state_.counters, group);
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::reset_policy(const Args& args) {
  const bool counters = args.has("COUNTERS");
  if (!args.has_value("POLICY")) {
    if (!counters) return outcome(Message::parameter_missing, "POLICY");
    for (Policy* const policy : state_.policies.all()) policy->counters.reset();
    return Outcome::successful(module_number::ipsec);
  }
  Policy* const policy = state_.policies.find(args.text("POLICY"));
  if (policy == nullptr) return outcome(Message::policy_not_found, args.text("POLICY"));
  if (counters) {
    policy->counters.reset();
  } else {
    setup_.clear(*policy, Setup::Farewell::tell_peer);
    policy->next_acquire = state_.now();
    setup_.refresh_manual(*policy);
  }
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::reset_sa_counters(const Args& args) {
  const auto& sas = state_.sas.by_id();
  if (!args.has_value("SA")) {
    for (const auto& [id, sa] : sas) sa->reset_counters();
    return Outcome::successful(module_number::ipsec);
  }
  const auto found = sas.find(static_cast<std::uint16_t>(args.number("SA")));
  if (found == sas.end()) return outcome(Message::sa_not_found, args.number("SA"));
  found->second->reset_counters();
  return Outcome::successful(module_number::ipsec);
}

}  // namespace arrouter::ipsec
