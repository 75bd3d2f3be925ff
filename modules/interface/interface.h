// The INTERFACE module's inside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/interface/interface_module.h"
#include "os/message.h"

namespace arrouter::interface {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::eth, number, text};
#include "modules/interface/texts.def"
#undef MESSAGE
}  // namespace texts

/// One row of the interface table.
struct Entry {
  unsigned index = 0;  // ifIndex, from 1
  std::string name;    // "eth0", "port1", "vlan1"
  const Port* port = nullptr;
  Duration last_change{};  // sysUpTime when the link changed last; zero: never since the start
  PortCounters counters;   // since the last reset
};

class InterfaceModule final : public Module {
 public:
  InterfaceModule(Services& services, RouterControl& control, const PortStacks& stacks)
      : services_(services), control_(control), stacks_(stacks) {}

  std::string_view name() const override { return "interface"; }
  std::vector<CommandRow> commands() override;

 private:
  /// eth interfaces, then switch ports, then VLANs, as the model has them.
  std::vector<Entry> entries() const;
  std::optional<Entry> find(std::string_view name) const;
  /// Every eth interface, or the one of that number.
  std::vector<Entry> eths(const Args& args) const;
  void add(std::vector<Entry>& entries, const std::string& name, const Port* port,
           const std::vector<std::string>& stacks) const;
  Duration up_time() const { return services_.clock.now() - control_.started(); }

  Outcome show_interfaces(Invocation& invocation) const;
  Outcome show_interface(const Entry& entry, Screen& screen, bool counters_only) const;
  Outcome show_eth_state(Invocation& invocation) const;
  Outcome show_eth_counters(Invocation& invocation) const;
  Outcome show_eth_address(Invocation& invocation) const;
  Outcome reset_interface(const Args& args);
  Outcome reset_eth(const Args& args);
  void reset(const Entry& entry);

  Services& services_;
  RouterControl& control_;
  const PortStacks& stacks_;
  std::map<std::string, PortCounters, std::less<>> zero_;  // what the counters read when they were reset
};

}  // namespace arrouter::interface
