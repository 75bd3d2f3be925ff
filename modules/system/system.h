// The SYSTEM module's inside: shared by its commands and its screens.
#pragma once

#include <string>
#include <vector>

#include "modules/install/install_api.h"
#include "modules/system/cpu.h"
#include "modules/system/summer_time.h"
#include "modules/system/system_api.h"
#include "os/message.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::system {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::system, number, text};
#include "modules/system/texts.def"
#undef MESSAGE
}  // namespace texts

/// One end of a run that nobody asked for, kept over restarts.
struct Exception {
  WallTime time{};
  std::string type;
};

class SystemModule final : public Module, public SystemApi {
 public:
  SystemModule(Services& services, RouterControl& control, const install::InstallApi& install);
  std::string_view name() const override { return "system"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void start() override;
  void stop(Ending) override;

  bool crashed_before() const override;
  void record_exception(std::string_view type) override;
  bool warm_start() const override;
  std::chrono::minutes summer_offset() const override { return summer_time_.offset(); }
  const std::string& help_file() const override { return help_file_; }

 private:
  std::vector<CommandRow> identity_rows();
  std::vector<CommandRow> restart_rows();
  std::vector<CommandRow> clock_rows();
  std::vector<CommandRow> show_rows();

  Outcome set_system(const Args& args);
  Outcome set_help(const Args& args);
  Outcome enable_security_mode();
  Outcome disable_security_mode(Invocation& invocation);
  Outcome restart(const Args& args, RestartKind kind);
  Outcome set_clock(const Args& args);

  Outcome show_system(Invocation& invocation) const;
  void show_software(Screen& screen) const;
  void show_patches(Screen& screen) const;
  Outcome show_time(Screen& screen) const;
  Outcome show_buffers(Screen& screen, bool scan) const;
  Outcome show_exceptions(Screen& screen) const;
  Outcome show_startup(Screen& screen) const;
  Outcome show_debug(Invocation& invocation, bool ipsec);

  void read_exceptions();

  Services& services_;
  RouterControl& control_;
  const install::InstallApi& install_;
  std::string country_, help_file_;
  std::vector<Exception> exceptions_;  // oldest first
  std::string last_end_;               // how the run before this one ended; see run_endings in system.cpp
  std::string this_end_;               // what stop() leaves for the next run
  WallTime started_at_{};
  SummerTime summer_time_;
  CpuMonitor cpu_;
};

}  // namespace arrouter::system
