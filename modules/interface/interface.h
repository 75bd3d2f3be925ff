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
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/interface/texts.def"
#undef MESSAGE
#undef TEXT
}  // namespace texts

/// ENABLE INTERFACE LINKTRAP and SET INTERFACE TRAPLIMIT.
struct TrapSettings {
  bool enabled = false;
  unsigned limit = 20;
  bool operator==(const TrapSettings&) const = default;
};

/// SET ETH: the words of the command.
struct EthSettings {
  std::string speed = "AUTONEGOTIATE", polarity = "AUTO", description;

  unsigned mbps() const;
  /// "100 Mbps, full duplex": what a cable would agree on.
  std::string actual_speed() const;
  std::string configured_speed() const;
};

class InterfaceModule final : public Module, public InterfaceApi {
 public:
  InterfaceModule(Services& services, RouterControl& control, const PortStacks& stacks)
      : services_(services), control_(control), stacks_(stacks) {}
  ~InterfaceModule() override;

  std::string_view name() const override { return "interface"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void start() override;

  std::vector<InterfaceEntry> entries() const override;
  void set_link_traps(const std::string& name, bool on) override { traps_[name].enabled = on; }
  bool set_enabled(const std::string& name, bool on) override;
  void set_dynamic(std::function<bool(std::string_view)> test) override { dynamic_ = std::move(test); }
  void look_at_links() override;
  void on_link_change(std::function<void(const InterfaceEntry&)> listener) override {
    listeners_.push_back(std::move(listener));
  }

 private:
  /// The interface that a command means by its name or its ifIndex.
  std::optional<InterfaceEntry> chosen(const Args& args) const;
  static Outcome unknown(const Args& args);
  /// Every eth interface, or the one of that number.
  std::vector<InterfaceEntry> eths(const Args& args) const;
  void add(std::vector<InterfaceEntry>& entries, const std::string& name, const Port* port,
           const std::vector<std::string>& stacks) const;
  const TrapSettings& traps_for(const std::string& name, const Port& port) const;
  void log_link(const InterfaceEntry& entry) const;
  Duration up_time() const { return services_.clock.now() - control_.started(); }

  TrapSettings* traps_of(const Args& args);
  Outcome set_traps(const Args& args, bool on);
  Outcome set_trap_limit(const Args& args);
  std::vector<CommandRow> trap_rows();
  /// The defaults for what is no eth interface.
  const EthSettings& eth_settings(const std::string& name) const;
  std::vector<CommandRow> eth_setting_rows();
  Outcome set_eth(const Args& args);
  Outcome show_eth_configuration(Invocation& invocation) const;
  void dump_eths(ConfigWriter& writer) const;
  Outcome show_interfaces(Invocation& invocation) const;
  Outcome show_interface(const InterfaceEntry& entry, Screen& screen, bool counters_only) const;
  Outcome show_eth_state(Invocation& invocation) const;
  Outcome show_eth_counters(Invocation& invocation) const;
  Outcome show_eth_address(Invocation& invocation) const;
  Outcome reset_interface(const Args& args);
  Outcome reset_eth(const Args& args);
  void reset(const InterfaceEntry& entry);

  Services& services_;
  RouterControl& control_;
  const PortStacks& stacks_;
  std::vector<std::function<void(const InterfaceEntry&)>> listeners_;
  std::map<std::string, bool, std::less<>> up_;           // as the listeners know it
  std::map<std::string, Duration, std::less<>> changed_;  // sysUpTime of the last change of links without a stack
  std::map<std::string, TrapSettings, std::less<>> traps_;
  std::map<std::string, EthSettings, std::less<>> eths_;
  std::function<bool(std::string_view)> dynamic_ = [](std::string_view) { return false; };
  TrapSettings dynamic_traps_;                             // of dynamic interfaces without settings of their own
  std::map<std::string, PortCounters, std::less<>> zero_;  // what the counters read when they were reset
};

}  // namespace arrouter::interface
