// The TRIGGER module's inside: shared by its commands and what watches for events.
#pragma once

#include <map>
#include <set>

#include "modules/trigger/trigger.h"
#include "modules/trigger/trigger_module.h"
#include "os/message.h"

namespace arrouter::trigger {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::trigger, number, text};
#include "modules/trigger/texts.def"
#undef MESSAGE
}  // namespace texts

/// Activations by what caused them, for SHOW TRIGGER COUNTER.
struct Tally {
  std::uint64_t total = 0, today = 0;
};

class TriggerModule final : public Module {
 public:
  TriggerModule(Services& services, const TriggerSources& sources);
  std::string_view name() const override { return "trigger"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void booted() override;

 private:
  // facility.cpp: events and what follows
  void minute();
  void look_at_load();
  void look_at_ports();
  void attacked(const firewall::AttackNotice& notice);
  void arm_timers();
  void ip_interface_changed(const InterfaceChange& change);
  void link_changed(const std::string& name, bool up);
  void control_protocol_changed(const ppp::ControlProtocolChange& change);
  void device_changed(unsigned poll, bool up);
  void logged(const LogRecord& record);
  /// Counts an activation and starts the trigger's scripts.
  void run(unsigned id, Trigger& trigger, const std::vector<std::string>& arguments);
  /// Runs the triggers of kind K that want this event and may act now.
  template <class K, class Wanted>
  void fire_all(Wanted&& wanted, const std::vector<std::string>& arguments = {});

  // commands.cpp
  std::vector<CommandRow> object_rows();
  std::vector<CommandRow> switch_rows();
  Outcome create(const Args& args);
  std::optional<Outcome> prepare(Kind& kind) const;
  Outcome set(const Args& args);
  Outcome destroy(const Args& args);
  Outcome set_enabled(const Args& args, bool on);
  Outcome add_script(const Args& args);
  Outcome delete_script(const Args& args);
  Outcome activate(const Args& args);
  Outcome purge();
  Outcome show(Invocation& invocation) const;
  Trigger* find(const Args& args);

  // show.cpp
  void show_summary(Screen& screen) const;
  void show_full(Screen& screen, unsigned id, const Trigger& trigger) const;
  void show_status(Screen& screen) const;
  void show_counters(Screen& screen) const;

  Services& services_;
  RouterControl& control_;
  const SystemApi& system_;
  const PortStacks& ports_;
  ScriptApi& scripts_;
  const InterfaceApi& interfaces_;
  const logging::LogApi& log_;
  bool enabled_ = false;
  std::map<unsigned, Trigger> triggers_;
  std::set<std::string, std::less<>> up_;  // IP interfaces
  std::set<unsigned> linked_;              // switch ports
  Tally all_, by_kind_[std::variant_size_v<Kind>];
  std::optional<std::chrono::sys_days> today_;
  WallTime last_minute_{};
  Timer minute_, load_, links_;
};

}  // namespace arrouter::trigger
