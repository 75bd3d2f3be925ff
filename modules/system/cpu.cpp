#include "modules/system/cpu.h"

#include <fmt/format.h>

#include "modules/system/system.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"

namespace arrouter::system {

namespace {

constexpr std::chrono::milliseconds interval{20};
constexpr int ruled = 40, extended_ruled = 60;

std::string percent_text(std::optional<unsigned> percent) { return percent ? std::to_string(*percent) : "-"; }

}  // namespace

CpuMonitor::CpuMonitor(Services& services, RouterControl& control)
    : services_(services), control_(control), timer_(services.scheduler, [this] { watch(); }) {}

std::vector<CommandRow> CpuMonitor::rows() {
  return {
      {"SHow CPU [EXTended]", Access::manager, "Displays how busy the processor is.",
       [this](Invocation& call) { return show(call.screen, call.args.has("EXTENDED")); }, Coverage::partial,
       "EXTENDED cannot tell which code was running: its addresses are 0."},
      {"ENAble CPU EXTended", Access::manager, "Begins to note the processor's load every 20 ms.",
       [this](Invocation&) { return enable(true); }},
      {"DISable CPU EXTended", Access::manager, "Ends what ENABLE CPU EXTENDED began.",
       [this](Invocation&) { return enable(false); }},
      {"ADD CPU EXTended [STArtpercent=<0-100>] [STOppercent=<0-100>]", Access::manager,
       "Notes the load only from one percentage up until it falls below another.",
       [this](Invocation& call) { return set_limits(call.args); }},
      {"ACTivate CPU EXTended", Access::manager, "Notes the processor's load now, once.",
       [this](Invocation&) { return activate(); }},
      {"RESET CPU UTIlisation", Access::manager, "Begins the averages and maxima anew.",
       [this](Invocation&) {
         control_.reset_cpu_load();
         return Outcome::successful(module_number::system);
       }},
  };
}

Outcome CpuMonitor::enable(bool on) {
  if (on == enabled_) return say(on ? texts::cpu_already_on : texts::cpu_already_off);
  enabled_ = on;
  capturing_ = false;
  timer_.disarm();
  if (on) watch();
  return Outcome::successful(module_number::system);
}

Outcome CpuMonitor::set_limits(const Args& args) {
  const auto take = [&args](std::string_view name, std::optional<unsigned>& to) {
    if (args.has(name)) to = static_cast<unsigned>(args.number(name));
  };
  take("STARTPERCENT", start_percent_);
  take("STOPPERCENT", stop_percent_);
  return Outcome::successful(module_number::system);
}

Outcome CpuMonitor::activate() {
  sample();
  return Outcome::successful(module_number::system);
}

void CpuMonitor::watch() {
  const unsigned percent = control_.cpu_load().last_second;
  if (percent >= start_percent_.value_or(0)) capturing_ = true;
  if (percent < stop_percent_.value_or(0)) capturing_ = false;
  if (capturing_) sample();
  timer_.arm(services_.clock.now() + interval);
}

void CpuMonitor::sample() {
  samples_.push_front({since_midnight_ms(), since_restart_us(), control_.cpu_load().last_second});
  if (samples_.size() > limits::cpu_samples) samples_.pop_back();
}

std::uint32_t CpuMonitor::since_midnight_ms() const {
  const WallTime now = services_.wall.now();
  return static_cast<std::uint32_t>((now - std::chrono::floor<std::chrono::days>(now)).count());
}

// Wraps, as the real one does.
std::uint32_t CpuMonitor::since_restart_us() const {
  const Duration up = services_.clock.now() - control_.started();
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(up).count());
}

Outcome CpuMonitor::show(Screen& screen, bool extended) const {
  constexpr int value_column = 37;
  const RouterControl::CpuLoad load = control_.cpu_load();
  screen.line("CPU Utilisation ( as a percentage )");
  screen.rule(ruled);
  const std::string restarted = fmt::format("since {} restarted", services_.model.kind);
  screen.field(0, value_column, "Maximum " + restarted, load.maximum, "maximumSinceRestart");
  screen.field(0, value_column, "Maximum over last 5 minutes", load.maximum_5_minutes);
  screen.field(0, value_column, "Average " + restarted, load.since_start, "averageSinceRestart");
  screen.field(0, value_column, "Average over last 5 minutes", load.last_5_minutes);
  screen.field(0, value_column, "Average over last minute", load.last_minute);
  screen.field(0, value_column, "Average over last 10 seconds", load.last_10_seconds);
  screen.field(0, value_column, "Average over last second", load.last_second);
  screen.rule(ruled);
  if (extended) show_extended(screen);
  return Outcome::screen();
}

void CpuMonitor::show_extended(Screen& screen) const {
  constexpr int value_column = 22;
  std::string install = services_.model.release_file;
  for (const FileInfo& file : services_.files.list()) {
    if (file.device == "flash" && file.name == install) install += fmt::format(" ({})", file.size);
  }
  screen.line();
  screen.line("Extended CPU Information");
  screen.rule(extended_ruled);
  screen.field(0, value_column, "State", enabled_ ? "Enabled" : "Disabled");
  screen.field(0, value_column, "Current Time",
               fmt::format("{} ({:08x} / {})", time_of_day_text(services_.wall.now()), since_midnight_ms(),
                           since_restart_us()));
  screen.field(0, value_column, "Current Install", install);
  screen.field(0, value_column, "Start percent", percent_text(start_percent_));
  screen.field(0, value_column, "Stop percent", percent_text(stop_percent_));
  screen.line();
  screen.table("samples", {{"msSM", 9},
                           {"Timestamp", 11},
                           {"Util", 5},
                           {"Caller", 9},
                           {"Return1", 9},
                           {"Return2", 9},
                           {"Return3", 0}});
  screen.rule(extended_ruled);
  constexpr std::string_view unknown = "00000000";
  for (const Sample& sample : samples_) {
    screen.row({fmt::format("{:08x}", sample.since_midnight_ms), sample.since_restart_us, sample.percent, unknown,
                unknown, unknown, unknown});
  }
}

}  // namespace arrouter::system
