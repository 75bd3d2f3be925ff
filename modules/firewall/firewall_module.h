// Makes the firewall; for os/assembly only.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "modules/firewall/firewall_api.h"
#include "modules/ip/ip_api.h"
#include "os/module.h"

namespace arrouter {

/// How the firewall speaks to people who did not ask (NOTIFY=MANAGER and PORT).
struct FirewallVoice {
  std::function<void(std::string_view text)> to_managers;
  std::function<void(unsigned asyn, std::string_view text)> to_port;
};

struct MadeFirewall {
  std::unique_ptr<Module> module;
  firewall::FirewallApi& api;  // lives as long as the module
};
MadeFirewall make_firewall(Services& services, IpApi& ip, FirewallVoice voice);

}  // namespace arrouter
