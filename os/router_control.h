// What a few modules (system, install, file, user) may ask of the Router they live in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/command.h"
#include "os/module.h"

namespace arrouter {

/// A session in progress, for SHOW USER.
struct ActiveSession {
  std::string user, device, location;
  WallTime since{};
  Privilege privilege = Privilege::user;
};

enum class RestartKind : std::uint8_t { router, reboot };

class RouterControl {
 public:
  virtual ~RouterControl() = default;

  /// Runs one command line as if typed by `caller` and returns what it printed and how it ended. Commands that go on
  /// in the background return at once. Used by CREATE FILE … COMMAND=, scripts, the boot configuration.
  struct Executed {
    Screen screen;
    Outcome outcome;
  };
  virtual Executed execute(std::string_view line, const Caller& caller) = 0;

  /// Runs a script's lines in order; comments and blank lines are skipped. Each failed line is reported through
  /// `refused` with its number (from 1), its text and the outcome; the rest is applied.
  using Refused = std::function<void(std::size_t number, std::string_view line, const Outcome&)>;
  virtual void run_script(std::string_view script, const Caller& caller, const Refused& refused) = 0;

  /// The whole dynamic configuration, in section order.
  virtual ConfigWriter configuration() const = 0;

  /// RESTART: every module is destroyed and made again, then the boot configuration (or `config`; "none" for none)
  /// runs. Happens after the present command has ended.
  virtual void restart(RestartKind kind, std::optional<std::string> config) = 0;
  /// A restart was asked for and has not begun.
  virtual bool restarting() const { return false; }
  /// The SET CONFIG file name ("boot.cfg"), empty when not set; kept in NVS.
  virtual std::string boot_config() const = 0;
  virtual Result<void> set_boot_config(std::string_view name) = 0;
  /// The script this run booted from, empty for none.
  virtual std::string current_config() const = 0;
  /// CREATE CONFIG of the file now also names the current configuration.
  virtual void set_current_config(std::string_view name) = 0;

  virtual Instant started() const = 0;  // monotonic: SysUpTime
  virtual std::vector<ActiveSession> sessions() const = 0;
  /// Prints on every session of at least that privilege.
  virtual void broadcast(std::string_view text, Privilege at_least) = 0;
  /// Datapath thread's busy share in per cent: over the last second, 10 s, minute, 5 minutes, since start, and the
  /// maxima since start and over 5 minutes. Zero in a simulation.
  struct CpuLoad {
    unsigned last_second = 0, last_10_seconds = 0, last_minute = 0, last_5_minutes = 0, since_start = 0,
             maximum = 0, maximum_5_minutes = 0;
  };
  virtual CpuLoad cpu_load() const = 0;
  /// Averages and maxima begin anew.
  virtual void reset_cpu_load() {}
  /// Memory the router holds, in kB; zero in a simulation.
  virtual std::uint64_t memory_used_kb() const { return 0; }
};

}  // namespace arrouter
