// Makes the TRIGGER module; for os/assembly only.
#pragma once

#include <memory>

#include "modules/firewall/firewall_api.h"
#include "modules/interface/interface_api.h"
#include "modules/ip/ip_api.h"
#include "modules/ip/ping_poll_api.h"
#include "modules/log/log_api.h"
#include "modules/ppp/ppp_api.h"
#include "modules/script/script_api.h"
#include "modules/system/system_api.h"
#include "netdev/port_stack.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

/// What triggers watch and use. `ports` are all stacks of the Router, the members of a switch among them.
struct TriggerSources {
  RouterControl& control;
  const SystemApi& system;
  IpApi& ip;
  PingPollApi& polls;
  InterfaceApi& interfaces;
  ppp::PppApi& ppp;
  firewall::FirewallApi& firewall;
  logging::LogApi& log;
  const PortStacks& ports;
  ScriptApi& scripts;
};
std::unique_ptr<Module> make_trigger(Services& services, const TriggerSources& sources);

}  // namespace arrouter
